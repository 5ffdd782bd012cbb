import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadingPoint } from '../api/types.ts'
import { energiesInWindow } from './energy.ts'

const point = (t: number, kwh: number): ReadingPoint => {
  return { t, min: kwh, mean: kwh, max: kwh, count: 1 }
}

test('energies of a few seconds are told as of 30 s, like the limit they are held against', () => {
  const means = (points: readonly ReadingPoint[]) => energiesInWindow(points).map((one) => one.mean)
  assert.deepEqual(means([point(0, 0.01), point(5, 0.02), point(10, 0.03)]), [0.06, 0.12, 0.18])
  assert.deepEqual(means([point(0, 0.08), point(60, 0.08)]), [0.04, 0.04])
  assert.deepEqual(means([point(0, 0.08), point(31, 0.08)]), [0.08, 0.08], 'near 30 s is 30 s')
  assert.deepEqual(means([point(0, 0.08)]), [0.08], 'of one alone nobody knows')
})
