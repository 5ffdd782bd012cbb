/**
 * Which keys may hold the readings of a stretch of time. A key carries the time as its sender wrote
 * it, and keys stand in the order of that text: a reading of 12:00Z that was sent as
 * `13:00+01:00` stands an hour further on, and one with a space in place of the `T` before all
 * those of its day that have one. So a stretch of time is several ranges of keys, widened by the
 * zones in which readings were sent.
 */
import { readingKey } from '../model/keys.ts'
import { parseTimestamp } from '../model/timestamp.ts'

/** From (inclusive) to (exclusive), in the order of the keys, which are ASCII here. */
export interface KeyRange {
  readonly from: string
  readonly to: string
}

/** Ms since 1970; `toMs` is exclusive. */
export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** What may stand between date and time, in the order of the bytes. */
const SEPARATORS = [' ', 'T', 't'] as const
const ZONE = /([Zz]|[+-]\d{2}(?::?\d{2})?)$/
/** No text names an earlier or a later moment, on any clock. */
const LOCAL_MS_MIN = -DAY_MS
const LOCAL_MS_MAX = Date.UTC(9999, 11, 31, 23, 59)

/** How far its zone puts a time ahead of UTC, ms; undefined when the text is no time. */
export function zoneMsOf(timestamp: string): number | undefined {
  const utcMs = parseTimestamp(timestamp)
  const localMs = parseTimestamp(timestamp.replace(ZONE, 'Z'))
  return utcMs === undefined || localMs === undefined ? undefined : Math.round(localMs - utcMs)
}

/** The keys of a floor's readings in a stretch that were sent in one of the zones, or between. */
export function keyRangesOf(
  floor: number,
  { fromMs, toMs }: Stretch,
  zonesMs: Iterable<number>,
): readonly KeyRange[] {
  const zones = [0, ...zonesMs]
  const first = minuteText(fromMs + Math.min(...zones))
  // A whole minute more: a text may leave its seconds out, or carry a fraction of them.
  const end = minuteText(toMs + Math.max(...zones) + MINUTE_MS)
  const ranges = SEPARATORS.map((separator) => ({
    from: readingKey(floor, first.replace('T', separator)),
    to: readingKey(floor, end.replace('T', separator)),
  }))
  return joined(ranges)
}

/** All keys that the stretch can have in any zone there is, and no `latest` or `index`. */
export function widestRange(floor: number, stretch: Stretch): KeyRange {
  const from = minuteText(stretch.fromMs - DAY_MS).replace('T', ' ')
  const to = minuteText(stretch.toMs + DAY_MS).replace('T', 't')
  return { from: readingKey(floor, from), to: readingKey(floor, to) }
}

/** What of the ranges no range of `done` covers. */
export function without(
  ranges: readonly KeyRange[],
  done: readonly KeyRange[],
): readonly KeyRange[] {
  return done.reduce<readonly KeyRange[]>(
    (left, { from, to }) =>
      left.flatMap((one) =>
        [
          { from: one.from, to: least(one.to, from) },
          { from: greatest(one.from, to), to: one.to },
        ].filter((part) => part.from < part.to),
      ),
    ranges,
  )
}

/** Ascending, and none touches the next. */
export function joined(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const ascending = [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const result: KeyRange[] = []
  for (const range of ascending) {
    const last = result.at(-1)
    if (last && range.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: greatest(last.to, range.to) }
    } else result.push(range)
  }
  return result
}

/** Like `2026-01-05T08:30`, before which no text of this minute stands. */
function minuteText(timeMs: number): string {
  const possibleMs = Math.min(Math.max(timeMs, LOCAL_MS_MIN), LOCAL_MS_MAX)
  return new Date(possibleMs).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)
}

function least(a: string, b: string): string {
  return a < b ? a : b
}

function greatest(a: string, b: string): string {
  return a > b ? a : b
}
