/**
 * Readings that were recorded as they travelled, one JSON object on each line. They are sent as
 * they stand; only when time is moved, the timestamp is replaced.
 */
import { parseTimestamp } from '../model/timestamp.ts'
import type { Recording, Timeline } from './recording.ts'

export function ndjsonRecording(): Recording {
  return {
    headerLines: 0,
    timeOf: (line) => timeOf(parse(line)),
    recordsOf(line, timeline) {
      const document = parse(line)
      const key = Number.isSafeInteger(document?.piano) ? String(document?.piano) : null
      return [{ key, value: movedText(line, document, timeline) }]
    },
  }
}

function movedText(
  line: string,
  document: Record<string, unknown> | undefined,
  timeline: Timeline,
): string {
  const timeMs = timeOf(document)
  if (timeMs === undefined) return line
  const sent = String(document?.timestamp)
  const timestamp = timeline.stamp(sent, timeMs)
  return timestamp === sent ? line : JSON.stringify({ ...document, timestamp })
}

function timeOf(document: Record<string, unknown> | undefined): number | undefined {
  const timestamp = document?.timestamp
  return typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
