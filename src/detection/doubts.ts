/**
 * What is wrong with how the readings of a floor come, so that they cannot be judged as they
 * should: nobody would miss alarms that were never raised, so operators are told, once for each
 * floor.
 */
import type { FloorState } from '../model/detection-state.ts'
import { type CheckedReading, READING_AHEAD_MS_MAX } from '../model/reading.ts'
import type { LogRecord } from '../ports/log.ts'

export type Doubt =
  /** Behind the newest reading of its floor, so not judged. */
  | { readonly kind: 'late'; readonly floor: number; readonly lateMs: number }
  /** What was known of the floor is from a future that has not come, so it begins anew. */
  | { readonly kind: 'ahead'; readonly floor: number; readonly aheadMs: number }
  /** Its readings may lie in several partitions; each is judged, and indexed, for itself. */
  | { readonly kind: 'key'; readonly floor: number; readonly key: string | null }

/** A reading that is sent twice, or that another has overtaken, is nothing to be told. */
export const LATE_MS_TOLD = 60_000

/** No reading is taken from so far ahead: the clock has been put back since. */
export function isAhead(state: { readonly timeMs: number } | undefined, nowMs: number): boolean {
  return state !== undefined && state.timeMs > nowMs + READING_AHEAD_MS_MAX
}

/** `state`: what was known of the floor before. A topic of one partition needs no keys. */
export function doubtsOf(
  state: FloorState | undefined,
  { reading: { piano: floor }, timeMs }: CheckedReading,
  { key, partition }: LogRecord,
  nowMs: number,
): readonly Doubt[] {
  const doubts: Doubt[] = []
  if (state && isAhead(state, nowMs)) {
    doubts.push({ kind: 'ahead', floor, aheadMs: state.timeMs - nowMs })
  } else if (state && state.timeMs - timeMs >= LATE_MS_TOLD) {
    doubts.push({ kind: 'late', floor, lateMs: state.timeMs - timeMs })
  }
  if (partition > 0 && key !== String(floor)) doubts.push({ kind: 'key', floor, key })
  return doubts
}
