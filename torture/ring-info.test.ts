import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSettled, ringSeen } from './ring-info.ts'

test('what moves is read from the info of the ring; without a word of it nothing moves', () => {
  const rebalance = { partitions_left: 3, partitions_total: 128 }
  assert.deepEqual(ringSeen({ nodes: ['a'], rebalance }), { nodes: ['a'], partitionsLeft: 3 })
  assert.deepEqual(ringSeen({ nodes: [], rebalance: null }).partitionsLeft, null)
  assert.deepEqual(ringSeen({}), { nodes: [], partitionsLeft: null })
})

test('a change is through when nothing moves, who came is there and who left is not', () => {
  const ring = { nodes: ['a', 'b'], partitionsLeft: null }
  assert.equal(isSettled(ring, { present: 'b' }), true)
  assert.equal(isSettled(ring, { present: 'b', absent: 'c' }), true)
  assert.equal(isSettled(ring, { present: 'c' }), false)
  assert.equal(isSettled(ring, { absent: 'a' }), false)
  assert.equal(isSettled({ ...ring, partitionsLeft: 1 }, { present: 'b' }), false)
})
