import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FloorState } from '../model/detection-state.ts'
import { addToHalfHour, averageOf, LATE_START_MS_MAX, SILENCE_MS_MAX } from './half-hour.ts'

const START = Date.UTC(2026, 0, 5, 7, 30)
const HALF = 30 * 60_000

/** Feeds kW values at moments after START; returns the averages that came of it. */
function feed(points: readonly (readonly [atMs: number, kw: number | undefined])[]) {
  let state: FloorState | undefined
  const averages = []
  for (const [atMs, kw] of points) {
    const timeMs = START + atMs
    const measured = { kw, corrente: undefined, tensione: undefined, delta_kwh: undefined }
    const { running, finished } = addToHalfHour(state, timeMs, measured, 'Europe/Rome')
    if (finished) averages.push(averageOf(1, finished))
    state = { timeMs, counter: null, firedMs: {}, halfHour: running }
  }
  return averages
}

const every = (stepMs: number, fromMs: number, toMs: number, kw: number) =>
  Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, i) => {
    return [fromMs + i * stepMs, kw] as const
  })

test('a half hour seen whole becomes the row of its average when the next one begins', () => {
  const points = [...every(30_000, 0, HALF / 2, 4), ...every(30_000, HALF / 2, HALF, 6)]
  assert.deepEqual(feed(points), [])
  assert.deepEqual(feed([...points, [HALF, 9]]), [
    {
      floor: 1,
      startIso: '2026-01-05T07:30:00+00:00',
      weekday: 0,
      halfHour: 17,
      kw: 5,
      corrente: null,
      tensione: null,
      dkwh: null,
    },
  ])
})

test('a floor first seen late in a half hour has not seen it whole', () => {
  const from = (atMs: number) => feed([...every(30_000, atMs, HALF, 4), [HALF, 4]])
  assert.equal(from(LATE_START_MS_MAX).length, 1)
  assert.equal(from(LATE_START_MS_MAX + 1).length, 0)
})

test('a silence in the middle or at the end leaves a half hour out', () => {
  const silent = (ms: number) =>
    feed([
      [0, 4],
      [60_000, 4],
      [60_000 + ms, 4],
      [HALF - 1, 4],
      [HALF, 4],
    ])
  assert.equal(silent(SILENCE_MS_MAX).length, 1)
  assert.equal(silent(SILENCE_MS_MAX + 1).length, 0)
  const endsEarly = [...every(30_000, 0, HALF - SILENCE_MS_MAX, 4), [HALF + 30_000, 4] as const]
  assert.equal(feed(endsEarly).length, 0)
})

test('a meter that sends every quarter of an hour is seen whole, one for each hour is not', () => {
  assert.equal(feed(every(15 * 60_000, 0, 4 * HALF + 1, 3)).length, 4)
  assert.equal(feed(every(60 * 60_000, 0, 9 * HALF, 3)).length, 0)
  const lateInTheQuarter = every(15 * 60_000, 7 * 60_000, 4 * HALF + 1, 3)
  assert.equal(feed(lateInTheQuarter).length, 2)
})

test('each metric has the average of its own values', () => {
  const measured = { kw: 4, corrente: 10, tensione: 230, delta_kwh: 0.03 }
  const first = addToHalfHour(undefined, START, measured, 'UTC').running
  const state = { timeMs: START, counter: null, firedMs: {}, halfHour: first }
  const later = { kw: 6, corrente: 14, tensione: 220, delta_kwh: 0.05 }
  const { running } = addToHalfHour(state, START + 60_000, later, 'UTC')
  const { kw, corrente, tensione, dkwh } = averageOf(1, running)
  assert.deepEqual([kw, corrente, tensione, dkwh], [5, 12, 225, 0.04])
})

test('a silence over several half hours makes no rows of what nobody saw', () => {
  const day = [
    ...every(30_000, 0, HALF, 4),
    ...every(30_000, 5 * HALF, 6 * HALF, 4),
    [6 * HALF, 4] as const,
  ]
  assert.deepEqual(
    feed(day).map((row) => row.startIso),
    ['2026-01-05T10:00:00+00:00'],
  )
})

test('values that a sensor did not measure do not count in its average', () => {
  const rows = feed([
    [0, 4],
    [600_000, undefined],
    [1_200_000, 8],
    [HALF, 1],
  ])
  assert.equal(rows[0]?.kw, 6)
})
