/**
 * A meter for tests of detection: a day's wave, quieter weekends and noise, from one seed. Faults
 * are laid over it by the test that wants them.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import type { SeriesVerdict } from '../../src/detection/series-rule.ts'
import type { WatchOptions } from '../../src/detection/watch/options.ts'
import type { Finding, Learned } from '../../src/detection/watch/verdict.ts'
import { type WatchState, watch } from '../../src/detection/watch/watch.ts'
import { standardNormal } from '../../src/model/gaussian.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** A Monday. */
export const START_MS = Date.UTC(2026, 0, 5)

export const OPTIONS: WatchOptions = {
  budgetPerMonth: 1,
  timeZone: 'UTC',
  holidays: new Set<number>(),
}

export interface MeterReading {
  readonly timeMs: number
  readonly value: number
}

export function meterReadings(days: number, stepMs: number, seed = 'meter'): MeterReading[] {
  const random = seededRandom(seed)
  const count = Math.floor((days * DAY_MS) / stepMs)
  return Array.from({ length: count }, (_, i) => {
    const timeMs = START_MS + i * stepMs
    const day = (timeMs / DAY_MS) % 7
    const isWeekend = new Date(timeMs).getUTCDay() % 6 === 0
    const wave = 10 + 5 * Math.sin(2 * Math.PI * (day - 0.3))
    return { timeMs, value: wave * (isWeekend ? 0.7 : 1) + 0.4 * standardNormal(random.unit) }
  })
}

export interface WatchVerdict extends SeriesVerdict {
  readonly finding: Finding | undefined
}

export interface WatchedSeries {
  step(timeMs: number, value: number): WatchVerdict
  state(): WatchState | undefined
  learned(): Learned
}

/** The watch of one series, with its state kept. */
export function watchRule(options: WatchOptions): WatchedSeries {
  let state: WatchState | undefined
  let learned: Learned = 'cadence'
  return {
    state: () => state,
    learned: () => learned,
    step(timeMs, value) {
      const { state: next, verdict } = watch(state, timeMs, value, options)
      state = next
      if (verdict.kind === 'late') return { score: 0, isAlert: false, finding: undefined }
      learned = verdict.learned
      const { score, opens } = verdict
      return { score, isAlert: opens !== undefined, finding: opens }
    },
  }
}

/** Verdicts of all readings, in order. */
export function verdictsOf(
  readings: readonly MeterReading[],
  rule: WatchedSeries = watchRule(OPTIONS),
): WatchVerdict[] {
  return readings.map(({ timeMs, value }) => rule.step(timeMs, value))
}
