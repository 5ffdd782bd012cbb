/**
 * The record through the very code of `energyguard backtest`: the watch at some budget, and the
 * original's rule. One configuration, the default one, but for the budget where budgets are
 * compared.
 */
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import type { WatchedMetric } from '../../src/detection/incidents/incident-event.ts'
import { originalRule } from '../../src/detection/series-rule.ts'
import type { Incident } from '../../src/model/incident.ts'
import { DAY_MS, HOUR_MS, type HouseHour } from './record.ts'

const ZONE = 'UTC'
const MONTH_MS = (365.25 / 12) * DAY_MS
/** Alarms so near to one another are one, as the watch counts them (achieved.ts). */
const EPISODE_MS = 12 * HOUR_MS

/** What of the house is watched, each as a meter of its own. */
export const METERS = ['power', 'current', 'voltage', 'kitchen', 'laundry'] as const
export type Meter = (typeof METERS)[number]

interface MeterReader {
  readonly metric: WatchedMetric
  readonly read: (hour: HouseHour) => number
}

const READERS: Readonly<Record<Meter, MeterReader>> = {
  power: { metric: 'kw', read: ({ kw }) => kw },
  current: { metric: 'corrente', read: ({ amperes }) => amperes },
  voltage: { metric: 'tensione', read: ({ volts }) => volts },
  kitchen: { metric: 'kw', read: ({ kitchenWh }) => kitchenWh / 1_000 },
  laundry: { metric: 'kw', read: ({ laundryWh }) => laundryWh / 1_000 },
}

export interface Watched {
  readonly incidents: readonly Incident[]
  readonly budgetPerMonth: number
  readonly alarmsPerMonth: number
  readonly byChannel: Readonly<Record<string, number>>
}

export function watched(
  hours: readonly HouseHour[],
  meter: Meter,
  budgetPerMonth: number,
): Watched {
  const { metric, read } = READERS[meter]
  const options = { budgetPerMonth, timeZone: ZONE, holidays: new Set<number>() }
  const backtest = new Backtest({ floor: 1, metric }, options)
  for (const hour of hours) backtest.take(hour.timeMs, read(hour))
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
