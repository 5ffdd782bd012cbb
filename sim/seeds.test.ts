/**
 * A few fixed seeds in every run of the tests; fresh ones are for `npm run sim`. A seed that ever
 * failed is kept in test/regressions/ with what it found.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAULTS } from './faults.ts'
import { simulate } from './simulate.ts'

const SEEDS = Array.from({ length: 16 }, (_, index) => index + 1)
const OPERATIONS = 250

test('under the faults of fixed seeds nothing wrong is seen, and calm makes all well', async () => {
  let acknowledged = 0
  for (const seed of SEEDS) {
    const report = await simulate({ seed, operations: OPERATIONS })
    assert.deepEqual({ seed, found: report.violations }, { seed, found: [] })
    acknowledged += report.acknowledged
  }
  assert.ok(acknowledged > 50 * SEEDS.length, `only ${acknowledged} writes were acknowledged`)
})

test('without faults every write is acknowledged', async () => {
  const report = await simulate({ seed: 7, operations: OPERATIONS, absent: new Set(FAULTS) })
  assert.deepEqual(report.violations, [])
  assert.equal(report.inDoubt, 0)
})
