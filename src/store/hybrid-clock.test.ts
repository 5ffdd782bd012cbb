import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CLOCK_AHEAD_MS_MAX, HybridClock, orderAbove, timeOf, wallOf } from './hybrid-clock.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 8, 30)

test('stamps only grow, whatever the wall clock does', () => {
  const steps = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 50 })
  const property = fc.property(steps, (jumps) => {
    const clock = new HybridClock()
    let nowMs = NOW_MS
    let last = 0
    for (const jump of jumps) {
      nowMs += jump
      const time = clock.stamp(nowMs)
      assert.ok(time > last && time >= timeOf(nowMs))
      last = time
    }
  })
  fc.assert(property)
})

test('a stamp is above every time that was observed', () => {
  const clock = new HybridClock()
  const seen = timeOf(NOW_MS + 1_500) + 7
  clock.observe(seen, NOW_MS)
  assert.ok(clock.stamp(NOW_MS) > seen)
})

test('a time far ahead of the wall clock is not followed', () => {
  const clock = new HybridClock()
  clock.observe(timeOf(NOW_MS + CLOCK_AHEAD_MS_MAX + 1), NOW_MS)
  assert.equal(clock.stamp(NOW_MS), timeOf(NOW_MS))
})

test('a clock that was ahead and is set right begins anew, above what shards hold', () => {
  const clock = new HybridClock()
  const held = clock.stamp(NOW_MS + 1_500)
  clock.observe(held, NOW_MS)
  const refused = clock.stamp(NOW_MS + 60_000)
  assert.equal(clock.fallBack(NOW_MS + 60_000), false, 'it is still ahead')
  assert.ok(clock.stamp(NOW_MS) > refused)
  assert.equal(clock.fallBack(NOW_MS), true)
  assert.equal(clock.stamp(NOW_MS), held + 1)
})

test('the wall time can be read back, and a time of 2089 is an exact number', () => {
  assert.equal(wallOf(timeOf(NOW_MS + 0.7) + 4095), NOW_MS)
  assert.ok(Number.isSafeInteger(timeOf(Date.UTC(2089, 0, 1))))
})

test('an order above what was met is the wall time, or just enough', () => {
  const met = { order: 1_767_602_000_000.25, time: 50 }
  assert.equal(orderAbove(met, 60, met.order + 5), met.order + 5)
  assert.equal(orderAbove(met, 60, met.order - 5), met.order, 'its later time makes it the newer')
  assert.ok(orderAbove(met, 40, met.order - 5) > met.order, 'its time alone would lose')
})
