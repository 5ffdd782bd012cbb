/**
 * How often a meter sends, by what it has sent: one sends each second and another each quarter of
 * an hour, and what is late or silent or missing is so by its own pace.
 */
import type { Reading } from '../api/types.ts'
import { timeMsOf } from './metrics.ts'

/** While it is not known it is taken for that of the simulator. */
export const INTERVAL_MS_DEFAULT = 30_000
/** So seldom does the slowest send: what has told nothing of its pace is not soon called late. */
export const SLOWEST_MS = 3_600_000
/** So many gaps tell it. */
const GAPS_LOOKED_AT = 60

/** By the list it was taken from: what gets nothing new is asked for again and again. */
const paces = new WeakMap<readonly Reading[], { readonly gapMs: number | undefined }>()

/** The median of the gaps between the newest readings of one floor; undefined of a single one. */
export function paceMsOf(readings: readonly Reading[]): number | undefined {
  const known = paces.get(readings) ?? { gapMs: medianGapMs(readings) }
  paces.set(readings, known)
  return known.gapMs
}

function medianGapMs(readings: readonly Reading[]): number | undefined {
  const times = readings.slice(-GAPS_LOOKED_AT - 1).map(timeMsOf)
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time))
  gaps.sort((a, b) => a - b)
  return gaps[Math.floor(gaps.length / 2)]
}
