/**
 * The checker of the conditional lane against histories in any number: those of a store that is
 * right, those of stores with a known bug, and small ones that a plainer judge has judged as well.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { must } from '../../src/model/must.ts'
import type { Random } from '../../src/ports/random.ts'
import { type ConditionalKey, conditionalKeys } from '../conditional-workload.ts'
import type { ConditionalEntry, History } from '../history.ts'
import { STORE_BUGS } from './atomic-store.ts'
import { put, read, remove } from './conditional-entries.ts'
import { conditionalRun } from './conditional-runs.ts'
import { checkLinearizable } from './linearizable.ts'
import { hasAnyOrder, smallHistory, spoilt } from './small-histories.ts'
import { verdictOn } from './verdict.ts'

const SEEDS = fc.integer({ min: 0, max: 1_000_000 })
const REGISTER: readonly ConditionalKey[] = [{ key: 'k', use: 'register' }]
const CLIENTS = { clients: 5, steps: 40, keys: conditionalKeys('cas:') }

const promisesBroken = (history: History) =>
  verdictOn(history, new Map(), 5).map(({ promise }) => promise)

test('property: whatever a right store answers is accepted', async () => {
  const plans = fc.record({ clients: fc.integer({ min: 1, max: 8 }), steps: fc.nat(40) })
  await fc.assert(
    fc.asyncProperty(SEEDS, plans, async (seed, plan) => {
      const history = await conditionalRun(seed, { ...plan, keys: CLIENTS.keys })
      assert.deepEqual(verdictOn(history, new Map(), 5), [])
    }),
    { numRuns: 40 },
  )
})

for (const bug of STORE_BUGS) {
  test(`a store with a bug is found: ${bug}`, async () => {
    const seeds = [1, 2, 3, 4, 5]
    const runs = await Promise.all(seeds.map((seed) => conditionalRun(seed, { ...CLIENTS, bug })))
    const found = runs.filter((history) => promisesBroken(history).includes('S22'))
    assert.ok(found.length >= 3, `found in ${found.length} of ${runs.length} runs`)
  })
}

test('property: a read that shows what was certainly overwritten is rejected', async () => {
  let spoiltRuns = 0
  await fc.assert(
    fc.asyncProperty(SEEDS, async (seed) => {
      const { conditional } = await conditionalRun(seed, { clients: 4, steps: 30, keys: REGISTER })
      const stale = withStaleRead(conditional, seededRandom(seed))
      if (!stale) return
      spoiltRuns += 1
      assert.equal(checkLinearizable(stale).length, 1)
    }),
    { numRuns: 60 },
  )
  assert.ok(spoiltRuns > 40)
})

/**
 * Some read shows a text whose put had ended before another change began, which ended before it.
 */
function withStaleRead(
  entries: readonly ConditionalEntry[],
  random: Random,
): readonly ConditionalEntry[] | undefined {
  const changes = entries.filter(({ kind, outcome }) => kind !== 'read' && outcome === 'done')
  const reads = entries.filter(({ kind, outcome }) => kind === 'read' && outcome === 'done')
  const pairs = reads.flatMap((stale) => {
    const overwritten = changes.filter(
      ({ text, end }) => text !== null && changes.some((next) => isBetween(next, end, stale.start)),
    )
    return overwritten.map(({ text, seenEtag }) => ({ stale, text, seenEtag }))
  })
  if (pairs.length === 0) return undefined
  const { stale, text, seenEtag } = must(pairs[random.below(pairs.length)])
  return entries.map((one) => (one === stale ? { ...one, seenText: text, seenEtag } : one))
}

/** A retry need not change anything, so only what has no request counts. */
function isBetween({ requestId, start, end }: ConditionalEntry, after: number, before: number) {
  return requestId === null && start > after && end < before
}

test('property: on small histories it agrees with a judge that tries every order', () => {
  const verdicts = { right: 0, wrong: 0 }
  fc.assert(
    fc.property(SEEDS, fc.nat(2), (seed, changes) => {
      const random = seededRandom(`small ${seed}`)
      let history = smallHistory(random)
      if (changes === 0) assert.ok(hasAnyOrder(history))
      for (let i = 0; i < changes; i += 1) history = spoilt(history, random)
      const isRight = hasAnyOrder(history)
      verdicts[isRight ? 'right' : 'wrong'] += 1
      assert.equal(checkLinearizable(history).length === 0, isRight, JSON.stringify(history))
    }),
    { numRuns: 3_000 },
  )
  assert.ok(verdicts.right > 300 && verdicts.wrong > 300, JSON.stringify(verdicts))
})

/** Each round leaves a put and a deletion in doubt, and shows something of an earlier round. */
function doubtfulHistory(rounds: number): readonly ConditionalEntry[] {
  return Array.from({ length: rounds }, (_, round) => {
    const at = round * 20
    const shown = round % 3 === 0 ? `doubt ${round >> 1}` : null
    return [
      put(`doubt ${round}`, at),
      remove(at + 1),
      put(`sure ${round}`, at + 2, at + 9),
      put(`sure too ${round}`, at + 3, at + 8),
      read(shown, at + 10, at + 11),
    ]
  }).flat()
}

test('hundreds of operations in doubt take few steps, whether all is right or not', () => {
  const history = doubtfulHistory(200)
  const stepsMax = 3 * history.length
  assert.deepEqual(checkLinearizable(history, stepsMax), [])
  const [violation] = checkLinearizable([...history, read('sure 7', 5_000, 5_001)], stepsMax)
  assert.match(violation?.sentence ?? '', /none of these can come next: \d+ read/)
})
