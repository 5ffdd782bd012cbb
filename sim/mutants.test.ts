/**
 * The checkers can see: each known bug is found within a few seeds, by a promise that it breaks.
 * Those that need many are left to `npm run sim:mutants`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hunts } from './hunt.ts'
import { MUTANT_NAMES, RARE_MUTANTS } from './mutants.ts'
import { Pool } from './pool.ts'

const SEEDS_MAX = 40
const OPERATIONS = 200
/** Where the search begins for those that not every seed finds; if need be it goes on. */
const FIRST_SEEDS: Readonly<Record<string, number>> = {
  'a read tells what it has not brought to a majority': 13,
  'silence counts as refusal': 4,
  'an emptied disk keeps its identity': 4,
  'no epoch is fenced': 2,
  'latest is what arrived last': 17,
  'a member begins with an empty index': 12,
  'a step of a move is begun before the one before is on the disks': 7,
  'a partition is streamed from one replica only': 46,
  'a partition is streamed though those who hold it differ': 91,
  'a promise is in memory only, and restarts are quick': 3,
  'an accept below the promise is taken': 18,
  'a change takes one round under a ballot that follows no other directly': 19,
  'a register is remembered over a change of the epoch': 35,
  'a write is acknowledged by one replica': 2,
  'a repetition gets a new version': 2,
  'hints are dropped unread': 2,
  'a full disk says that it has written': 14,
  'the cache is filled before the commit': 4,
  'a deletion is forgotten before all replicas have it': 13,
  'a digest leaves deletions out': 5,
}

test('every known bug is found', async () => {
  const pool = new Pool()
  const names = MUTANT_NAMES.filter((one) => !RARE_MUTANTS.has(one))
  const range = (name: string) => {
    return { seed: FIRST_SEEDS[name] ?? 1, seeds: SEEDS_MAX, operations: OPERATIONS }
  }
  const missed: string[] = []
  for await (const { name, found } of hunts(pool, range, names)) if (!found) missed.push(name)
  await pool.close()
  assert.deepEqual(missed, [])
})
