/**
 * The site's clock on the wall, cheaply: calendars are asked once an hour and not once a reading.
 * Counts local minutes since 1970 as if the local clock had never been put forward or back, so
 * "the same time yesterday" is 1,440 of them ago, on the days when clocks change too.
 */
import { halfHourOf } from '../../model/site-time.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** 1 January 1970 was a Thursday; local minutes are counted from the Monday before. */
const THURSDAY = 3

export const DAY_MINUTES = 1_440
export const WEEK_MINUTES = 7 * DAY_MINUTES

export interface LocalClock {
  /** The hour of real time that `offsetMinutes` was asked for. */
  readonly hour: number
  readonly offsetMinutes: number
}

export const CLOCK_NOT_ASKED: LocalClock = { hour: -1, offsetMinutes: 0 }

export function askedAt(clock: LocalClock, timeMs: number, timeZone: string): LocalClock {
  const hour = Math.floor(timeMs / HOUR_MS)
  return hour === clock.hour ? clock : { hour, offsetMinutes: offsetMinutesAt(timeMs, timeZone) }
}

/** Local minutes since the Monday before 1970, with a fraction. */
export function localMinutes(clock: LocalClock, timeMs: number): number {
  return timeMs / MINUTE_MS + clock.offsetMinutes + THURSDAY * DAY_MINUTES
}

/** Minutes that the local clock is ahead of UTC. */
function offsetMinutesAt(timeMs: number, timeZone: string): number {
  const { weekday, halfHour, startMs } = halfHourOf(timeMs, timeZone)
  const local = weekday * DAY_MINUTES + halfHour * 30
  const utc = (Math.round(startMs / MINUTE_MS) + THURSDAY * DAY_MINUTES) % WEEK_MINUTES
  const ahead = (local - utc + WEEK_MINUTES) % WEEK_MINUTES
  return ahead > WEEK_MINUTES / 2 ? ahead - WEEK_MINUTES : ahead
}
