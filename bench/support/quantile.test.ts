import assert from 'node:assert/strict'
import { test } from 'node:test'
import { medianOf, quantilesOf } from './quantile.ts'

test('a quantile is a value that was measured: so many are not above it', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  assert.deepEqual(quantilesOf(hundred), { p50: 50, p99: 99, max: 100 })
  assert.deepEqual(quantilesOf(Float64Array.of(7)), { p50: 7, p99: 7, max: 7 })
})

test('numbers are sorted as numbers', () => {
  assert.equal(medianOf([10, 9, 100]), 10)
})

test('of nothing there is no median', () => {
  assert.equal(medianOf([]), Number.NaN)
})
