import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading, ReadingPoint } from '../api/types.ts'
import { factsOf, joinPoints, pointsOf, tableOf, withLive } from './series.ts'

const point = (t: number, mean: number, count = 1): ReadingPoint => ({
  t,
  min: mean,
  mean,
  max: mean,
  count,
})
const span = { fromSeconds: 0, toSeconds: 1_000 }

test('live readings become steps with their least, mean and greatest', () => {
  const readings: Reading[] = [1, 3, 12].map((seconds, at) => ({
    piano: 1,
    timestamp: new Date(seconds * 1000).toISOString(),
    sensore2_kw: [2, 4, 9][at] ?? 0,
  }))
  assert.deepEqual(pointsOf(readings, 'kw', 10), [
    { t: 0, min: 2, mean: 3, max: 4, count: 2 },
    { t: 10, min: 9, mean: 9, max: 9, count: 1 },
  ])
})

test('where history and live share a step, the one that saw more counts', () => {
  const joined = joinPoints([point(0, 1, 5), point(10, 2, 1)], [point(0, 9, 2), point(10, 3, 4)])
  assert.deepEqual(
    joined.map(({ mean }) => mean),
    [1, 3],
  )
})

test('of what came live, only what the history may not have is put to it', () => {
  const readings: Reading[] = [5, 15, 25, 35].map((seconds) => ({
    piano: 1,
    timestamp: new Date(seconds * 1000).toISOString(),
    sensore2_kw: 7,
  }))
  const history = [point(0, 1), point(10, 2, 0), point(20, 3, 5)]
  const means = (list: readonly ReadingPoint[]) => list.map(({ t, mean }) => [t, mean])
  assert.deepEqual(means(withLive(history, readings, 'kw', 10)), [
    [0, 1],
    [10, 7],
    [20, 3],
    [30, 7],
  ])
  assert.deepEqual(means(withLive([], readings.slice(2), 'kw', 10)), [
    [20, 7],
    [30, 7],
  ])
})

test('a gap is left open and never joined', () => {
  const line = [point(0, 1), point(10, 2), point(20, 3), point(200, 4), point(210, 5)]
  const { times, columns } = tableOf([line], 10, span)
  assert.deepEqual(times, [0, 10, 20, 30, 200, 210])
  assert.deepEqual(columns, [[1, 2, 3, null, 4, 5]])
})

test('two floors with moments of their own share an axis; neither bridges its gap', () => {
  const one = [point(0, 0), point(10, 10), point(20, 20)]
  const two = [point(5, 5), point(15, 5), point(25, 5)]
  const { times, columns } = tableOf([one, two], 5, span)
  assert.deepEqual(times, [0, 5, 10, 15, 20, 25])
  assert.deepEqual(columns[0], [0, 5, 10, 15, 20, null])
  assert.deepEqual(columns[1], [null, 5, 5, 5, 5, 5])
})

test('the facts of a line pass over its gaps; a line of gaps has none', () => {
  assert.deepEqual(factsOf([1, null, 3]), { min: 1, max: 3, mean: 2, last: 3, count: 2 })
  assert.equal(factsOf([null]), undefined)
})
