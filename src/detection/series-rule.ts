/**
 * A rule that judges one series reading by reading, as a backtest and a benchmark need it, and the
 * original rule as such: what the contract's detector does with half-hour averages (mean and
 * standard deviation of each weekday and half hour, upwards only), held against each reading.
 */
import { slotOf } from '../model/site-time.ts'

export interface SeriesVerdict {
  /** Rises with surprise. */
  readonly score: number
  /** A notification would open. */
  readonly isAlert: boolean
}

export interface SeriesRule {
  /** Readings in the order in which they came; late and repeated ones get a score of 0. */
  step(timeMs: number, value: number): SeriesVerdict
}

const NOTHING: SeriesVerdict = { score: 0, isAlert: false }

/** How the original rule judges: ANOM_K_SIGMA and ANOM_MIN_N of the contract. */
export interface OriginalLimits {
  readonly sigmas: number
  readonly countMin: number
  readonly isBothWays: boolean
}

export const ORIGINAL_LIMITS: OriginalLimits = { sigmas: 1.6, countMin: 18, isBothWays: false }

interface Slot {
  count: number
  mean: number
  /** Sum of squared deviations (Welford). */
  squares: number
}

export function originalRule(
  timeZone: string,
  limits: OriginalLimits = ORIGINAL_LIMITS,
): SeriesRule {
  const slots = new Map<number, Slot>()
  let newestMs = Number.NEGATIVE_INFINITY
  return {
    step(timeMs, value) {
      if (timeMs <= newestMs) return NOTHING
      newestMs = timeMs
      const { weekday, halfHour } = slotOf(timeMs, timeZone)
      const key = weekday * 48 + halfHour
      const slot = slots.get(key) ?? { count: 0, mean: 0, squares: 0 }
      slots.set(key, slot)
      const verdict = held(slot, value, limits)
      slot.count += 1
      const before = value - slot.mean
      slot.mean += before / slot.count
      slot.squares += before * (value - slot.mean)
      return verdict
    },
  }
}

function held(slot: Slot, value: number, limits: OriginalLimits): SeriesVerdict {
  const { count, mean, squares } = slot
  if (count < limits.countMin || squares <= 0) return NOTHING
  const off = (value - mean) / Math.sqrt(squares / count)
  const score = limits.isBothWays ? Math.abs(off) : Math.max(0, off)
  return { score, isAlert: score > limits.sigmas }
}
