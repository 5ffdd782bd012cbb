/**
 * Four years of one household, hour by hour, as docs/household.md needs them. The file has a fault
 * of its own: of the first twelve days of each month the day and the month are exchanged (the 8th
 * of January stands on the 1st of August), as happens when `8/1/2007` is read the American way. So
 * days are put right before anything is judged; the page tells how it was found and what proves it.
 *
 * Times are the file's own clock, without an offset. Here they count as UTC.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export interface HouseHour {
  readonly timeMs: number
  /** Means of the hour. */
  readonly kw: number
  readonly volts: number
  readonly amperes: number
  /** Of two circuits, in the hour. */
  readonly kitchenWh: number
  readonly laundryWh: number
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** A day up to this one can be taken for a month. */
const MONTHS_PER_YEAR = 12
const MINUTES_PER_HOUR = 60

export function readTable(path: string): string {
  return gunzipSync(readFileSync(path)).toString()
}

/** As they stand in the file. */
export function hoursOf(csv: string): readonly HouseHour[] {
  return rowsOf(csv).map(([time = '', ...fields]) => {
    const [kw = 0, volts = 0, amperes = 0, kitchenWh = 0, laundryWh = 0] = fields.map(Number)
    return { timeMs: Date.parse(`${time}Z`), kw, volts, amperes, kitchenWh, laundryWh }
  })
}

function rowsOf(csv: string): readonly string[][] {
  const [, ...lines] = csv.trimEnd().split('\n')
  return lines.map((line) => line.split(','))
}

/** Day and month change places where both can be either; the days that result are in order. */
export function daysPutRight(hours: readonly HouseHour[]): readonly HouseHour[] {
  return hours
    .map((hour) => ({ ...hour, timeMs: exchanged(hour.timeMs) }))
    .sort((a, b) => a.timeMs - b.timeMs)
}

export function exchanged(timeMs: number): number {
  const time = new Date(timeMs)
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()]
  if (day > MONTHS_PER_YEAR) return timeMs
  return Date.UTC(year, day - 1, month) + (timeMs % DAY_MS)
}

export interface OrderProof {
  /** Whole hours of the minutes, of days that can be taken for months. */
  readonly hours: number
  /** Of them, those whose mean stands in the file of hours at their own time. */
  readonly asTheyStand: number
  /** And those whose mean stands there where day and month are exchanged. */
  readonly exchanged: number
}

const VOLTS_NEAR = 0.01

/** The minutes of the first month, which nobody has exchanged, held against the hours. */
export function orderProof(hours: readonly HouseHour[], minutesCsv: string): OrderProof {
  const voltsAt = new Map(hours.map(({ timeMs, volts }) => [timeMs, volts]))
  const isThere = (timeMs: number, mean: number) =>
    Math.abs((voltsAt.get(timeMs) ?? Number.POSITIVE_INFINITY) - mean) < VOLTS_NEAR
  const proofs = wholeHours(minutesCsv)
    .filter(({ timeMs }) => new Date(timeMs).getUTCDate() <= MONTHS_PER_YEAR)
    .map(({ timeMs, volts }) => ({
      plain: isThere(timeMs, volts),
      other: isThere(exchanged(timeMs), volts),
    }))
  return {
    hours: proofs.length,
    asTheyStand: proofs.filter(({ plain }) => plain).length,
    exchanged: proofs.filter(({ other }) => other).length,
  }
}

function wholeHours(minutesCsv: string): readonly { timeMs: number; volts: number }[] {
  const byHour = new Map<number, number[]>()
  for (const [time = '', , volts = ''] of rowsOf(minutesCsv)) {
    if (volts === '') continue
    const timeMs = Math.floor(Date.parse(`${time}Z`) / HOUR_MS) * HOUR_MS
    byHour.set(timeMs, [...(byHour.get(timeMs) ?? []), Number(volts)])
  }
  return [...byHour]
    .filter(([, volts]) => volts.length === MINUTES_PER_HOUR)
    .map(([timeMs, volts]) => ({ timeMs, volts: meanOf(volts) }))
}

/** NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** What `energyguard backtest` reads. */
export function seriesCsv(hours: readonly HouseHour[]): string {
  const rows = hours.map(({ timeMs, kw }) => `${isoText(timeMs)},${kw}`)
  return `${['timestamp,value', ...rows].join('\n')}\n`
}

export function isoText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

export interface Pause {
  readonly fromMs: number
  readonly toMs: number
  readonly hoursMissing: number
}

/** Hours that are not in the file. */
export function pausesOf(hours: readonly HouseHour[]): readonly Pause[] {
  return hours.slice(1).flatMap(({ timeMs }, at) => {
    const before = hours[at]?.timeMs ?? timeMs
    const hoursMissing = (timeMs - before) / HOUR_MS - 1
    return hoursMissing > 0 ? [{ fromMs: before, toMs: timeMs, hoursMissing }] : []
  })
}

export interface Absence {
  readonly fromMs: number
  readonly toMs: number
  readonly days: number
  /** Mean power of the four weeks before, and of these days. */
  readonly kwBefore: number
  readonly kwDuring: number
}

/** A house in which nobody lives: its refrigerator, and what stands by. */
export const EMPTY_KW = 0.5
const ABSENCE_DAYS_MIN = 3
const BEFORE_MS = 28 * DAY_MS

/** Days in a row whose mean is what an empty house draws. */
export function absencesOf(hours: readonly HouseHour[]): readonly Absence[] {
  const emptyDays = [...Map.groupBy(hours, ({ timeMs }) => Math.floor(timeMs / DAY_MS))]
    .filter(([, ofDay]) => meanOf(ofDay.map(({ kw }) => kw)) < EMPTY_KW)
    .map(([day]) => day)
  const runs: number[][] = []
  for (const day of emptyDays) {
    const run = runs.at(-1)
    if (run?.at(-1) === day - 1) run.push(day)
    else runs.push([day])
  }
  return runs
    .filter((run) => run.length >= ABSENCE_DAYS_MIN)
    .map((run) => {
      const fromMs = (run[0] ?? 0) * DAY_MS
      const toMs = fromMs + run.length * DAY_MS
      const kwBefore = meanBetween(hours, fromMs - BEFORE_MS, fromMs)
      return {
        fromMs,
        toMs,
        days: run.length,
        kwBefore,
        kwDuring: meanBetween(hours, fromMs, toMs),
      }
    })
}

function meanBetween(hours: readonly HouseHour[], fromMs: number, toMs: number): number {
  const within = hours.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs)
  return meanOf(within.map(({ kw }) => kw))
}
