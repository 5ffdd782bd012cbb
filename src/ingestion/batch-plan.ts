/**
 * What becomes of one batch of the log: which records are readings, which are dead letters, and
 * what is written to the store for the readings. Pure: the same batch and the same indexes give the
 * same writes, so doing it again after a crash changes nothing.
 *
 * Every write carries the event time as its order, and the store lets the larger order win. So
 * `latest` cannot go back, whoever repeats an old batch. The index carries the newest time in it;
 * two indexes with the same newest time differ only when a late reading joined in between, and then
 * the later write wins by the store's own clock. That is right for the one member that owns the
 * partition. A member that lost it may still have one such write on its way; it can at worst put
 * back an index that lacks a late reading, until the owner, which holds the whole index, writes its
 * next one. Nothing of it is ever committed, because a commit by a former owner is refused.
 */
import { indexKey, latestKey, readingKey } from '../model/keys.ts'
import { assert } from '../model/must.ts'
import { type CheckedReading, checkReading } from '../model/reading.ts'
import type { LogRecord } from '../ports/log.ts'
import { BATCH_KEYS_MAX, type StoreWrite } from '../store/client.ts'
import { EMPTY_INDEX, type FloorIndex, indexText, joinIndex } from './floor-index.ts'

/** A reading with its own key, and at worst each on a floor of its own: three keys each. */
export const BATCH_RECORDS_MAX = Math.floor(BATCH_KEYS_MAX / 3)

export interface AcceptedRecord {
  readonly record: LogRecord
  readonly checked: CheckedReading
  /** Where the reading stands in the store. */
  readonly key: string
}

export interface RejectedRecord {
  readonly record: LogRecord
  readonly field: string
  readonly reason: string
}

export interface CheckedBatch {
  readonly accepted: readonly AcceptedRecord[]
  readonly rejected: readonly RejectedRecord[]
}

/**
 * Sorts the readings from the dead letters. `nowMs`: wall time, to refuse what is from the future.
 */
export function checkBatch(records: readonly LogRecord[], nowMs: number): CheckedBatch {
  const accepted: AcceptedRecord[] = []
  const rejected: RejectedRecord[] = []
  for (const record of records) {
    const check = checkReading(record.value, nowMs)
    if (check.kind === 'rejected') {
      rejected.push({ record, field: check.field, reason: check.reason })
    } else {
      const { reading } = check.checked
      const key = readingKey(reading.piano, reading.timestamp)
      accepted.push({ record, checked: check.checked, key })
    }
  }
  return { accepted, rejected }
}

/** The floors of these readings, each once. */
export function floorsOf(accepted: readonly AcceptedRecord[]): readonly number[] {
  return [...new Set(accepted.map((one) => one.checked.reading.piano))]
}

export interface WritePlan {
  readonly writes: readonly StoreWrite[]
  /** What the indexes of the batch's floors are once the writes are held. */
  readonly indexes: ReadonlyMap<number, FloorIndex>
}

/**
 * The writes of one batch: each reading under its own key, `latest` and `index` of each floor.
 * `indexes` holds what is known of every floor of the batch; a floor without readings so far is
 * simply absent. Of two readings with the same key, the later in the log counts.
 */
export function planWrites(
  accepted: readonly AcceptedRecord[],
  indexes: ReadonlyMap<number, FloorIndex>,
  indexSize: number,
): WritePlan {
  const distinct = lastOfEachKey(accepted)
  const planned = new Map<number, FloorIndex>()
  const writes = distinct.map(({ key, checked }) => writeOf(key, checked))
  for (const [floor, readings] of byFloor(distinct)) {
    const added = readings.map(({ reading, timeMs }) => ({ text: reading.timestamp, timeMs }))
    const index = joinIndex(indexes.get(floor) ?? EMPTY_INDEX, added, indexSize)
    planned.set(floor, index)
    const order = index.at(-1)?.timeMs ?? 0
    writes.push(writeOf(latestKey(floor), readings.reduce(newerOf)))
    writes.push({ key: indexKey(floor), text: indexText(index), order })
  }
  assert(writes.length <= BATCH_KEYS_MAX, 'a batch of readings fits into one store request')
  return { writes, indexes: planned }
}

/** In the order of the log, so that of readings with one moment the last becomes `latest`. */
function lastOfEachKey(accepted: readonly AcceptedRecord[]): readonly AcceptedRecord[] {
  const byKey = new Map<string, AcceptedRecord>()
  for (const one of accepted) {
    byKey.delete(one.key)
    byKey.set(one.key, one)
  }
  return [...byKey.values()]
}

function writeOf(key: string, { text, timeMs }: CheckedReading): StoreWrite {
  return { key, text, order: timeMs }
}

function newerOf(a: CheckedReading, b: CheckedReading): CheckedReading {
  return b.timeMs >= a.timeMs ? b : a
}

function byFloor(accepted: readonly AcceptedRecord[]): Map<number, CheckedReading[]> {
  const floors = new Map<number, CheckedReading[]>()
  for (const { checked } of accepted) {
    const known = floors.get(checked.reading.piano)
    if (known) known.push(checked)
    else floors.set(checked.reading.piano, [checked])
  }
  return floors
}
