import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cycleWatch } from './store-upkeep.ts'

test('a cycle is through when the longest waiting was compared since it began', () => {
  const isThrough = cycleWatch()
  assert.equal(isThrough(9.5, 2), false)
  assert.equal(isThrough(4.9, 5), false)
  assert.equal(isThrough(4.8, 5.2), true)
})

test('a reading from before the cycle began does not end it, however long it stands', () => {
  const isThrough = cycleWatch()
  assert.equal(isThrough(0.3, 0.4), false)
  assert.equal(isThrough(0.3, 0.8), false)
  assert.equal(isThrough(1.9, 1.5), false)
  assert.equal(isThrough(1.4, 1.6), false)
})
