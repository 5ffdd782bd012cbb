/**
 * Three pictures of the household: the four years with what was told in them, each alarm with the
 * days around it, and how often was told, month by month, beside the original's rule. Pure: from
 * what was judged to the text of a file.
 */
import type { Incident } from '../../src/model/incident.ts'
import { type Absence, DAY_MS, HOUR_MS, type HouseHour, meanOf } from './record.ts'
import { box, line, mark, type Point, picture, scaled, straight, text } from './svg.ts'

const WIDTH = 960
const LEFT = 44
const RIGHT = 12
const MONTH_NAMES = ['J', 'F', 'M', 'A', 'M', 'J', 'J', 'A', 'S', 'O', 'N', 'D']

export interface Told {
  readonly hours: readonly HouseHour[]
  readonly incidents: readonly Incident[]
}

const YEAR_HEIGHT = 160
const YEAR_KW_MAX = 4
const YEARS = [2007, 2008, 2009, 2010]
/** Of two marks that would lie on one another the second stands a row lower. */
const MARK_DISTANCE = 28
const MARK_ROWS = 4
const MARK_ROW_HEIGHT = 12

export function yearsPicture({ hours, incidents }: Told, absences: readonly Absence[]): string {
  const rows = YEARS.map((year, row) => {
    const [fromMs, toMs] = [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
    const isIn = (timeMs: number) => timeMs >= fromMs && timeMs < toMs
    const top = 8 + row * YEAR_HEIGHT
    const x = scaled([fromMs, toMs], [LEFT, WIDTH - RIGHT])
    const y = scaled([0, YEAR_KW_MAX], [top + YEAR_HEIGHT - 30, top + 56])
    return [
      ...absences
        .filter(({ fromMs: start }) => isIn(start))
        .map((one) => stripe(x(one.fromMs), x(one.toMs), y(YEAR_KW_MAX), y(0))),
      ...frameOf(year, x, y),
      ...brokenLines(dailyMeans(hours.filter(({ timeMs }) => isIn(timeMs))), DAY_MS, x, y, 'value'),
      ...marksOf(incidents, isIn, x, top + 8),
    ]
  })
  const title =
    'Mean power of each day, four years, with every alarm and the times of an empty house'
  return picture({ width: WIDTH, height: 16 + YEARS.length * YEAR_HEIGHT, title }, rows.flat())
}

type Scale = (value: number) => number

function stripe(left: number, right: number, top: number, bottom: number): string {
  return box({ x: left, y: top }, { width: right - left, height: bottom - top }, 'away')
}

function frameOf(year: number, x: Scale, y: Scale): readonly string[] {
  const grid = [0, 2, YEAR_KW_MAX].flatMap((kw) => [
    straight({ x: LEFT, y: y(kw) }, { x: WIDTH - RIGHT, y: y(kw) }, 'grid'),
    text({ x: LEFT - 6, y: y(kw) + 4 }, kw === 0 ? '0 kW' : String(kw), 'soft end'),
  ])
  const months = MONTH_NAMES.map((name, month) =>
    text({ x: x(Date.UTC(year, month, 15)), y: y(0) + 14 }, name, 'soft middle'),
  )
  return [...grid, ...months, text({ x: 4, y: y(YEAR_KW_MAX) - 14 }, String(year))]
}

function dailyMeans(hours: readonly HouseHour[]): readonly Sample[] {
  const days = Map.groupBy(hours, ({ timeMs }) => Math.floor(timeMs / DAY_MS))
  return [...days].map(([day, ofDay]) => ({
    timeMs: day * DAY_MS + DAY_MS / 2,
    kw: meanOf(ofDay.map(({ kw }) => kw)),
  }))
}

interface Sample {
  readonly timeMs: number
  readonly kw: number
}

/** One line for each stretch without a pause: what was not measured is not drawn. */
function brokenLines(
  samples: readonly Sample[],
  stepMs: number,
  x: Scale,
  y: Scale,
  name: string,
): readonly string[] {
  const stretches: Point[][] = []
  let beforeMs = Number.NEGATIVE_INFINITY
  for (const { timeMs, kw } of samples) {
    const point = { x: x(timeMs), y: y(kw) }
    if (timeMs - beforeMs <= stepMs) stretches.at(-1)?.push(point)
    else stretches.push([point])
    beforeMs = timeMs
  }
  return stretches.filter((one) => one.length > 1).map((one) => line(one, name))
}

function marksOf(
  incidents: readonly Incident[],
  isIn: (timeMs: number) => boolean,
  x: Scale,
  top: number,
): readonly string[] {
  const lastOfRow = Array.from({ length: MARK_ROWS }, () => Number.NEGATIVE_INFINITY)
  return incidents.flatMap(({ startMs, cause }, number) => {
    if (!isIn(startMs)) return []
    const at = x(startMs)
    const free = lastOfRow.findIndex((last) => at - last >= MARK_DISTANCE)
    const row = free < 0 ? MARK_ROWS - 1 : free
    lastOfRow[row] = at
    const y = top + row * MARK_ROW_HEIGHT
    const label = text({ x: at + 6, y: y + 4 }, String(number + 1))
    return [mark({ x: at, y }, cause === 'silent' ? 'stuck' : cause), label]
  })
}

const COLUMNS = 4
const PANEL = { width: 236, height: 118 }
const HOURS_BEFORE = 36
const HOURS_AFTER = 18
const PANEL_KW_STEP = 2

/** The days around each alarm, over the same days of the week before in grey. */
export function storiesPicture({ hours, incidents }: Told): string {
  const panels = incidents.flatMap((incident, number) => panelOf(hours, incident, number))
  const rows = Math.ceil(incidents.length / COLUMNS)
  const title = 'Each alarm with the 36 hours before it and the 18 after; grey: a week earlier'
  return picture({ width: WIDTH, height: 8 + rows * PANEL.height, title }, panels)
}

function panelOf(
  hours: readonly HouseHour[],
  incident: Incident,
  number: number,
): readonly string[] {
  const { timeMs, value } = incident.opening
  const left = 8 + (number % COLUMNS) * PANEL.width
  const top = 8 + Math.floor(number / COLUMNS) * PANEL.height
  const span = [timeMs - HOURS_BEFORE * HOUR_MS, timeMs + HOURS_AFTER * HOUR_MS] as const
  const during = between(hours, span[0], span[1])
  const before = between(hours, span[0] - 7 * DAY_MS, span[1] - 7 * DAY_MS)
  const kwMax = Math.max(
    PANEL_KW_STEP,
    ...during.map(({ kw }) => kw),
    ...before.map(({ kw }) => kw),
  )
  const x = scaled(span, [left + 18, left + PANEL.width - 10])
  const y = scaled([0, Math.ceil(kwMax)], [top + PANEL.height - 14, top + 20])
  const weekLater = (at: number) => x(at + 7 * DAY_MS)
  const heading = `${number + 1}  ${shortTime(timeMs)}`
  return [
    straight({ x: x(span[0]), y: y(0) }, { x: x(span[1]), y: y(0) }, 'grid'),
    ...[0, PANEL_KW_STEP].map((kw) => text({ x: left + 14, y: y(kw) + 4 }, String(kw), 'soft end')),
    ...brokenLines(before, HOUR_MS, weekLater, y, 'before'),
    ...brokenLines(during, HOUR_MS, x, y, 'value'),
    mark({ x: x(timeMs), y: y(value) }, incident.cause === 'silent' ? 'stuck' : incident.cause),
    text({ x: left + 18, y: top + 11 }, heading),
  ]
}

function between(hours: readonly HouseHour[], fromMs: number, toMs: number) {
  return hours.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

export function shortTime(timeMs: number): string {
  const time = new Date(timeMs)
  const iso = time.toISOString()
  return `${WEEKDAYS[time.getUTCDay()]} ${iso.slice(0, 10)} ${iso.slice(11, 16)}`
}

const RATES_HEIGHT = 190
const BAR_GAP = 2

/** How often was told in each month. */
export function ratesPicture(
  { hours, incidents }: Told,
  originalMs: readonly number[],
  budgetPerMonth: number,
): string {
  const months = monthsOf(hours)
  const [old, now] = [countsOf(originalMs), countsOf(incidents.map(({ startMs }) => startMs))]
  const countMax = Math.max(...old.values(), ...now.values())
  const x = scaled([0, months.length], [LEFT, WIDTH - RIGHT])
  const y = scaled([0, countMax], [RATES_HEIGHT - 26, 24])
  const bars = months.flatMap((month, at) => [
    ...bar(x(at), x(at + 1), y(old.get(month) ?? 0), y(0), 'old'),
    ...bar(x(at) + 4, x(at + 1) - 4, y(now.get(month) ?? 0), y(0), 'new'),
    ...(month % 12 === 0
      ? [text({ x: x(at), y: RATES_HEIGHT - 10 }, String(Math.floor(month / 12)), 'soft')]
      : []),
  ])
  const axis = [0, 10, 20].filter((count) => count <= countMax)
  const title = 'Alarms a month: the original rule in grey, the watch in colour, its budget dashed'
  return picture({ width: WIDTH, height: RATES_HEIGHT, title }, [
    ...axis.map((count) => text({ x: LEFT - 6, y: y(count) + 4 }, String(count), 'soft end')),
    straight({ x: LEFT, y: y(0) }, { x: WIDTH - RIGHT, y: y(0) }, 'grid'),
    ...bars,
    straight(
      { x: LEFT, y: y(budgetPerMonth) },
      { x: WIDTH - RIGHT, y: y(budgetPerMonth) },
      'limit',
    ),
    text(
      { x: LEFT, y: 14 },
      'alarms a month: the original rule (grey), the watch, its budget (dashed)',
    ),
  ])
}

function bar(left: number, right: number, top: number, bottom: number, name: string) {
  const size = { width: right - left - BAR_GAP, height: bottom - top }
  return size.height > 0 ? [box({ x: left, y: top }, size, name)] : []
}

/** Months since the year 0. */
function monthOf(timeMs: number): number {
  const time = new Date(timeMs)
  return time.getUTCFullYear() * 12 + time.getUTCMonth()
}

function countsOf(timesMs: readonly number[]): ReadonlyMap<number, number> {
  const byMonth = Map.groupBy(timesMs, monthOf)
  return new Map([...byMonth].map(([month, times]) => [month, times.length]))
}

/** From the first to the last, also those without an alarm. */
function monthsOf(hours: readonly HouseHour[]): readonly number[] {
  const [first, last] = [monthOf(hours[0]?.timeMs ?? 0), monthOf(hours.at(-1)?.timeMs ?? 0)]
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}
