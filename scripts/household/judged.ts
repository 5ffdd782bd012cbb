/**
 * The record through the very code of `energyguard backtest`: the watch at some budget, and the
 * original's rule. One configuration, the default one, but for the budget where budgets are compared.
 */
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import type { WatchedMetric } from '../../src/detection/incidents/incident-event.ts'
import { originalRule } from '../../src/detection/series-rule.ts'
import type { Incident } from '../../src/model/incident.ts'
import { DAY_MS, HOUR_MS, type HouseHour } from './record.ts'

const ZONE = 'UTC'
const MONTH_MS = (365.25 / 12) * DAY_MS
/** Alarms so near to one another are one, as in ../shared/detection. */
const EPISODE_MS = 12 * HOUR_MS

const VALUE_OF: Readonly<Record<WatchedMetric, (hour: HouseHour) => number>> = {
  kw: ({ kw }) => kw,
  corrente: ({ amperes }) => amperes,
  tensione: ({ volts }) => volts,
}

export interface Watched {
  readonly incidents: readonly Incident[]
  readonly budgetPerMonth: number
  readonly alarmsPerMonth: number
  readonly byChannel: Readonly<Record<string, number>>
}

export function watched(
  hours: readonly HouseHour[],
  metric: WatchedMetric,
  budgetPerMonth: number,
): Watched {
  const options = { budgetPerMonth, timeZone: ZONE, holidays: new Set<number>() }
  const backtest = new Backtest({ floor: 1, metric }, options)
  for (const hour of hours) backtest.take(hour.timeMs, VALUE_OF[metric](hour))
  const { alerts, byChannel } = backtest.summary()
  const alarmsPerMonth = alerts / monthsOf(hours)
  return { incidents: backtest.found(), budgetPerMonth, alarmsPerMonth, byChannel }
}

export interface OriginalAlarms {
  /** Hours that alarm. */
  readonly alarmsMs: readonly number[]
  /** The first of each that follow one another within half a day. */
  readonly episodesMs: readonly number[]
}

export function originalAlarms(hours: readonly HouseHour[]): OriginalAlarms {
  const rule = originalRule(ZONE)
  const alarmsMs = hours
    .filter(({ timeMs, kw }) => rule.step(timeMs, kw).isAlert)
    .map(({ timeMs }) => timeMs)
  const episodesMs = alarmsMs.filter((timeMs, at) => {
    const before = alarmsMs[at - 1]
    return before === undefined || timeMs - before > EPISODE_MS
  })
  return { alarmsMs, episodesMs }
}

export function monthsOf(hours: readonly HouseHour[]): number {
  return ((hours.at(-1)?.timeMs ?? 0) - (hours[0]?.timeMs ?? 0)) / MONTH_MS
}
