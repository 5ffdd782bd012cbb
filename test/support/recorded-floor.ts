/**
 * A file for `replay`: one quiet floor, as readings that were recorded as they travelled.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './process.ts'

const FLOOR = 7

export function recordedReading(minute: number) {
  const timestamp = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString()
  return { piano: FLOOR, timestamp, sensore2_kw: 1 + minute / 1e6 }
}

/** Path of a file with so many readings, a minute apart and all different, from a minute on. */
export function recordedFloor(count: number, firstMinute = 0): string {
  const rows = Array.from({ length: count }, (_, n) => recordedReading(firstMinute + n))
  const path = join(temporaryFolder('recorded'), 'floor.ndjson')
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return path
}
