/**
 * Neighbours of one kind become one event of the machine, so that a thousand alerts that come in
 * one piece are one step and not a thousand.
 */
import type { Notification, Reading } from '../api/types.ts'
import type { LiveEvent } from './machine.ts'

export function gathered(events: readonly LiveEvent[]): readonly LiveEvent[] {
  const all: LiveEvent[] = []
  for (let at = 0; at < events.length; ) {
    const { kind } = events[at] ?? { kind: undefined }
    const end = events.findIndex((one, other) => other > at && one.kind !== kind)
    const run = events.slice(at, end < 0 ? events.length : end)
    all.push(...joined(run))
    at += run.length
  }
  return all
}

/** Of one kind; others than readings and notifications stay as they are. */
function joined(run: readonly LiveEvent[]): readonly LiveEvent[] {
  const readings: Reading[] = []
  const notifications: Notification[] = []
  let id: string | undefined
  for (const event of run) {
    if (event.kind === 'readings') readings.push(...event.readings)
    else if (event.kind === 'notifications') {
      notifications.push(...event.notifications)
      id = event.id ?? id
    }
  }
  if (readings.length > 0) return [{ kind: 'readings', readings }]
  return notifications.length > 0 ? [{ kind: 'notifications', notifications, id }] : run
}
