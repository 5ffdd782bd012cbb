/**
 * A floor that sends nothing while others do: its card would show values of hours ago as if they
 * were of now. By each floor's own pace, since one meter sends each second and another each quarter
 * of an hour.
 */
import type { Reading } from '../api/types.ts'
import { timeMsOf } from './metrics.ts'
import { INTERVAL_MS_DEFAULT, paceMsOf } from './pace-of-meter.ts'

type Samples = ReadonlyMap<number, readonly Reading[]>

/** A floor is silent after so many of its own intervals, and never before so long a time. */
const SILENT_INTERVALS = 3
export const SILENT_MS_MIN = 10_000

export interface Listening {
  /** The moment that readings are held against. */
  readonly nowMs: number
  /** Before it nobody listened: a pause or a break of ours is not the meter's. */
  readonly sinceMs?: number | undefined
  /** The building's pace, for a floor of which no pace is known; asked for only then. */
  readonly intervalMs: () => number
}

/** Of when its newest reading is, where it is silent; undefined while it speaks. */
export function silentSinceMs(
  readings: readonly Reading[] | undefined,
  { nowMs, sinceMs = 0, intervalMs }: Listening,
): number | undefined {
  const newest = readings?.at(-1)
  if (!readings || !newest) return undefined
  const newestMs = timeMsOf(newest)
  const quietMs = nowMs - Math.max(newestMs, sinceMs)
  /** Nearly always it is so, and no pace is looked for. */
  if (!(quietMs > SILENT_MS_MIN)) return undefined
  const ownMs = paceMsOf(readings) ?? Math.max(INTERVAL_MS_DEFAULT, intervalMs())
  return quietMs > SILENT_INTERVALS * ownMs ? newestMs : undefined
}

/** Ascending. */
export function silentFloors(samples: Samples, listening: Listening): readonly number[] {
  const silent = [...samples].filter(([, list]) => silentSinceMs(list, listening) !== undefined)
  return silent.map(([floor]) => floor).sort((a, b) => a - b)
}
