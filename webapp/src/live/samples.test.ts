/**
 * What the readings of a floor say of its meter: how often it sends, and whether some did not come.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '../api/types.ts'
import { initialState, type LiveState, step } from './machine.ts'
import {
  addReadings,
  intervalMsOf,
  intervalMsOn,
  knownIntervalMsOf,
  MISSED_MS_MIN,
} from './samples.ts'

const START_MS = Date.parse('2026-03-02T10:00:00Z')
const NOW_MS = START_MS + 3_600_000

const reading = (floor: number, seconds: number): Reading => ({
  piano: floor,
  timestamp: new Date(START_MS + seconds * 1000).toISOString(),
})
const readings = (floor: number, ...seconds: readonly number[]) =>
  seconds.map((second) => reading(floor, second))

/** Each list comes in one piece. */
function fed(...pieces: readonly (readonly Reading[])[]): LiveState {
  return pieces.reduce(
    (state, piece) => step(state, { kind: 'readings', readings: piece }, NOW_MS),
    initialState(NOW_MS),
  )
}

function secondsOn(floor: number, { samples }: LiveState): readonly number[] {
  return (samples.get(floor) ?? []).map((one) => (Date.parse(one.timestamp) - START_MS) / 1000)
}

test('each floor has its own interval; that of the building is of the floor with most', () => {
  const samples = addReadings(new Map(), [...readings(1, 0, 900), ...readings(2, 0, 1, 2, 3)])
  assert.equal(intervalMsOf(samples), 1_000)
  assert.equal(intervalMsOn(1, samples), 900_000)
  assert.equal(intervalMsOn(2, samples), 1_000)
  assert.equal(intervalMsOn(3, samples), 30_000, 'of nothing')
})

test('while no floor has two samples nobody knows how often they come', () => {
  const samples = addReadings(new Map(), [reading(1, 0), reading(2, 900)])
  assert.equal(knownIntervalMsOf(samples), undefined)
  assert.equal(knownIntervalMsOf(addReadings(samples, [reading(2, 1_800)])), 900_000)
})

const JUST = 2 + MISSED_MS_MIN / 1000

test('a floor that goes on more than three of its intervals later has missed readings', () => {
  assert.equal(fed(readings(1, 0, 1, 2), readings(1, JUST)).passedMs, undefined)
  assert.equal(fed(readings(1, 0, 1, 2), readings(1, JUST + 1)).passedMs, NOW_MS)
  assert.equal(fed(readings(1, 0, 1, 2), readings(1, 3, 4, 34, 35)).passedMs, NOW_MS)
  assert.equal(fed(readings(1, 0, 30, 60), readings(1, 150)).passedMs, undefined)
  assert.equal(fed(readings(1, 0, 30, 60), readings(1, 151)).passedMs, NOW_MS)
})

test('where most floors go on it is the page that missed some, else it is their meters', () => {
  const [one, two, three] = [1, 2, 3].map((floor) => readings(floor, 0, 1, 2))
  const before = [...(one ?? []), ...(two ?? []), ...(three ?? [])]
  assert.equal(fed(before, readings(1, 60)).passedMs, undefined)
  assert.equal(fed(before, [...readings(1, 60), ...readings(2, 60)]).passedMs, NOW_MS)
})

test('no floor is judged by another, by its first reading, or by one that came late', () => {
  assert.equal(fed(readings(1, 0, 1, 2), readings(2, 0, 900, 1_800)).passedMs, undefined)
  assert.equal(fed(readings(1, 0, 1), readings(2, 0, 900), readings(2, 2_700)).passedMs, undefined)
  assert.equal(fed(readings(1, 0), readings(1, 900)).passedMs, undefined)
  assert.equal(fed(readings(1, 100, 101, 102), readings(1, 0, 50)).passedMs, undefined)
  assert.equal(fed(readings(1, 0, 1, 2), readings(1, 3, 4, 5, 6, 7, 8)).passedMs, undefined)
})

test('paused, nothing newer comes of a floor that is known; older ones and new floors do', () => {
  const before = fed(readings(1, 10, 11, 12))
  const paused = step(before, { kind: 'paused', isPaused: true }, NOW_MS)
  assert.equal(paused.pausedMs, NOW_MS)
  const piece = [...readings(1, 9, 13, 99), ...readings(2, 98, 99)]
  const after = step(paused, { kind: 'readings', readings: piece }, NOW_MS + 60_000)
  assert.deepEqual(secondsOn(1, after), [9, 10, 11, 12])
  assert.deepEqual(secondsOn(2, after), [98, 99])
  assert.equal(after.passedMs, undefined)
  const again = step(after, { kind: 'paused', isPaused: true }, NOW_MS + 61_000)
  assert.equal(again.pausedMs, NOW_MS, 'it was paused before')
  const resumed = step(again, { kind: 'paused', isPaused: false }, NOW_MS + 62_000)
  assert.equal(resumed.pausedMs, undefined)
  const last = step(resumed, { kind: 'readings', readings: piece }, NOW_MS + 62_000)
  assert.equal(secondsOn(1, last).at(-1), 99)
})
