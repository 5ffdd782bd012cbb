import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSettled } from './ring-change.ts'

test('a change is through when all are where they shall be and nothing moves', () => {
  const still = { nodes: ['a', 'b'], rebalance: null }
  assert.equal(isSettled(still, { change: 'add-node', node: 'b' }), true)
  assert.equal(isSettled(still, { change: 'add-node', node: 'c' }), false)
  assert.equal(isSettled(still, { change: 'remove-node', node: 'c' }), true)
  assert.equal(isSettled(still, { change: 'remove-node', node: 'a' }), false)
  assert.equal(isSettled(still, { change: 'replace-node', node: 'c', with: 'b' }), true)
  assert.equal(isSettled(still, { change: 'replace-node', node: 'a', with: 'b' }), false)
  assert.equal(isSettled(still, { change: 'replace-node', node: 'c', with: 'd' }), false)
  const moving = { ...still, rebalance: { partitions_left: 1 } }
  assert.equal(isSettled(moving, { change: 'add-node', node: 'b' }), false)
  assert.equal(isSettled({ nodes: ['a'] }, { change: 'add-node', node: 'a' }), true)
})
