import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DRAIN_WINDOW_MS, DrainRate } from './drain-rate.ts'

test('what is answered while more waits is counted over a while', () => {
  const rate = new DrainRate()
  rate.answered(500, true, 0)
  rate.answered(100, true, DRAIN_WINDOW_MS / 2)
  assert.equal(rate.perMs, null, 'it is not known before a while has passed')
  rate.answered(300, true, DRAIN_WINDOW_MS)
  assert.equal(rate.perMs, 400 / DRAIN_WINDOW_MS)
  rate.answered(100, true, 2 * DRAIN_WINDOW_MS)
  assert.equal(rate.perMs, (400 + 100) / 2 / DRAIN_WINDOW_MS, 'the next counts for half')
})

test('a disk that stands still for a moment does not make a shard slow', () => {
  const rate = new DrainRate()
  let nowMs = 0
  rate.answered(0, true, nowMs)
  for (const done of [4_000, 4_000, 0, 4_000]) {
    nowMs += DRAIN_WINDOW_MS
    rate.answered(done, true, nowMs)
    assert.ok((rate.perMs ?? 0) >= 2_000 / DRAIN_WINDOW_MS)
  }
})

test('a shard that nobody waits for is not taken for slow', () => {
  const rate = new DrainRate()
  rate.answered(1, false, 0)
  rate.answered(1, false, 1_000)
  rate.answered(1, true, 2_000)
  rate.answered(1, false, 2_001)
  rate.answered(1, false, 9_000)
  rate.answered(1, true, 10_000)
  assert.equal(rate.perMs, null)
})
