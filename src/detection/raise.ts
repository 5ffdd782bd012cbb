/**
 * Alarms on their way to people: one record of the alerts log for each event, and one for each
 * incident as it stands and for news of what was learned, which the archive brings to the store.
 */
import type { Alert } from '../model/alert.ts'
import type { LearnedSeries } from '../model/learned.ts'
import type { AlertRecord } from '../model/notification.ts'
import { ALERTS_TOPIC } from '../model/topics.ts'
import type { Log } from '../ports/log.ts'
import { appendPatiently, type PatienceWorld } from '../ports/patience.ts'
import { alertRecordsOf } from './batch.ts'
import { noteAlerts } from './facts.ts'
import { tell } from './incidents/telling.ts'
import type { WatchedChange } from './incidents/watched-floor.ts'
import type { Judge } from './judge.ts'

export interface Found {
  /** Of the rules that judge each reading for itself. */
  readonly alerts: readonly Alert[]
  /** Of incidents. */
  readonly changes: readonly WatchedChange[]
  /** News of what is known. */
  readonly learned?: readonly LearnedSeries[]
}

export async function raise(
  world: PatienceWorld & { readonly log: Log },
  judge: Pick<Judge, 'telling'>,
  { alerts, changes, learned = [] }: Found,
  signal: AbortSignal,
): Promise<void> {
  if (alerts.length + changes.length + learned.length === 0) return
  const nowMs = world.clock.wallMs()
  const tellings = tell(changes, judge.telling())
  const told = [...alerts, ...tellings.flatMap(({ alert }) => alert ?? [])]
  const records: readonly (readonly [number, AlertRecord])[] = [
    ...tellings.map(({ incident }) => [incident.floor, { kind: 'incident', incident }] as const),
    ...learned.map((one) => [one.floor, { kind: 'learned', learned: one }] as const),
    ...told.flatMap((alert) =>
      alertRecordsOf(alert, nowMs).map((record) => [alert.piano, record] as const),
    ),
  ]
  const texts = records.map(([floor, record]) => {
    return { key: String(floor), value: JSON.stringify(record) }
  })
  await appendPatiently(world, ALERTS_TOPIC, texts, signal)
  noteAlerts(world.trace, 'detection.alarm', told)
}
