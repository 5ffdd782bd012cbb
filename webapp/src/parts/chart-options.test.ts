import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digitsOf, lonePoints } from './chart-options.ts'

test('labels of an axis have as many digits as their step needs, and no more', () => {
  assert.equal(digitsOf(5), 0)
  assert.equal(digitsOf(2.5), 1)
  assert.equal(digitsOf(0.25), 2)
  assert.equal(digitsOf(0.1), 1)
  assert.equal(digitsOf(0.00002), 4)
})

test('a value between two gaps, or the only one, is drawn as a point; others are of a line', () => {
  assert.deepEqual(lonePoints([5]), [0])
  assert.deepEqual(lonePoints([5, null, 4, 4, null, 3]), [0, 5])
  assert.equal(lonePoints([5, 4, null, 4, 4]), null)
  assert.equal(lonePoints([null, null]), null)
  assert.equal(lonePoints(undefined), null)
})
