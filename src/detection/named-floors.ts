/**
 * A detector that is for some floors only (`--floors`), on a log that holds all of them. It leaves
 * the others alone: it neither judges them nor finds them silent, since it does not listen to them.
 */
import { checkReading } from '../model/reading.ts'
import type { LogRecord } from '../ports/log.ts'

/** Undefined: no floor was named, and all are judged. */
export type NamedFloors = ReadonlySet<number> | undefined

/** Without the readings of other floors. What is no reading stays, for it is counted. */
export function ofNamedFloors(
  records: readonly LogRecord[],
  floors: NamedFloors,
  nowMs: number,
): readonly LogRecord[] {
  if (!floors) return records
  return records.filter(({ value }) => {
    const check = checkReading(value, nowMs)
    return check.kind === 'rejected' || floors.has(check.checked.reading.piano)
  })
}

export function amongNamed<Known>(
  known: ReadonlyMap<number, Known> | undefined,
  floors: NamedFloors,
): Map<number, Known> {
  return new Map([...(known ?? [])].filter(([floor]) => floors?.has(floor) ?? true))
}
