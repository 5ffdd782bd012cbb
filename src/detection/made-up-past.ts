/**
 * A synthetic past for a building that has none yet: half-hourly averages of each floor by the
 * formula of the contract ("Historical statistics"). Without it the first pattern outlier could not
 * be found before ANOM_MIN_N weeks. The same seed and end give the same rows.
 */
import { standardNormal } from '../model/gaussian.ts'
import { must } from '../model/must.ts'
import { HALF_HOUR_MS, type HalfHour, halfHourOf } from '../model/site-time.ts'
import type { Random } from '../ports/random.ts'
import type { BucketAverage, StatisticsTable } from '../ports/statistics.ts'
import { startText } from './half-hour.ts'

export interface HistoryPlan {
  /** HIST_DAYS. */
  readonly days: number
  /** The last half hour written is the one that ended before this moment, ms since 1970. */
  readonly endMs: number
  /** HIST_BASE_KW_FLOOR1..3: kW for each floor. */
  readonly floors: readonly { readonly floor: number; readonly baseKw: number }[]
  readonly ampPerKw: number
  readonly baseVolt: number
  readonly kwNoiseStd: number
  readonly ampNoiseStd: number
  readonly voltNoiseStd: number
  /** Zone of the site; it decides hour, weekday and slot. */
  readonly timeZone: string
}

export interface HistoryCounts {
  readonly rows: number
  readonly floors: number
  readonly halfHours: number
}

const HALF_HOURS_PER_DAY = 48
/** Energy is stored as its limit means it: kWh in 30 s. */
const KWH_IN_30_S_PER_KW = 30 / 3600

/**
 * Writes the history, whole or not at all: half of one would look like a past that is known. Rows
 * of the same floor and half hour that stood there before are replaced.
 */
export function populateHistory(
  table: StatisticsTable,
  plan: HistoryPlan,
  random: Random,
): HistoryCounts {
  table.insert(historyRows(plan, random))
  const [floors, halfHours] = [plan.floors.length, plan.days * HALF_HOURS_PER_DAY]
  return { rows: floors * halfHours, floors, halfHours }
}

/** The rows, oldest first, floor after floor within each half hour. */
export function* historyRows(plan: HistoryPlan, random: Random): Generator<BucketAverage> {
  const endMs = halfHourOf(plan.endMs, plan.timeZone).startMs
  const chances = plan.floors.map(({ floor }) => random.fork(`history-floor-${floor}`))
  for (let left = plan.days * HALF_HOURS_PER_DAY; left > 0; left -= 1) {
    const half = halfHourOf(endMs - left * HALF_HOUR_MS, plan.timeZone)
    for (const [i, { floor, baseKw }] of plan.floors.entries()) {
      const { unit } = must(chances[i])
      yield rowOf(plan, floor, baseKw, half, () => standardNormal(unit))
    }
  }
}

/** kW of a half hour before noise: a day's wave, a little less at weekends. */
export function usualKw(baseKw: number, halfHour: number, weekday: number): number {
  const hour = halfHour / 2
  const wave = 1 + 0.55 * Math.sin(((hour - 6.5) * Math.PI) / 12)
  return baseKw * wave * (weekday >= 5 ? 0.92 : 1.05)
}

function rowOf(
  plan: HistoryPlan,
  floor: number,
  baseKw: number,
  half: HalfHour,
  noise: () => number,
): BucketAverage {
  const { weekday, halfHour, startMs } = half
  const kw = Math.max(0, usualKw(baseKw, halfHour, weekday) + noise() * plan.kwNoiseStd)
  return {
    floor,
    startIso: startText(startMs),
    weekday,
    halfHour,
    kw,
    corrente: Math.max(0, kw * plan.ampPerKw + noise() * plan.ampNoiseStd),
    tensione: Math.max(0, plan.baseVolt + noise() * plan.voltNoiseStd),
    dkwh: kw * KWH_IN_30_S_PER_KW,
  }
}
