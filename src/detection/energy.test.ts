import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CounterMark } from '../model/detection-state.ts'
import type { Reading } from '../model/reading.ts'
import { energyOf, PACE_MS_MIN } from './energy.ts'

const T = Date.UTC(2026, 0, 5, 8)
const reading = (fields: Partial<Reading>): Reading => ({ piano: 1, timestamp: '', ...fields })
const after = (timeMs: number, counter: CounterMark | null = null) => ({ timeMs, counter })

test('a sent value counts as it is at a pace of 30 s and for the first of a floor', () => {
  const sent = reading({ delta_kwh: 0.08 })
  assert.equal(energyOf(undefined, sent, T).deltaKwh, 0.08)
  assert.equal(energyOf(after(T - 30_000), sent, T).deltaKwh, 0.08)
  assert.equal(energyOf(after(T - 29_970), sent, T).deltaKwh, 0.08)
  assert.equal(energyOf(after(T - 32_900), sent, T).deltaKwh, 0.08)
  assert.ok((energyOf(after(T - 33_100), sent, T).deltaKwh ?? 1) < 0.08)
  assert.ok((energyOf(after(T - 26_900), sent, T).deltaKwh ?? 0) > 0.08)
})

test('a sent value at another pace is scaled to 30 s', () => {
  assert.equal(energyOf(after(T - 5_000), reading({ delta_kwh: 0.02 }), T).deltaKwh, 0.12)
  assert.equal(energyOf(after(T - 60_000), reading({ delta_kwh: 0.1 }), T).deltaKwh, 0.05)
  assert.equal(energyOf(after(T - 7_200_000), reading({ delta_kwh: 6 }), T).deltaKwh, 0.025)
})

test('the older name of a sent value is understood, the newer one goes before it', () => {
  assert.equal(energyOf(undefined, reading({ delta_kwh_30s: 0.05 }), T).deltaKwh, 0.05)
  const both = reading({ delta_kwh: 0.06, delta_kwh_30s: 0.05 })
  assert.equal(energyOf(undefined, both, T).deltaKwh, 0.06)
})

test('without a sent value the counter tells, scaled to 30 s and free of binary noise', () => {
  const before = after(T - 30_000, { kwh: 900, timeMs: T - 30_000 })
  assert.equal(energyOf(before, reading({ sensore1_kwh: 900.08 }), T).deltaKwh, 0.08)
  const fast = after(T - 5_000, { kwh: 900, timeMs: T - 5_000 })
  assert.equal(energyOf(fast, reading({ sensore1_kwh: 900.02 }), T).deltaKwh, 0.12)
})

test('the first counter and a counter that went back tell nothing, and begin anew', () => {
  const first = energyOf(undefined, reading({ sensore1_kwh: 900 }), T)
  assert.deepEqual(first, { deltaKwh: undefined, counter: { kwh: 900, timeMs: T } })
  const before = after(T - 30_000, { kwh: 900, timeMs: T - 30_000 })
  const reset = energyOf(before, reading({ sensore1_kwh: 0.01 }), T)
  assert.deepEqual(reset, { deltaKwh: undefined, counter: { kwh: 0.01, timeMs: T } })
  const soon = energyOf(
    after(T - 10, { kwh: 900, timeMs: T - 10 }),
    reading({ sensore1_kwh: 0 }),
    T,
  )
  assert.deepEqual(soon.counter, { kwh: 0, timeMs: T })
})

test('a counter that stands still tells of no energy', () => {
  const before = after(T - 30_000, { kwh: 900, timeMs: T - 30_000 })
  assert.equal(energyOf(before, reading({ sensore1_kwh: 900 }), T).deltaKwh, 0)
})

test('a reading without a counter leaves the mark where it was', () => {
  const mark = { kwh: 900, timeMs: T - 60_000 }
  const without = energyOf(after(T - 30_000, mark), reading({ sensore2_kw: 3 }), T)
  assert.deepEqual(without, { deltaKwh: undefined, counter: mark })
})

test('readings within a second are no pace: the counter waits, what is sent is believed', () => {
  const mark = { kwh: 900, timeMs: T - PACE_MS_MIN + 1 }
  const close = after(T - 10, mark)
  const counted = energyOf(close, reading({ sensore1_kwh: 900.01 }), T)
  assert.deepEqual(counted, { deltaKwh: undefined, counter: mark })
  assert.equal(energyOf(close, reading({ delta_kwh: 0.2 }), T).deltaKwh, 0.2)
  const due = after(T - 10, { kwh: 900, timeMs: T - PACE_MS_MIN })
  const summed = energyOf(due, reading({ sensore1_kwh: 900.01, delta_kwh: 0.0001 }), T)
  assert.deepEqual(summed, { deltaKwh: 0.3, counter: { kwh: 900.01, timeMs: T } })
})

test('a steady load gives the same energy at whatever pace it is read', () => {
  const pace = fc.integer({ min: 1_000, max: 3_600_000 })
  fc.assert(
    fc.property(pace, fc.integer({ min: 1, max: 40 }), (paceMs, kw) => {
      const kwh = (kw * paceMs) / 3_600_000
      const { deltaKwh = 0 } = energyOf(after(T - paceMs), reading({ delta_kwh: kwh }), T)
      const ideal = kw / 120
      const isUsual = Math.abs(paceMs / 30_000 - 1) <= 0.1
      assert.ok(Math.abs(deltaKwh - ideal) <= (isUsual ? ideal * 0.1 + 1e-6 : 1e-6))
    }),
  )
})

test('across resets and gaps energy is never negative, and sums to what the counter ran', () => {
  const turn = fc.record({
    gapMs: fc.integer({ min: PACE_MS_MIN, max: 3 * 86_400_000 }),
    kwh: fc.integer({ min: 0, max: 50 }),
    isReset: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
      let timeMs = T
      let { counter } = energyOf(undefined, reading({ sensore1_kwh: 900 }), timeMs)
      let [kwh, first, ran, summed] = [900, 900, 0, 0]
      for (const { gapMs, kwh: more, isReset } of turns) {
        const before = { timeMs, counter }
        timeMs += gapMs
        const last = kwh
        kwh = isReset ? Math.min(more, kwh) : kwh + more
        if (kwh < last) {
          ran += last - first
          first = kwh
        }
        const found = energyOf(before, reading({ sensore1_kwh: kwh }), timeMs)
        counter = found.counter
        assert.ok((found.deltaKwh ?? 0) >= 0)
        const pace = gapMs / 30_000
        summed += (found.deltaKwh ?? 0) * (Math.abs(pace - 1) <= 0.1 ? 1 : pace)
      }
      const rounding = turns.length * 0.01
      assert.ok(Math.abs(summed - (ran + kwh - first)) <= rounding)
    }),
  )
})
