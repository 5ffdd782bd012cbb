/**
 * Recorders often write local time and leave the offset to a note. The log wants every time with
 * its offset, so the one of the zone is added; what was written stays as it is.
 */
import { parseTimestamp } from '../model/timestamp.ts'

const WITHOUT_OFFSET = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?$/
const OFFSET = /^[+-]\d{2}:\d{2}$/

export interface RecordedTime {
  /** With an offset where one could be found, else as written. */
  readonly text: string
  /** Ms since 1970; undefined when it is no time. */
  readonly timeMs: number | undefined
}

/** `zone`: an offset (`+01:00`) or an IANA name, for times that carry none. */
export function recordedTime(written: string, zone: string): RecordedTime {
  const text = WITHOUT_OFFSET.test(written) ? written + offsetAt(written, zone) : written
  return { text, timeMs: parseTimestamp(text) }
}

/** In the hour that a zone has twice, the first; in the hour that it skips, the later offset. */
function offsetAt(written: string, zone: string): string {
  if (OFFSET.test(zone)) return zone
  try {
    const local = Temporal.PlainDateTime.from(written)
    return local.toZonedDateTime(zone).offset
  } catch {
    return ''
  }
}
