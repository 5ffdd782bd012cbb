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
  return { perSecond, p50Ms: 5, p99Ms, longestMs: 20, ...cost, errors: 0, reasons: {} }
}

const under = (counted: readonly Slice[], partly: readonly Slice[] = []) =>
  faultText({ counted, partly }, slice(10_000, 10))
const count = (text: string, word: 'met' | 'MISSED') =>
  text.match(new RegExp(`: ${word}`, 'g'))?.length ?? 0

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

test('a fault is judged by the rate, by the slow end and by what went wrong', () => {
  assert.equal(
    under([slice(8_000, 15)]),
    '0.80 x steady, goal >= 0.7: met; p99 1.50 x, goal <= 2: met; 0 errors, goal 0: met; ' +
      'worst slice 0.80 x; longest answer 20 ms, before 20 ms',
  )
  assert.equal(count(under([{ ...slice(6_000, 30), errors: 1 }]), 'MISSED'), 3)
})

test('a tenth of all requests that fails is missed, however fast the others are', () => {
  const failing = { ...slice(9_000), errors: 900, reasons: { 504: 900 }, longestMs: 2_004 }
  const text = under([failing, failing, failing])
  assert.match(text, /2,700 errors, goal 0: MISSED/)
  assert.match(text, /longest answer 2,004 ms, before 20 ms/)
  assert.equal(count(text, 'met'), 2)
})

test('a slice in which nothing is answered is seen beside the median of others', () => {
  const stalled = { ...slice(42, 1_500), longestMs: 1_503 }
  const text = under([slice(10_000), stalled, slice(10_000)])
  assert.match(text, /^1.00 x steady.*worst slice 0.00 x; longest answer 1,503 ms/)
})

test('what goes wrong in a slice that the fault does not fill is not forgotten', () => {
  const last = { ...slice(100), errors: 2, reasons: { 503: 2 }, longestMs: 900 }
  const text = under([slice(10_000)], [last])
  assert.match(text, /^1.00 x steady.*2 errors, goal 0: MISSED; worst slice 1.00 x/)
  assert.match(text, /longest answer 900 ms/)
})

test('where nothing was done no goal is met', () => {
  const dead = { ...slice(0, Number.NaN), errors: 64, longestMs: 10_000 }
  assert.equal(count(under([dead, dead, dead]), 'MISSED'), 3)
})

test('what went wrong is told by its reasons, and silence means that nothing did', () => {
  assert.deepEqual(errorNote('PUT', [slice(1)]), [])
  const bad = { ...slice(1), errors: 3, reasons: { 503: 3 } }
  assert.deepEqual(errorNote('PUT', [bad, slice(1), bad]), ['PUT: 6 errors, {"503":6}'])
})
