import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  besideText,
  CONDITIONAL_LINE,
  errorNote,
  faultText,
  HEAD,
  rowOf,
  STEADY_LINES,
} from './store-lines.ts'
import type { Slice } from './support/slices.ts'

function slice(perSecond: number, p99Ms = 10): Slice {
  const cost = { serverMicros: 120.4, generatorMicros: 30, generatorBusy: 0.5 }
  return { perSecond, p50Ms: 5, p99Ms, ...cost, errors: 0, reasons: {} }
}

test('a line stands beside its neighbours of the same run, with its goal', () => {
  const figures = new Map([
    ['get-64', slice(24_000)],
    ['etcd-get-64', slice(10_000)],
    ['redis-get-64', slice(48_000)],
  ])
  assert.equal(besideText('get-64', figures), '2.40 x etcd, goal >= 2.5: MISSED; 0.50 x Redis')
  figures.set('etcd-get-64', slice(9_000))
  assert.match(besideText('get-64', figures), /2.67 x etcd, goal >= 2.5: met/)
})

test('a neighbour that is not there leaves no ratio', () => {
  assert.equal(besideText('put-64', new Map([['put-64', slice(1)]])), '')
})

test('every line fills the table', () => {
  for (const line of [...STEADY_LINES, CONDITIONAL_LINE]) {
    assert.equal(rowOf(line, new Map([[line.id, slice(1)]])).length, HEAD.length)
    assert.equal(rowOf(line, new Map()).length, HEAD.length)
  }
})

test('a fault is judged by the rate and by the slow end', () => {
  assert.equal(
    faultText(slice(8_000, 15), slice(10_000, 10)),
    '0.80 x steady, goal >= 0.7: met; p99 1.50 x, goal <= 2: met',
  )
  const missed = faultText(slice(6_000, 30), slice(10_000, 10))
  assert.equal(missed.match(/MISSED/g)?.length, 2)
})

test('what went wrong is told by its reasons, and silence means that nothing did', () => {
  assert.deepEqual(errorNote('PUT', [slice(1)]), [])
  const bad = { ...slice(1), errors: 3, reasons: { 503: 3 } }
  assert.deepEqual(errorNote('PUT', [bad, slice(1), bad]), ['PUT: 6 errors, {"503":6}'])
})
