import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StormResult } from './storm.ts'
import { stormLines } from './storm-table.ts'
import { countLines, missed, tableText, zeroLine } from './table.ts'
import { countWrongs } from './verdict.ts'

const RESULT: StormResult = {
  ...{ acknowledged: 12_345, reads: 6_789, readsUnderWay: 6_700, unanswered: 0 },
  ...{ violations: [], failures: [] },
  errors: new Map([['PUT 504', 3]]),
  faults: new Map([['kill-shard', 2]]),
  wrongs: countWrongs([]),
  conditional: { isOffered: true, operations: 100 },
  kills: [
    { gapMs: 120, keyGapMs: 90, slowestMs: 80 },
    { gapMs: 400, keyGapMs: 500, slowestMs: 350 },
  ],
  changes: [],
  convergence: { tookMs: 1_500, last: { keys: 10, differing: 0, unequal: [] } },
}
const missedIn = (more: Partial<StormResult>) =>
  missed(stormLines({ ...RESULT, ...more })).map(({ name }) => name)

test('figures stand under each other, with their goals', () => {
  const lines = [{ name: 'reads', figure: '1,234' }, zeroLine('lost', 0), zeroLine('stale', 2)]
  assert.deepEqual(tableText('a run', lines).split('\n'), [
    'a run',
    '  reads  1,234',
    '  lost       0  goal 0: met',
    '  stale      2  goal 0: MISSED',
  ])
})

test('each kind has a line of its own, and none is said too', () => {
  const counts = new Map([
    ['b', 2],
    ['a', 1_000],
  ])
  assert.deepEqual(countLines('errors', counts), [
    { name: 'errors: a', figure: '1,000' },
    { name: 'errors: b', figure: '2' },
  ])
  assert.deepEqual(countLines('errors', new Map()), [{ name: 'errors', figure: '0' }])
})

test('a run without fault misses no goal', () => {
  assert.deepEqual(missedIn({}), [])
})

test('every goal is missed when it is not met', () => {
  assert.deepEqual(missedIn({ wrongs: { ...RESULT.wrongs, stale: 1 } }), ['stale'])
  const kill = { gapMs: 10, keyGapMs: 10, slowestMs: 5 }
  assert.deepEqual(missedIn({ kills: [kill, { ...kill, gapMs: 1_001 }] }).length, 1)
  assert.deepEqual(missedIn({ kills: [{ ...kill, keyGapMs: 1_001 }, kill] }), [
    'longest time for which one key could not be written then',
  ])
  assert.deepEqual(missedIn({ acknowledged: 0 }), ['acknowledged writes'])
  assert.deepEqual(missedIn({ readsUnderWay: 0 }), ['of them under faults'])
  assert.deepEqual(missedIn({ conditional: { isOffered: true, operations: 0 } }).length, 1)
  assert.deepEqual(missedIn({ unanswered: 1 }).length, 1)
  assert.deepEqual(missedIn({ failures: ['shard 1 ended by itself'] }).length, 1)
  const unequal = { tookMs: null, last: { keys: 10, differing: 1, unequal: ['k'] } }
  assert.deepEqual(missedIn({ convergence: unequal }).length, 1)
})

test('a change of the ring that was refused, or during which a request failed, is a miss', () => {
  const change = (refusal: string | null, failures: readonly [string, number][]) => ({
    ...({ kind: 'add', refusal, tookMs: 100 } as const),
    window: { requests: 10, failures: new Map(failures) },
  })
  assert.deepEqual(missedIn({ changes: [change(null, [])] }), [])
  assert.deepEqual(missedIn({ changes: [change('409', [])] }), [
    'shards: add',
    'failed requests during add',
  ])
  const failing = [change(null, [['PUT 504', 1]])]
  assert.deepEqual(missedIn({ changes: failing }), ['failed requests during add'])
})
