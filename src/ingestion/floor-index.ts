/**
 * The index of a floor: the timestamps of its newest readings, oldest first, each once and never
 * more than the limit (contract, `energy:p{n}:index`). A dashboard reads it to know which keys to
 * ask for.
 *
 * Joining is commutative and idempotent: the newest N of (the newest N of what came before, and
 * what comes now) are the newest N of everything, in whatever order and however often readings
 * arrive.
 */
import { parseTimestamp } from '../model/timestamp.ts'

export interface IndexEntry {
  /** As sent. */
  readonly text: string
  /** Ms since 1970 with a fraction. */
  readonly timeMs: number
}

/** Ascending by time; two spellings of one moment are two entries, ordered by their text. */
export type FloorIndex = readonly IndexEntry[]

export const EMPTY_INDEX: FloorIndex = []

/** The newest `limit` entries of both, sorted, each text once. */
export function joinIndex(
  index: FloorIndex,
  added: readonly IndexEntry[],
  limit: number,
): FloorIndex {
  const byText = new Map<string, IndexEntry>()
  for (const entry of index) byText.set(entry.text, entry)
  for (const entry of added) byText.set(entry.text, entry)
  return [...byText.values()].sort(compareEntries).slice(-limit)
}

function compareEntries(a: IndexEntry, b: IndexEntry): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0
}

/** The document as it stands in the store. */
export function indexText(index: FloorIndex): string {
  return JSON.stringify({ timestamps: index.map((entry) => entry.text) })
}

/**
 * Reads a stored document. Whatever in it is not a timestamp is left out: an index written by
 * another program, or none at all, must never stop the readings.
 */
export function parseIndex(text: string): FloorIndex {
  const entries = timestampsOf(text).flatMap((timestamp) => {
    const timeMs = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined
    return timeMs === undefined ? [] : [{ text: timestamp as string, timeMs }]
  })
  return joinIndex(EMPTY_INDEX, entries, Number.POSITIVE_INFINITY)
}

function timestampsOf(text: string): readonly unknown[] {
  try {
    const document = JSON.parse(text) as { timestamps?: unknown } | null
    const timestamps = document?.timestamps
    return Array.isArray(timestamps) ? timestamps : []
  } catch {
    return []
  }
}
