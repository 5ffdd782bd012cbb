/**
 * Weekday and half hour belong to the site's local time: people live by it, and in UTC every slot
 * would shift by an hour twice a year. With the zone `UTC` these are the slots of the contract.
 *
 * A slot comes round each week; a half hour is one such stretch of real time. When clocks go back,
 * two half hours of one night fall into the same slot.
 */
export interface Slot {
  /** Monday 0 .. Sunday 6. */
  readonly weekday: number
  /** 0..47: 17 is 08:30 to 09:00. */
  readonly halfHour: number
}

export interface HalfHour extends Slot {
  /** Start, ms since 1970. */
  readonly startMs: number
}

export const HALF_HOUR_MS = 30 * 60_000
const WEEKDAY_NAMES = ['Lun', 'Mar', 'Mer', 'Gio', 'Ven', 'Sab', 'Dom'] as const

/**
 * The half hour of local time that a moment (ms since 1970) lies in. It begins at :00 or :30 of the
 * clock on the wall, which in some zones (Nepal) is :15 or :45 of UTC. Throws RangeError for an
 * unknown zone (IANA name).
 */
export function halfHourOf(timeMs: number, timeZone: string): HalfHour {
  const local = localTime(timeMs, timeZone)
  const intoMs = ((local.minute % 30) * 60 + local.second) * 1000 + local.millisecond
  return {
    weekday: weekdayIndex(local),
    halfHour: halfHourIndex(local),
    startMs: Math.floor(timeMs) - intoMs,
  }
}

/**
 * Slot of a moment (ms since 1970) in a zone (IANA name). Throws RangeError for an unknown zone.
 */
export function slotOf(timeMs: number, timeZone: string): Slot {
  const local = localTime(timeMs, timeZone)
  return { weekday: weekdayIndex(local), halfHour: halfHourIndex(local) }
}

/** Monday 0 .. Sunday 6. */
export function weekdayIndex(local: { readonly dayOfWeek: number }): number {
  return local.dayOfWeek - 1
}

/** 0..47. */
export function halfHourIndex(local: { readonly hour: number; readonly minute: number }): number {
  return local.hour * 2 + (local.minute >= 30 ? 1 : 0)
}

/** For example "Lun 08:30". */
export function slotLabel(slot: Slot): string {
  const hours = String(Math.floor(slot.halfHour / 2)).padStart(2, '0')
  return `${WEEKDAY_NAMES[slot.weekday]} ${hours}:${slot.halfHour % 2 === 0 ? '00' : '30'}`
}

function localTime(timeMs: number, timeZone: string) {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs)).toZonedDateTimeISO(timeZone)
}
