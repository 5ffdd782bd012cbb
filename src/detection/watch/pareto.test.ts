import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FIT_MANNERS, type FitManner, fitExcesses, quantileOf, survivalOf } from './pareto.ts'

const by = (fit: FitManner, isSteady = false) => ({ fit, isSteady })

/** Quantiles of a generalised Pareto distribution, evenly spread: a sample without chance. */
function sample(count: number, scale: number, shape: number): number[] {
  const fit = { level: 0, scale, shape, part: 1, count }
  return Array.from({ length: count }, (_, i) => quantileOf(fit, (count - i - 0.5) / count))
}

test('what a fit says of a rate is undone by what it says of a value', () => {
  const fits = fc.record({
    level: fc.double({ min: 0, max: 10, noNaN: true }),
    scale: fc.double({ min: 0.1, max: 5, noNaN: true }),
    shape: fc.double({ min: -0.25, max: 0.6, noNaN: true }),
    part: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
    count: fc.integer({ min: 8, max: 292 }),
  })
  fc.assert(
    fc.property(fits, fc.double({ min: 1e-5, max: 0.09, noNaN: true }), (fit, survival) => {
      const back = survivalOf(fit, quantileOf(fit, survival))
      assert.ok(Math.abs(back / survival - 1) < 1e-6)
    }),
  )
})

test('either manner finds an exponential tail again, within a tenth', () => {
  const sorted = sample(2_000, 2, 0)
  for (const manner of FIT_MANNERS) {
    const fit = fitExcesses(sorted, 800, by(manner))
    assert.ok(Math.abs(fit.scale / 2 - 1) < 0.1, `${manner} ${fit.scale}`)
    assert.ok(Math.abs(fit.shape) < 0.05, `${manner} ${fit.shape}`)
  }
})

test('a heavier tail is told from a lighter one', () => {
  for (const manner of FIT_MANNERS) {
    const light = fitExcesses(sample(2_000, 1, 0), 800, by(manner))
    const heavy = fitExcesses(sample(2_000, 1, 0.4), 800, by(manner))
    assert.ok(heavy.shape > light.shape + 0.1, manner)
  }
})

test('through quantiles, the size of the largest values does not matter', () => {
  const sorted = sample(50, 1, 0)
  const wild = [...sorted.slice(0, -1), 1e9]
  const limit = (values: number[]) => quantileOf(fitExcesses(values, 20, by('quantiles')), 1e-3)
  assert.equal(limit(wild), limit(sorted))
})

test('a light tail is followed as far as it has been seen, and never to an end', () => {
  const fit = { level: 2, scale: 0.3, shape: -0.2, part: 0.4, count: 8 }
  const end = fit.level - fit.scale / fit.shape
  const rates = [end, end + 1, end + 2].map((value) => survivalOf(fit, value))
  assert.ok(
    rates.every((rate) => rate > 0),
    rates.join(' '),
  )
  const [first = 0, second = 0, third = 0] = rates
  assert.ok(Math.abs(second / first / (third / second) - 1) < 1e-9, 'it goes on exponentially')
  const seen = { ...fit, count: 1e6 }
  assert.ok(survivalOf(seen, end) < first / 100, 'one that was seen further is followed further')
  const within = quantileOf(fit, fit.part / 6)
  assert.equal(within, quantileOf(seen, fit.part / 6), 'what has been seen is taken as it is')
})

test('values that do not vary still have a tail', () => {
  for (const manner of FIT_MANNERS) {
    const fit = fitExcesses(new Array<number>(40).fill(3), 16, by(manner))
    assert.ok(survivalOf(fit, 6) < 1e-3)
    assert.ok(Number.isFinite(quantileOf(fit, 1e-4)))
  }
})

test('means of many readings have a lighter tail, and many data have the last word', () => {
  const limit = (values: number[], isSteady: boolean) =>
    quantileOf(fitExcesses(values, values.length * 0.4, by('quantiles', isSteady)), 1e-4)
  const few = sample(50, 1, 0)
  assert.ok(limit(few, true) < limit(few, false) * 0.9)
  const many = sample(5_000, 1, 0)
  assert.ok(limit(many, true) > limit(many, false) * 0.9)
})
