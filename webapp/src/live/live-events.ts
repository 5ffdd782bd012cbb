/**
 * What the streams tell, as events of the machine.
 */
import type { Notification, NotificationList, Reading } from '../api/wire.generated.ts'
import type { StreamEvent } from './event-stream.ts'
import type { LiveEvent } from './machine.ts'

/** An event that cannot be read is passed over: the next one may be well. */
export function liveEventsOf({ name, data, id }: StreamEvent): readonly LiveEvent[] {
  const value = parseJson(data)
  if (typeof value !== 'object' || value === null) return []
  switch (name) {
    case 'reading':
      return 'piano' in value ? [readingsOf(value as Reading)] : []
    case 'anomaly':
      return 'id' in value ? [notificationOf(value as Notification, id)] : []
    case 'gap':
      return 'items' in value ? [listOf(value as NotificationList, id)] : []
    default:
      return [{ kind: 'heard', id }]
  }
}

function readingsOf(reading: Reading): LiveEvent {
  return { kind: 'readings', readings: [reading] }
}

function notificationOf(notification: Notification, id: string | undefined): LiveEvent {
  return { kind: 'notifications', notifications: [notification], id }
}

function listOf({ items }: NotificationList, id: string | undefined): LiveEvent {
  return { kind: 'list', items, ...(id === undefined ? {} : { id }) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
