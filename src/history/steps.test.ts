import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amountOf, StepFold, stepCount } from './steps.ts'

test('a step says the least, the mean, the greatest and how many; an empty one is no point', () => {
  const fold = new StepFold(60)
  for (const [second, value] of [
    [59, 3],
    [0, 1],
    [30, 8],
    [185, 5],
  ] as const) {
    fold.take(second * 1000, value)
  }
  assert.deepEqual(fold.points(), [
    { t: 0, min: 1, mean: 4, max: 8, count: 3 },
    { t: 180, min: 5, mean: 5, max: 5, count: 1 },
  ])
})

const sample = fc.record({
  timeMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
  value: fc.double({ min: 0, max: 1e6, noNaN: true }),
})

test('each reading counts once, in its own step, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.array(sample), fc.integer({ min: 1, max: 5_000 }), (samples, step) => {
      const fold = new StepFold(step)
      for (const { timeMs, value } of samples) fold.take(timeMs, value)
      const points = fold.points()
      assert.equal(
        points.reduce((sum, { count }) => sum + count, 0),
        samples.length,
      )
      for (const { t, min, mean, max, count } of points) {
        const own = samples.filter(({ timeMs }) => timeMs >= t * 1e3 && timeMs < (t + step) * 1e3)
        const values = own.map(({ value }) => value)
        assert.deepEqual([min, max, count], [Math.min(...values), Math.max(...values), own.length])
        assert.ok(t % step === 0 && min <= mean && mean <= max)
      }
      const times = points.map(({ t }) => t)
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      )
    }),
  )
})

test('no stretch has more points than steps were counted for it', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 99 }),
      (...a) => {
        const [fromMs, lengthMs, step] = a
        const count = stepCount(fromMs, fromMs + lengthMs, step)
        const first = Math.floor(fromMs / 1000 / step)
        const last = Math.floor((fromMs + lengthMs - 1) / 1000 / step)
        assert.equal(count, last - first + 1)
      },
    ),
  )
})

test('what a sensor did not measure, or a stranger wrote there, is no value', () => {
  const at = { piano: 1, timestamp: '2026-01-05T12:00:00Z' }
  assert.equal(amountOf({ ...at, sensore2_kw: 0 }, 'kw'), 0)
  assert.equal(amountOf({ ...at, sensore3_corrente: 2 }, 'corrente'), 2)
  assert.equal(amountOf({ ...at, sensore3_tensione: 3 }, 'tensione'), 3)
  assert.equal(amountOf({ ...at, delta_kwh_30s: 4 }, 'delta_kwh'), 4)
  assert.equal(amountOf(at, 'kw'), undefined)
  assert.equal(amountOf({ ...at, sensore2_kw: '7' } as never, 'kw'), undefined)
})
