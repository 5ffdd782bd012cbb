import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../adapters/seeded-random.ts'
import { nextGrain } from './grain.ts'

const random = seededRandom('grain')
const steps = (count: number, step: () => number) => Array.from({ length: count }, step)
const grainOf = (differences: readonly number[]) => differences.reduce(nextGrain, 0)

test('a meter of whole kilowatts has a grain of one', () => {
  const differences = steps(5_000, () => random.below(7) - 3)
  assert.ok(Math.abs(grainOf(differences) - 1) < 0.2)
})

test('a meter with many digits has next to none', () => {
  const differences = steps(5_000, () => random.unit() - 0.5)
  assert.ok(grainOf(differences) < 0.15)
})

test('one odd value hardly moves it', () => {
  const differences = steps(5_000, () => random.below(7) - 3)
  const before = grainOf(differences)
  assert.ok(grainOf([...differences, 0.001]) > before * 0.9)
  assert.ok(grainOf([...differences, 1e9]) < before * 1.1)
})

test('a meter that does not move has none', () => {
  assert.equal(grainOf([0, 0, 0]), 0)
})
