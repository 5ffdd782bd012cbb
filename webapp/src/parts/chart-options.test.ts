import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digitsOf } from './chart-options.ts'

test('labels of an axis have as many digits as their step needs, and no more', () => {
  assert.equal(digitsOf(5), 0)
  assert.equal(digitsOf(2.5), 1)
  assert.equal(digitsOf(0.25), 2)
  assert.equal(digitsOf(0.1), 1)
  assert.equal(digitsOf(0.00002), 4)
})
