import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outageFailed, reshapeFailed, type StormFacts, stormFailed } from './failed.ts'
import { countWrongs } from './verdict.ts'

const EQUAL = { tookMs: 1_500, last: { keys: 10, differing: 0, unequal: [] } }
const UNEQUAL = { tookMs: null, last: { keys: 10, differing: 1, unequal: ['k'] } }
const STORM: StormFacts = {
  ...{ acknowledged: 100, readsUnderWay: 50, unanswered: 0, convergence: EQUAL, failures: [] },
  ...{ conditional: { isOffered: true, operations: 10 }, wrongs: countWrongs([]) },
}
const WROTE = { sent: 1_000, unacknowledged: [], failures: {}, seconds: 2 }
const OUTAGE = { during: WROTE, after: WROTE, convergence: EQUAL, lost: 0, failures: [] }
const REPORT = { requests: 10, keysRead: 5, failures: {}, wrongs: {} }
const STEP = { kind: 'add', refusal: null, tookMs: 10, movedToIdeal: 1, unevenness: 1 } as const
const RESHAPE = {
  ...{ keys: 100, steps: [{ ...STEP, report: REPORT }], calm: [REPORT, REPORT], failures: [] },
}

const storm = (more: Partial<StormFacts>) => stormFailed({ ...STORM, ...more })
const outage = (more: Partial<typeof OUTAGE>) => outageFailed({ ...OUTAGE, ...more })

test('a run that went well fails for no reason', () => {
  assert.deepEqual(storm({}), [])
  assert.deepEqual(outageFailed(OUTAGE), [])
  assert.deepEqual(reshapeFailed(RESHAPE), [])
})

test('a storm in which nothing was acknowledged or read has shown nothing', () => {
  assert.deepEqual(storm({ acknowledged: 0 }), ['no write was acknowledged'])
  assert.deepEqual(storm({ readsUnderWay: 0 }), ['nothing was read while it lasted'])
  const untried = { conditional: { isOffered: true, operations: 0 } }
  assert.deepEqual(storm(untried), ['nothing conditional was tried'])
})

test('a storm fails for what was wrong, and for an end that is not well', () => {
  const wrongs = countWrongs([{ promise: 'S3', sentence: '' }])
  assert.deepEqual(storm({ wrongs }), ['lost: 1'])
  assert.deepEqual(storm({ unanswered: 3 }), ['3 keys had no answer in the end'])
  assert.deepEqual(storm({ convergence: UNEQUAL }), ['the replicas never became equal'])
  const died = storm({ failures: ['shard 1 ended by itself'] })
  assert.deepEqual(died, ['1 times a process failed by itself'])
})

test('an outage fails for each of its own', () => {
  const unheard = { ...WROTE, unacknowledged: Array.from({ length: 1_000 }, (_, n) => n) }
  assert.equal(outage({ lost: 2 }).length, 1)
  assert.equal(outageFailed({ ...OUTAGE, during: unheard }).length, 1)
  assert.equal(outageFailed({ ...OUTAGE, convergence: UNEQUAL }).length, 1)
  assert.equal(outageFailed({ ...OUTAGE, failures: ['shard 1 ended by itself'] }).length, 1)
})

test('a change of shape fails for a wrong read, for none at all, and for who died', () => {
  const wrong = { ...REPORT, wrongs: { lost: 2 } }
  const unread = { ...REPORT, keysRead: 0, failures: { 'GET 503': 10 } }
  const reasons = [
    reshapeFailed({ ...RESHAPE, calm: [REPORT, wrong] }),
    reshapeFailed({ ...RESHAPE, calm: [unread, REPORT] }),
    reshapeFailed({ ...RESHAPE, steps: [{ ...STEP, report: unread }] }),
    reshapeFailed({ ...RESHAPE, failures: ['shard 1 ended'] }),
  ]
  assert.deepEqual(
    reasons.map(([reason]) => reason),
    [
      '2 reads were wrong',
      'nothing was read in 1 of the spans that were looked at',
      'nothing was read in 1 of the spans that were looked at',
      '1 times a process failed by itself',
    ],
  )
})
