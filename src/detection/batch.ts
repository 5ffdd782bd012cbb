/**
 * Many readings of one partition, one after the other: which alarms they raise and what is known of
 * their floors afterwards. Pure: nothing that was known changes until the caller has made it
 * durable, so a batch that comes again finds what it found the first time.
 */
import type { Alert } from '../model/alert.ts'
import type { FloorState } from '../model/detection-state.ts'
import { type AlertRecord, notificationsOf } from '../model/notification.ts'
import { type CheckedReading, checkReading } from '../model/reading.ts'
import type { LogRecord } from '../ports/log.ts'
import type { BucketAverage } from '../ports/statistics.ts'
import { hear } from './incidents/silent-floor.ts'
import type { WatchedChange } from './incidents/watched-floor.ts'
import { type StepContext, step } from './step.ts'

/** What is known of a floor, and the offset of the last reading in it; -1 = none of this topic. */
export interface FloorMemory {
  readonly offset: number
  readonly state: FloorState
}

export interface BatchResult {
  readonly alerts: readonly Alert[]
  readonly averages: readonly BucketAverage[]
  /** Silences that these readings broke. */
  readonly changes: readonly WatchedChange[]
  /** Floors of which more is known than before. */
  readonly changed: ReadonlyMap<number, FloorMemory>
  readonly counts: BatchCounts
}

export interface BatchCounts {
  readonly judged: number
  /** Contained in what was known already: delivered again. */
  readonly repeated: number
  /** Not newer than the newest of their floor. */
  readonly late: number
  /** Not readings; ingestion tells the reasons. */
  readonly unreadable: number
  /** Of floors beyond FLOORS_MAX. */
  readonly beyond: number
}

/** Floors of one partition; readings of further ones are not judged. */
export const FLOORS_MAX = 2_000

type Outcome = keyof BatchCounts

/** `nowMs`: wall time, against which readings from the future are refused. */
export function stepBatch(
  known: ReadonlyMap<number, FloorMemory>,
  records: readonly LogRecord[],
  context: StepContext,
  nowMs: number,
): BatchResult {
  const changed = new Map<number, FloorMemory>()
  const alerts: Alert[] = []
  const averages: BucketAverage[] = []
  const changes: WatchedChange[] = []
  const counts = { judged: 0, repeated: 0, late: 0, unreadable: 0, beyond: 0 }
  const newFloors = () => [...changed.keys()].filter((floor) => !known.has(floor)).length
  const take = (record: LogRecord): Outcome => {
    const check = checkReading(record.value, nowMs)
    if (check.kind === 'rejected') return 'unreadable'
    const floor = check.checked.reading.piano
    const memory = changed.get(floor) ?? known.get(floor)
    if (!memory && known.size + newFloors() >= FLOORS_MAX) return 'beyond'
    if (memory && record.offset <= memory.offset) return 'repeated'
    const result = step(memory?.state, check.checked, context)
    if (result.kind === 'late') return 'late'
    const { state, ended } = listened(memory?.state, result.state, check.checked, record, context)
    changed.set(floor, { offset: record.offset, state })
    changes.push(...ended)
    if (result.alert) alerts.push(result.alert)
    if (result.average) averages.push(result.average)
    return 'judged'
  }
  for (const record of records) counts[take(record)] += 1
  return { alerts, averages, changes, changed, counts }
}

/** Where silence is asked for, a reading is also a sign of life. */
function listened(
  before: FloorState | undefined,
  state: FloorState,
  { reading }: CheckedReading,
  { appendedMs }: LogRecord,
  { rules }: StepContext,
): { readonly state: FloorState; readonly ended: readonly WatchedChange[] } {
  if (rules.rule !== 'watch') return { state, ended: [] }
  const { voice, changes } = hear(before?.voice, reading, appendedMs, rules.timeZone)
  return { state: { ...state, voice }, ended: changes }
}

/** One record of the alerts log for each event; its alert carries that event alone. */
export function alertRecordsOf(alert: Alert, nowMs: number): readonly AlertRecord[] {
  return alert.eventi.flatMap((event) => {
    const one: Alert = { ...alert, eventi: [event] }
    return notificationsOf(one, nowMs).map(
      (notification) => ({ kind: 'notification', notification, alert: one }) as const,
    )
  })
}
