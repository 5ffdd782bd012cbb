/**
 * Many readings of one partition, one after the other: which alarms they raise and what is known of
 * their floors afterwards. Pure: nothing that was known changes until the caller has made it
 * durable, so a batch that comes again finds what it found the first time.
 */
import type { Alert } from '../model/alert.ts'
import type { FloorState, Voice } from '../model/detection-state.ts'
import { type AlertRecord, notificationsOf } from '../model/notification.ts'
import { type CheckedReading, checkReading } from '../model/reading.ts'
import type { LogRecord } from '../ports/log.ts'
import type { BucketAverage } from '../ports/statistics.ts'
import { type Doubt, doubtsOf, isAhead } from './doubts.ts'
import { hear } from './incidents/silent-floor.ts'
import type { WatchedChange } from './incidents/watched-floor.ts'
import { type StepContext, step } from './step.ts'

/** What is known of a floor, and the offset of the last reading in it; -1 = none of this topic. */
export interface FloorMemory {
  readonly offset: number
  readonly state: FloorState
  /** Of these operators have been told; not saved. */
  readonly doubted?: readonly Doubt['kind'][]
}

export interface BatchResult {
  readonly alerts: readonly Alert[]
  readonly averages: readonly BucketAverage[]
  /** Silences that these readings broke. */
  readonly changes: readonly WatchedChange[]
  /** Floors of which more is known than before. */
  readonly changed: ReadonlyMap<number, FloorMemory>
  /** Each of a floor for the first time. */
  readonly doubts: readonly Doubt[]
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
  const doubts: Doubt[] = []
  const counts = { judged: 0, repeated: 0, late: 0, unreadable: 0, beyond: 0 }
  const newFloors = () => [...changed.keys()].filter((floor) => !known.has(floor)).length
  const take = (record: LogRecord): Outcome => {
    const check = checkReading(record.value, nowMs)
    if (check.kind === 'rejected') return 'unreadable'
    const floor = check.checked.reading.piano
    const memory = changed.get(floor) ?? known.get(floor)
    if (!memory && known.size + newFloors() >= FLOORS_MAX) return 'beyond'
    if (memory && record.offset <= memory.offset) return 'repeated'
    const { result, after, ended, fresh } = takeOne(memory, check.checked, record, context, nowMs)
    if (after) changed.set(floor, after)
    changes.push(...ended)
    doubts.push(...fresh)
    if (result.kind === 'late') return 'late'
    if (result.alert) alerts.push(result.alert)
    if (result.average) averages.push(result.average)
    return 'judged'
  }
  for (const record of records) counts[take(record)] += 1
  return { alerts, averages, changes, changed, doubts, counts }
}

/** What becomes of a floor with one of its readings. */
function takeOne(
  memory: FloorMemory | undefined,
  checked: CheckedReading,
  record: LogRecord,
  context: StepContext,
  nowMs: number,
) {
  const { state: before, doubted = [] } = memory ?? {}
  const result = step(isAhead(before, nowMs) ? undefined : before, checked, context)
  const state = result.kind === 'late' ? before : result.state
  const { voice, ended } = listened(before, checked, record, context)
  const doubts = doubtsOf(before, checked, record, nowMs)
  const fresh = doubts.filter(({ kind }) => !doubted.includes(kind))
  const after: FloorMemory | undefined = state && {
    offset: record.offset,
    state: voice ? { ...state, voice } : state,
    doubted: fresh.length > 0 ? [...doubted, ...fresh.map(({ kind }) => kind)] : doubted,
  }
  return { result, after, ended, fresh }
}

/** Where silence is asked for, a reading is a sign of life, whatever time it carries. */
function listened(
  before: FloorState | undefined,
  { reading }: CheckedReading,
  { appendedMs }: LogRecord,
  { rules }: StepContext,
): { readonly voice?: Voice; readonly ended: readonly WatchedChange[] } {
  if (rules.rule !== 'watch') return { ended: [] }
  const { voice, changes } = hear(before?.voice, reading, appendedMs, rules.timeZone)
  return { voice, ended: changes }
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
