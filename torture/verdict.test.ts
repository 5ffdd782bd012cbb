import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { countWrongs } from './verdict.ts'

const countsOf = (...promises: readonly string[]) =>
  countWrongs(promises.map((promise) => ({ promise, sentence: '' })))

test('what the checkers find is counted by what it is called', () => {
  assert.deepEqual(countsOf('S3', 'S3', 'S5', 'S6', 'S19', 'S7', 'S18', 'S4', 'S8', 'S22'), {
    ...{ lost: 2, stale: 3, resurrected: 2, 'never written': 2, 'not linearizable': 1 },
  })
})

test('a finding without a name is not overlooked', () => {
  assert.equal(countsOf().lost, 0)
  assert.equal(countsOf('S99').lost, 1)
})

test('every promise of the checker of reads has a name', () => {
  const checker = readFileSync(new URL('../sim/checkers/reads.ts', import.meta.url), 'utf8')
  const promises = new Set([...checker.matchAll(/'(S\d+)'/g)].map(([, promise = '']) => promise))
  assert.ok(promises.size >= 7)
  for (const promise of promises) {
    const { lost } = countsOf(promise)
    assert.equal(lost === 1, promise === 'S3', `${promise} counts as lost only if it is`)
  }
})
