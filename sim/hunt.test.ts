import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Hunt, hunts, type Runner } from './hunt.ts'
import { MUTANT_NAMES, promisesBrokenBy } from './mutants.ts'

const REPETITION = 'a repetition gets a new version'

/** What each seed finds, beginning with 1. */
async function huntIn(name: string, ...seeds: readonly (readonly string[])[]): Promise<Hunt[]> {
  const runner: Runner = {
    run: async ({ seed }) => ({
      violations: (seeds[seed - 1] ?? []).map((promise) => ({ promise, sentence: '' })),
    }),
  }
  const range = () => ({ seed: 1, seeds: seeds.length, operations: 1 })
  return Array.fromAsync(hunts(runner, range, [name]))
}

test('a bug is found only by a promise that it breaks', async () => {
  const [hunt] = await huntIn(REPETITION, ['S20', 'S20'], ['S21', 'S20'], ['S20', 'S5'])
  assert.deepEqual(hunt, { name: REPETITION, seeds: 3, found: { seed: 3, promise: 'S5' } })
})

test('what goes wrong besides does not find it, in however many seeds', async () => {
  assert.deepEqual(await huntIn(REPETITION, ['S20'], ['S20']), [{ name: REPETITION, seeds: 2 }])
  const early = 'a write is acknowledged by one replica'
  assert.deepEqual(await huntIn(early, ['R3'], ['R1']), [{ name: early, seeds: 2 }])
})

test('every bug breaks a promise that there is, and that of a bounded time finds none', () => {
  const invariants = readFileSync(new URL('../docs/invariants.md', import.meta.url), 'utf8')
  for (const name of MUTANT_NAMES) {
    const promises = promisesBrokenBy(name)
    assert.ok(promises.length > 0, name)
    assert.ok(!promises.includes('S20'), `${name} is found by whatever goes wrong`)
    for (const promise of promises) {
      assert.ok(invariants.includes(`| ${promise} |`), `${name}: there is no ${promise}`)
    }
  }
})
