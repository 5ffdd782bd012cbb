/**
 * The checkers can see: each known bug is found within a few seeds.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { huntMutant, MUTANT_NAMES } from './mutants.ts'

const SEEDS_MAX = 40
const OPERATIONS = 400

test('every known bug is found', async () => {
  const missed: string[] = []
  for (const name of MUTANT_NAMES) {
    const hunt = await huntMutant(name, { seed: 1, seeds: SEEDS_MAX, operations: OPERATIONS })
    if (hunt.promise === undefined) missed.push(name)
  }
  assert.deepEqual(missed, [])
})
