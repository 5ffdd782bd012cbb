import assert from 'node:assert/strict'
import { test } from 'node:test'
import { medianSlice, type Slice, sliceOf, takeTurns } from './slices.ts'
import { mergeLoads, type StoreLoad } from './store-order.ts'

const load: StoreLoad = {
  done: 4000,
  errors: 1,
  reasons: { 503: 1 },
  seconds: 2,
  tookMs: Float64Array.from([1, 2, 3, 4]),
  longestMs: 30,
  nextValue: 4001,
  cpuSeconds: 0.1,
  busy: 0.4,
}

function slice(perSecond: number, errors = 0): Slice {
  return { ...sliceOf(load, 0), perSecond, errors, reasons: errors > 0 ? { late: errors } : {} }
}

test('a slice says what one key cost the servers, and apart from it the generator', () => {
  const { perSecond, serverMicros, generatorMicros, p50Ms, p99Ms } = sliceOf(load, 0.8)
  assert.deepEqual([perSecond, serverMicros, generatorMicros], [2000, 200, 25])
  assert.deepEqual([p50Ms, p99Ms], [2, 4])
})

test('the longest answer is that of all requests, and the median hides none', () => {
  assert.equal(sliceOf(load, 0).longestMs, 30, 'one that went wrong counts too')
  const stalled = { ...slice(10), longestMs: 1_500 }
  assert.equal(medianSlice([slice(1000), stalled, slice(1010)]).longestMs, 1_500)
})

test('one bad slice weighs nothing, but its errors are not forgotten', () => {
  const { perSecond, errors, reasons } = medianSlice([slice(1000), slice(10, 3), slice(1010, 2)])
  assert.equal(perSecond, 1000)
  assert.equal(errors, 5)
  assert.deepEqual(reasons, { late: 5 })
})

test('lines take turns, and none is always the one after the heaviest', async () => {
  const order: string[] = []
  const slices = await takeTurns(['a', 'b', 'c'], 3, async (line, round) => {
    order.push(`${line}${round}`)
    return slice(round)
  })
  assert.deepEqual(order, ['a0', 'b0', 'c0', 'c1', 'b1', 'a1', 'a2', 'b2', 'c2'])
  assert.deepEqual(
    slices.get('b')?.map(({ perSecond }) => perSecond),
    [0, 1, 2],
  )
})

test('what several generators did together is one load', () => {
  const other = {
    ...load,
    seconds: 2.5,
    ...{ tookMs: Float64Array.from([9]), longestMs: 9 },
    nextValue: 9000,
    busy: 0.9,
  }
  const both = mergeLoads([load, { ...other, reasons: { 503: 2, 504: 1 } }])
  assert.deepEqual([both.done, both.errors, both.seconds, both.nextValue], [8000, 2, 2.5, 9000])
  assert.deepEqual([both.cpuSeconds, both.busy], [0.2, 0.9])
  assert.deepEqual([...both.tookMs], [1, 2, 3, 4, 9])
  assert.equal(both.longestMs, 30)
  assert.deepEqual(both.reasons, { 503: 3, 504: 1 })
})
