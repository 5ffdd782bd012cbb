/**
 * Times on the wire are ISO 8601 with an offset and are kept as sent; inside they are milliseconds
 * since 1970 with a fraction, so that microseconds still order two readings of the same
 * millisecond.
 */
const DAY = /(\d{4})-(\d{2})-(\d{2})/.source
const TIME_OF_DAY = /(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?/.source
const ZONE = /([Zz]|[+-]\d{2}(?::?\d{2})?)/.source
const ISO_WITH_ZONE = new RegExp(`^${DAY}[Tt ]${TIME_OF_DAY}${ZONE}$`)

const MINUTE_MS = 60_000

/**
 * Milliseconds since 1970 (with a fraction below the millisecond), or undefined when the text is
 * not an ISO 8601 time with an offset or `Z`, or names a moment that no calendar has or that lies
 * before 1970: the order of a version is never negative.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = ISO_WITH_ZONE.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = 'Z'] = match
  const offsetMinutes = zoneMinutes(zone)
  if (offsetMinutes === undefined) return undefined
  const parts = [year, month, day, hour, minute, second].map(Number)
  const utcMs = calendarMs(parts)
  if (utcMs === undefined) return undefined
  const fractionMs = fraction === '' ? 0 : Number(`0.${fraction}`) * 1000
  const timeMs = utcMs - offsetMinutes * MINUTE_MS + fractionMs
  return timeMs < 0 ? undefined : timeMs
}

function calendarMs(parts: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(ms)
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real && year >= 1969 ? ms : undefined
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0
  const digits = zone.slice(1).replace(':', '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2) || '0')
  if (hours > 23 || minutes > 59) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}
