/**
 * A reading as it travels (contract, "A reading"): checked once at each door, never changed. The
 * names on the wire are Italian and stay so; the document is kept as the text that was sent.
 */
import { parseTimestamp } from './timestamp.ts'

export interface Reading {
  /** Floor, an integer >= 1. */
  readonly piano: number
  /** ISO 8601 with offset, as sent. */
  readonly timestamp: string
  /** Cumulative energy counter, kWh. */
  readonly sensore1_kwh?: number
  /** Active power, kW. */
  readonly sensore2_kw?: number
  /** Current, A. */
  readonly sensore3_corrente?: number
  /** Voltage, V. */
  readonly sensore3_tensione?: number
  /** Energy since the previous reading, kWh. */
  readonly delta_kwh?: number
  /** The older name of delta_kwh. */
  readonly delta_kwh_30s?: number
  readonly delta_kwh_multiplier?: number
  /** Unknown fields are kept. */
  readonly [extra: string]: unknown
}

export interface CheckedReading {
  readonly reading: Reading
  /** The JSON text as it was sent. */
  readonly text: string
  /** The reading's own time, ms since 1970 with a fraction. */
  readonly timeMs: number
}

export type ReadingCheck =
  | { readonly kind: 'accepted'; readonly checked: CheckedReading }
  | { readonly kind: 'rejected'; readonly field: string; readonly reason: string }

/**
 * A reading further ahead of the clock than this is refused, so that `latest` cannot be poisoned.
 */
export const READING_AHEAD_MS_MAX = 5 * 60_000
/** The longest text of one reading, UTF-16 code units; real ones have some 250. */
export const READING_TEXT_LENGTH_MAX = 64 * 1024
/**
 * Extra fields may hold objects and lists nested so deep; real ones hold none. Writing down a value
 * of thousands of levels overflows the stack, and detection writes each reading that alarms into
 * its alert: one such reading would end it again and again.
 */
export const READING_NESTING_MAX = 32

/**
 * No meter of a floor reads more, whatever it measures: 1e9 kW is near a third of the world's
 * electricity. What is larger comes from a counter that ran over or a broken sender, and would
 * spoil the usual band of its half hour for months; near 1e308 sums end in no number at all.
 */
export const AMOUNT_MAX = 1_000_000_000

export const SENSOR_FIELDS = [
  'sensore1_kwh',
  'sensore2_kw',
  'sensore3_corrente',
  'sensore3_tensione',
] as const

const AMOUNT_FIELDS = [...SENSOR_FIELDS, 'delta_kwh', 'delta_kwh_30s'] as const

/**
 * Admits the text of one reading, or says which field is wrong and what it must be.
 * `nowMs`: wall time in ms, against which readings from the future are refused.
 */
export function checkReading(text: string, nowMs: number): ReadingCheck {
  if (text.length > READING_TEXT_LENGTH_MAX) {
    const reason = `is ${text.length} characters long; at most ${READING_TEXT_LENGTH_MAX} are taken`
    return rejected('(whole record)', reason)
  }
  const document = parseObject(text)
  if (!document) return rejected('(whole record)', 'is not a JSON object')
  if (isDeeperThan(document, READING_NESTING_MAX)) {
    return rejected('(whole record)', `is nested more than ${READING_NESTING_MAX} levels deep`)
  }
  return checkFields(document, text, nowMs)
}

function checkFields(document: Record<string, unknown>, text: string, nowMs: number): ReadingCheck {
  const { piano, timestamp } = document
  if (!Number.isSafeInteger(piano) || (piano as number) < 1) {
    return rejected('piano', 'must be an integer >= 1')
  }
  const timeMs = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined
  if (timeMs === undefined) {
    return rejected('timestamp', 'must be an ISO 8601 time with an offset or Z')
  }
  if (timeMs > nowMs + READING_AHEAD_MS_MAX) {
    return rejected('timestamp', `is ${Math.round((timeMs - nowMs) / 1000)} s ahead of the clock`)
  }
  const wrong = AMOUNT_FIELDS.find((field) => !isAmount(document[field]))
  if (wrong) return rejected(wrong, 'must be a number >= 0')
  const large = AMOUNT_FIELDS.find((field) => Number(document[field]) > AMOUNT_MAX)
  if (large) return rejected(large, `is ${document[large]}; at most ${AMOUNT_MAX} is taken`)
  const multiplier = document.delta_kwh_multiplier
  if (multiplier != null && !Number.isFinite(multiplier)) {
    return rejected('delta_kwh_multiplier', 'must be a number')
  }
  if (SENSOR_FIELDS.every((field) => document[field] == null)) {
    return rejected('sensore2_kw', `is absent; one of ${SENSOR_FIELDS.join(', ')} must be there`)
  }
  return { kind: 'accepted', checked: { reading: document as unknown as Reading, text, timeMs } }
}

/**
 * An absent or null sensor is a sensor that did not measure; anything else must be a number >= 0.
 */
function isAmount(value: unknown): boolean {
  return value == null || (typeof value === 'number' && Number.isFinite(value) && value >= 0)
}

/** The value itself is the first level. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(one, levels - 1))
}

function rejected(field: string, reason: string): ReadingCheck {
  return { kind: 'rejected', field, reason }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
