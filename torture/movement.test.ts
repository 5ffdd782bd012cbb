import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movedToIdeal, movementOf, unevenness, type Weights, weigh } from './movement.ts'
import { copies, row } from './small-copies.ts'

/** Four partitions of 100 bytes, two replicas each. */
const weights = (...holders: readonly string[]): Weights => ({
  bytes: holders.map(() => 100),
  holders: holders.map((ids) => [...ids]),
  shards: [...new Set(holders.join(''))],
})
const TWO = weights('ab', 'ab', 'ab', 'ab')

test('a shard that comes takes an equal share, and no more need move', () => {
  const three = weights('ac', 'cb', 'ab', 'ab')
  const { movedBytes, idealBytes } = movementOf(TWO, three)
  assert.equal(movedBytes, 200)
  assert.equal(Math.round(idealBytes), 267)
})

test('what moves between shards that stay is moved for nothing', () => {
  const before = weights('ab', 'ab', 'ac', 'ac')
  const after = weights('ab', 'ac', 'ac', 'da')
  assert.equal(movementOf(before, after).movedBytes, 200)
})

test('what a shard held that goes must move, and is the least', () => {
  const before = weights('ab', 'ac', 'bc', 'bc')
  const after = weights('bc', 'bc', 'bc', 'bc')
  assert.deepEqual(movementOf(before, after), { movedBytes: 200, idealBytes: 200 })
})

test('a shard of the ring that holds nothing counts: nothing moved, and nothing is even', () => {
  const idle = { ...TWO, shards: ['a', 'b', 'c'] }
  assert.equal(movementOf(TWO, idle).movedBytes, 0)
  assert.equal(Math.round(movementOf(TWO, idle).idealBytes), 267)
  assert.equal(movedToIdeal(TWO, idle), 0)
  assert.equal(unevenness(idle), 1.5)
})

test('which shards there are is read in the ring', () => {
  const { bytes, holders, shards } = weigh(copies({ k: row('text', 1) }, {}, {}))
  assert.deepEqual([bytes, holders, shards], [[5], [['a', 'b']], ['a', 'b', 'c']])
})

test('where nothing had to move there is no ratio', () => {
  assert.ok(Number.isNaN(movedToIdeal(TWO, TWO)))
})

test('shards that hold equally many partitions are even', () => {
  assert.equal(unevenness(TWO), 1)
  assert.equal(unevenness(weights('ab', 'ab', 'ac', 'ac')), 1.5)
})
