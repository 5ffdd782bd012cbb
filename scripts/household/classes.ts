/**
 * What an alarm of the household was, told by numbers alone, so that every run says the same and a
 * changed rule is judged by the same measure: which circuits drew the power, how the hours before
 * went, whether voltage and current stood still as well. The order of the questions counts; what no
 * question knows is unexplained, and says so.
 */
import type { Incident } from '../../src/model/incident.ts'
import { DAY_MS, EMPTY_KW, HOUR_MS, type HouseHour, meanOf } from './record.ts'

export const CLASSES = [
  'frozen',
  'equal',
  'pause',
  'away',
  'appliances',
  'night',
  'day off',
  'ended',
  'unexplained',
] as const
export type AlarmClass = (typeof CLASSES)[number]

export interface ClassText {
  readonly what: string
  /** How the numbers tell. */
  readonly test: string
  /** Whether somebody who lives there would want to be told. */
  readonly isWanted: string
}

export const CLASS_TEXTS: Readonly<Record<AlarmClass, ClassText>> = {
  frozen: {
    what: 'the meter stood still',
    test: 'power, voltage and current repeat to the last digit',
    isWanted: 'yes: nothing was measured',
  },
  equal: {
    what: 'two equal means by chance',
    test: 'the power repeats, the voltage does not',
    isWanted: 'no',
  },
  pause: {
    what: 'after a pause of the meter',
    test: 'hours are missing in the day before',
    isWanted: 'perhaps: as part of the pause',
  },
  away: {
    what: 'nobody at home',
    test: 'lower, and the day before or the day after has a mean of less than 0.5 kW',
    isWanted: 'once, if at all: who is away knows it',
  },
  appliances: {
    what: 'cooking and washing',
    test: 'kitchen and laundry make up half of what is too much',
    isWanted: 'no',
  },
  night: {
    what: 'a late evening, or something that ran at night',
    test: 'higher, from 22 to 8 o’clock',
    isWanted: 'mostly no; yes where it was left on',
  },
  'day off': {
    what: 'at home by day',
    test: 'higher, by day, at a weekend or on a public holiday or its eve',
    isWanted: 'no',
  },
  ended: {
    what: 'something large went off sooner than usual',
    test: 'lower, after three hours of at least twice as much',
    isWanted: 'no',
  },
  unexplained: {
    what: 'no number here explains it',
    test: 'none of the above',
    isWanted: 'perhaps: that is the kind one would look into',
  },
}

/** Where something is held against the day before. */
const HOURS_PER_DAY = 24
const PART_OF_EXCESS = 0.5
const NIGHT_FROM_HOUR = 22
const NIGHT_TO_HOUR = 8
const HOURS_BEFORE = 3
const TIMES_LOWER = 2

export function classOf(incident: Incident, hours: readonly HouseHour[]): AlarmClass {
  const at = hours.findIndex(({ timeMs }) => timeMs === incident.opening.timeMs)
  const [before, hour] = [hours[at - 1], hours[at]]
  if (!before || !hour) return 'unexplained'
  const day = hours.slice(Math.max(0, at - HOURS_PER_DAY), at + 1)
  const isHigher = incident.opening.direction === 'up'
  if (incident.cause === 'stuck') return isSame(hour, before) ? 'frozen' : 'equal'
  if (hour.timeMs - (day[0]?.timeMs ?? 0) > DAY_MS) return 'pause'
  if (isHigher) return classOfHigher(hour, incident.opening.expected)
  const dayAfter = hours.slice(at, at + HOURS_PER_DAY + 1)
  if (isEmpty(day) || isEmpty(dayAfter)) return 'away'
  const last = meanOf(day.slice(-1 - HOURS_BEFORE, -1).map(({ kw }) => kw))
  return last >= TIMES_LOWER * hour.kw ? 'ended' : 'unexplained'
}

function isEmpty(hours: readonly HouseHour[]): boolean {
  return meanOf(hours.map(({ kw }) => kw)) < EMPTY_KW
}

function isSame(one: HouseHour, other: HouseHour): boolean {
  return one.kw === other.kw && one.volts === other.volts && one.amperes === other.amperes
}

function classOfHigher(hour: HouseHour, expectedKw: number): AlarmClass {
  const circuitsKw = (hour.kitchenWh + hour.laundryWh) / 1_000
  if (circuitsKw >= PART_OF_EXCESS * (hour.kw - expectedKw)) return 'appliances'
  const clock = Math.floor((hour.timeMs % DAY_MS) / HOUR_MS)
  if (clock >= NIGHT_FROM_HOUR || clock < NIGHT_TO_HOUR) return 'night'
  return isDayOff(hour.timeMs) ? 'day off' : 'unexplained'
}

/** France, and the eves of Christmas and of the new year. */
const FIXED_DAYS = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11']
const WINTER_DAYS = ['12-24', '12-25', '12-31']
/** Easter Monday, Ascension Day and Whit Monday. */
const MOVING_DAYS = [
  ...['2007-04-09', '2007-05-17', '2007-05-28', '2008-03-24', '2008-05-01', '2008-05-12'],
  ...['2009-04-13', '2009-05-21', '2009-06-01', '2010-04-05', '2010-05-13', '2010-05-24'],
]

export function isDayOff(timeMs: number): boolean {
  const time = new Date(timeMs)
  const date = time.toISOString().slice(0, 10)
  const isHoliday = [...FIXED_DAYS, ...WINTER_DAYS].includes(date.slice(5))
  return time.getUTCDay() % 6 === 0 || isHoliday || MOVING_DAYS.includes(date)
}
