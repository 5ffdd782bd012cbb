import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OutageResult, outageLines } from './outage.ts'
import { judgeRead, type OwnersReport, valueText } from './owners.ts'
import type { ReshapeResult } from './reshape.ts'
import { reshapeLines, wrongReads } from './reshape-table.ts'
import { type Line, missed } from './table.ts'
import { acknowledgedIn, missingIn } from './writer.ts'

const namesMissed = (lines: readonly Line[]) => missed(lines).map(({ name }) => name)
const WROTE = { sent: 1_000, unacknowledged: [], failures: {}, seconds: 2 }
const OUTAGE: OutageResult = {
  ...{ during: WROTE, after: WROTE, lost: 0, failures: [] },
  convergence: { tookMs: 20_000, last: { keys: 1_000, differing: 0, unequal: [] } },
}
const QUIET: OwnersReport = { requests: 10, keysRead: 5, failures: {}, wrongs: {} }
const STEP = { tookMs: 100, refusal: null, report: QUIET, movedToIdeal: 1, unevenness: 1.01 }
const RESHAPE: ReshapeResult = {
  ...{ keys: 100, calm: [QUIET], failures: [] },
  steps: [{ ...STEP, kind: 'add' }],
}

test('after an outage equality within a minute is the goal, and nothing may be missing', () => {
  assert.deepEqual(namesMissed(outageLines(OUTAGE)), [])
  const late = { ...OUTAGE.convergence, tookMs: 61_000 }
  const never = { ...OUTAGE.convergence, tookMs: null }
  for (const convergence of [late, never]) {
    const names = namesMissed(outageLines({ ...OUTAGE, convergence }))
    assert.deepEqual(names, ['until all replicas were byte-equal'])
  }
  assert.deepEqual(namesMissed(outageLines({ ...OUTAGE, lost: 1 })), ['lost'])
})

test('what was acknowledged must be there, what is in doubt need not', () => {
  const report = { ...WROTE, sent: 3, unacknowledged: [1] }
  assert.equal(acknowledgedIn(report), 2)
  assert.equal(
    missingIn(report, 'k', (key) => key !== 'k1'),
    0,
  )
  assert.equal(
    missingIn(report, 'k', (key) => key !== 'k2'),
    1,
  )
})

test('the owner of a key knows what it may read', () => {
  const span = { oldest: 3, newest: 4 }
  const read = (version: number) => judgeRead(200, `{"value":${valueText(1, version)}}`, span)
  assert.deepEqual([2, 3, 4, 5].map(read), ['stale', undefined, undefined, 'never written'])
  assert.equal(judgeRead(404, '', span), 'lost')
  assert.equal(judgeRead(503, '', span), undefined)
})

test('a change of shape may fail no request, read nothing wrong and move little', () => {
  const missedWith = (more: object) =>
    namesMissed(reshapeLines({ ...RESHAPE, steps: [{ ...STEP, kind: 'add', ...more }] }))
  assert.deepEqual(missedWith({}), [])
  assert.deepEqual(missedWith({ refusal: '409' }), ['add: done'])
  for (const movedToIdeal of [1.06, 0.94, 0, Number.NaN]) {
    assert.deepEqual(missedWith({ movedToIdeal }), ['add: moved bytes / ideal'])
  }
  assert.deepEqual(missedWith({ unevenness: 1.06 }).length, 1)
  const failing = { ...QUIET, failures: { 'GET 503': 1 } }
  assert.deepEqual(missedWith({ report: failing }), ['add: failed requests'])
  const wrong = { ...QUIET, wrongs: { lost: 2 } }
  assert.deepEqual(missedWith({ report: wrong }), ['add: wrong reads'])
})

test('where nobody asked anything, or nothing was read, nothing is proved', () => {
  const asked = { ...QUIET, keysRead: 0 }
  const silent = { ...asked, requests: 0 }
  const during = { ...RESHAPE, steps: [{ ...STEP, kind: 'add', report: silent }] } as const
  assert.deepEqual(namesMissed(reshapeLines(during)), ['add: requests', 'add: distinct keys read'])
  assert.deepEqual(namesMissed(reshapeLines({ ...RESHAPE, calm: [QUIET, silent] })), [
    'requests while nothing moved',
    'distinct keys read while nothing moved',
  ])
  assert.deepEqual(namesMissed(reshapeLines({ ...RESHAPE, calm: [asked, QUIET] })), [
    'distinct keys read while nothing moved',
  ])
})

test('wrong reads count whenever they happen', () => {
  const wrong = { ...QUIET, wrongs: { lost: 2, stale: 1 } }
  assert.equal(wrongReads(RESHAPE), 0)
  assert.equal(wrongReads({ ...RESHAPE, calm: [wrong] }), 3)
  assert.equal(wrongReads({ ...RESHAPE, steps: [{ ...STEP, kind: 'add', report: wrong }] }), 3)
})
