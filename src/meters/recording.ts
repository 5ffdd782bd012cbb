/**
 * A recorded file, line by line, as records for the log. Two formats: CSV with a header and a
 * column mapping, and NDJSON whose lines are readings already. What a line does not have is not
 * made up: an empty or unreadable value travels on as absent or as it stands, and ingestion says
 * what is wrong.
 */
import type { NewRecord } from '../ports/log.ts'

export interface Recording {
  /** So many lines at the beginning are no readings. */
  readonly headerLines: number
  /** When this line was recorded, ms since 1970; undefined when it does not say. */
  timeOf(line: string): number | undefined
  /** The readings of this line. Called once for each line, in order: counters run along. */
  recordsOf(line: string, timeline: Timeline): readonly NewRecord[]
}

/** Where recorded time lies on the clock of the replay. */
export interface Timeline {
  /** The timestamp to send; `timeMs` is the recorded time, `text` how it was written. */
  stamp(text: string, timeMs: number): string
  /** How long a recorded second lasts, s; 1 unless time is compressed. Energy follows it. */
  readonly secondsPerSecond: number
}

/** Recorded times as they were. */
export const AS_RECORDED: Timeline = { stamp: (text) => text, secondsPerSecond: 1 }

/**
 * Recorded times elsewhere: `toMs` says where (ms since 1970). Written in UTC with microseconds.
 */
export function movedTimeline(toMs: (timeMs: number) => number, secondsPerSecond = 1): Timeline {
  return { stamp: (_text, timeMs) => microsecondText(toMs(timeMs)), secondsPerSecond }
}

function microsecondText(timeMs: number): string {
  const micros = Math.floor(timeMs * 1000)
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(micros / 1000))
  return instant.add({ microseconds: micros % 1000 }).toString({ fractionalSecondDigits: 6 })
}
