/**
 * When a floor is said to send nothing: by its own pace, and only while somebody listened.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '../api/types.ts'
import { type Listening, SILENT_MS_MIN, silentFloors, silentSinceMs } from './silence.ts'

const START_MS = Date.UTC(2026, 10, 26, 9)
const at = (floor: number, seconds: number): Reading => ({
  piano: floor,
  timestamp: new Date(START_MS + seconds * 1000).toISOString(),
})
const everySeconds = (floor: number, seconds: number, until: number) =>
  Array.from({ length: 10 }, (_, n) => at(floor, until - (9 - n) * seconds))
const listening = (seconds: number, more: Partial<Listening> = {}): Listening => ({
  nowMs: START_MS + seconds * 1000,
  intervalMs: () => 30_000,
  ...more,
})

test('of two floors with one pace, the one that died is silent, since its last reading', () => {
  const samples = new Map([
    [7, everySeconds(7, 30, 0)],
    [1, everySeconds(1, 30, 300)],
  ])
  assert.deepEqual(silentFloors(samples, listening(90)), [])
  assert.deepEqual(silentFloors(samples, listening(301)), [7])
  assert.equal(silentSinceMs(samples.get(7), listening(301)), START_MS)
})

test('each floor has its own pace', () => {
  const samples = new Map([
    [1, everySeconds(1, 1, 0)],
    [2, everySeconds(2, 900, 0)],
  ])
  assert.deepEqual(silentFloors(samples, listening(SILENT_MS_MIN / 1000)), [])
  assert.deepEqual(silentFloors(samples, listening(SILENT_MS_MIN / 1000 + 1)), [1])
  assert.deepEqual(silentFloors(samples, listening(2_701)), [1, 2])
})

test('a floor of one reading has the pace of its building, or of the simulator', () => {
  const one = [at(1, 0)]
  assert.equal(silentSinceMs(one, listening(90)), undefined)
  assert.equal(silentSinceMs(one, listening(91, { intervalMs: () => 1_000 })), START_MS)
  assert.equal(silentSinceMs(one, listening(91, { intervalMs: () => 60_000 })), undefined)
})

test('what came while nobody listened is not missed', () => {
  const list = everySeconds(1, 30, 0)
  const sinceMs = START_MS + 600_000
  assert.equal(silentSinceMs(list, listening(610, { sinceMs })), undefined)
  assert.equal(silentSinceMs(list, listening(691, { sinceMs })), START_MS)
})

test('a floor without a reading, or with a time that cannot be read, claims nothing', () => {
  assert.equal(silentSinceMs(undefined, listening(999)), undefined)
  assert.equal(silentSinceMs([], listening(999)), undefined)
  assert.equal(silentSinceMs([{ piano: 1, timestamp: 'x' }], listening(999)), undefined)
})
