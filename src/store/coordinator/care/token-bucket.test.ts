import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TokenBucket } from './token-bucket.ts'

test('a burst passes at once, and what is beyond it is waited for', () => {
  const bucket = new TokenBucket(1_000, 500)
  assert.equal(bucket.take(500, 0), 0)
  assert.equal(bucket.take(100, 0), 100)
  assert.equal(bucket.take(0, 100), 0, 'the debt is paid')
  assert.equal(bucket.take(500, 10_000), 0, 'it was full again')
  assert.equal(bucket.take(1, 10_000), 1, 'and no fuller than that')
})

test('several who take at one moment wait one behind the other', () => {
  const bucket = new TokenBucket(1_000, 100)
  assert.deepEqual([bucket.take(100, 0), bucket.take(50, 0), bucket.take(50, 0)], [0, 50, 100])
})

test('whoever waits as told never goes faster than the rate but for one burst and one row', () => {
  const steps = fc.array(
    fc.record({
      bytes: fc.integer({ min: 0, max: 5_000 }),
      idleMs: fc.integer({ min: 0, max: 50 }),
    }),
  )
  fc.assert(
    fc.property(steps, (taken) => {
      const [rate, burst] = [1_000, 2_000]
      const bucket = new TokenBucket(rate, burst)
      let nowMs = 0
      let before = 0
      for (const { bytes, idleMs } of taken) {
        nowMs += idleMs
        assert.ok(before <= burst + (rate * nowMs) / 1000 + 0.001)
        nowMs += bucket.take(bytes, nowMs)
        before += bytes
      }
    }),
  )
})
