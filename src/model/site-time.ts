/**
 * Weekday and half hour belong to the site's local time: people live by it, and in UTC every slot
 * would shift by an hour twice a year. With the zone `UTC` these are the slots of the contract.
 */
export interface Slot {
  /** Monday 0 .. Sunday 6. */
  readonly weekday: number
  /** 0..47: 17 is 08:30 to 09:00. */
  readonly halfHour: number
}

const HALF_HOUR_MS = 30 * 60_000
const WEEKDAY_NAMES = ['Lun', 'Mar', 'Mer', 'Gio', 'Ven', 'Sab', 'Dom'] as const

/** Slot of a moment (ms since 1970) in a zone (IANA name). Throws RangeError for an unknown zone. */
export function slotOf(timeMs: number, timeZone: string): Slot {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs)).toZonedDateTimeISO(
    timeZone,
  )
  return { weekday: local.dayOfWeek - 1, halfHour: local.hour * 2 + (local.minute >= 30 ? 1 : 0) }
}

/** The start (ms since 1970) of the half hour that a moment lies in; zones have whole half hours. */
export function halfHourStartMs(timeMs: number): number {
  return Math.floor(timeMs / HALF_HOUR_MS) * HALF_HOUR_MS
}

/** For example "Lun 08:30". */
export function slotLabel(slot: Slot): string {
  const hours = String(Math.floor(slot.halfHour / 2)).padStart(2, '0')
  return `${WEEKDAY_NAMES[slot.weekday]} ${hours}:${slot.halfHour % 2 === 0 ? '00' : '30'}`
}
