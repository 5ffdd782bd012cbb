import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAILURES_UNTIL_DOWN, ReplicaHealth } from './replica-health.ts'

test('failures one after another make a shard suspect, then down', () => {
  const health = new ReplicaHealth()
  const states = Array.from({ length: FAILURES_UNTIL_DOWN }, () => {
    health.failed()
    return health.state
  })
  assert.deepEqual(states, ['suspect', 'suspect', 'down'])
})

test('one answer and it is up again', () => {
  const health = new ReplicaHealth()
  for (let i = 0; i < 10; i += 1) health.failed()
  health.answered(1)
  assert.equal(health.state, 'up')
})

test('the fast are asked before the slow, and those that fail last', () => {
  const [fast, alike, slow, failing] = Array.from({ length: 4 }, () => new ReplicaHealth())
  for (let i = 0; i < 50; i += 1) {
    fast?.answered(1)
    alike?.answered(1.3)
    slow?.answered(40)
    failing?.failed()
  }
  assert.equal(fast?.rank, alike?.rank)
  const ranks = [fast, slow, failing].map((health) => health?.rank ?? 0)
  assert.deepEqual(
    [...ranks].sort((a, b) => a - b),
    ranks,
  )
  assert.equal(new Set(ranks).size, 3)
})
