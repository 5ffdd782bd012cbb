/**
 * The checkers can see: each known bug is found within a few seeds. Those that need many are left
 * to `npm run sim:mutants`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { huntMutant, MUTANT_NAMES, RARE_MUTANTS } from './mutants.ts'

const SEEDS_MAX = 40
const OPERATIONS = 120

test('every known bug is found', async () => {
  const missed: string[] = []
  for (const name of MUTANT_NAMES.filter((one) => !RARE_MUTANTS.has(one))) {
    const hunt = await huntMutant(name, { seed: 1, seeds: SEEDS_MAX, operations: OPERATIONS })
    if (hunt.promise === undefined) missed.push(name)
  }
  assert.deepEqual(missed, [])
})
