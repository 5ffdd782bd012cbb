/**
 * Readings as ingestion leaves them in a store: each under its own key, with `latest` and `index`
 * beside them. Times are written as a test's sender would.
 */
import { EMPTY_INDEX, indexText, joinIndex } from '../../src/ingestion/floor-index.ts'
import { indexKey, latestKey, readingKey } from '../../src/model/keys.ts'
import { must } from '../../src/model/must.ts'
import { parseTimestamp } from '../../src/model/timestamp.ts'
import type { FakeStore } from './fake-store.ts'

export interface SentReading {
  readonly piano: number
  readonly timestamp: string
  readonly [field: string]: unknown
}

export async function keepReadings(
  store: FakeStore,
  readings: readonly SentReading[],
  indexSize = 500,
): Promise<void> {
  for (const reading of readings) {
    const { piano, timestamp } = reading
    const text = JSON.stringify(reading)
    await store.write([
      { key: readingKey(piano, timestamp), text },
      { key: latestKey(piano), text },
    ])
  }
  for (const floor of new Set(readings.map(({ piano }) => piano))) {
    const entries = readings
      .filter(({ piano }) => piano === floor)
      .map(({ timestamp }) => ({ text: timestamp, timeMs: must(parseTimestamp(timestamp)) }))
    const index = joinIndex(EMPTY_INDEX, entries, indexSize)
    await store.write([{ key: indexKey(floor), text: indexText(index) }])
  }
}

/** A moment as a sender in a zone writes it; minutes ahead of UTC. */
export function writtenIn(zoneMinutes: number, timeMs: number, separator = 'T'): string {
  const local = new Date(timeMs + zoneMinutes * 60_000).toISOString().replace('T', separator)
  const digits = (n: number) => String(n).padStart(2, '0')
  const ahead = Math.abs(zoneMinutes)
  const sign = zoneMinutes < 0 ? '-' : '+'
  const zone = `${sign}${digits(Math.floor(ahead / 60))}:${digits(ahead % 60)}`
  return local.replace('Z', zoneMinutes === 0 ? 'Z' : zone)
}
