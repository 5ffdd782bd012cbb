import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestGapMs, slowestMs, sumOf, Tally } from './tally.ts'

const acksAt = (...times: readonly number[]) => times.map((atMs) => ({ atMs, tookMs: atMs / 10 }))

test('the longest gap lies between two acknowledged writes next to each other', () => {
  assert.equal(longestGapMs(acksAt(10, 20, 90, 100), 15, 100), 70)
})

test('a gap that began before the span or ends after it counts whole', () => {
  assert.equal(longestGapMs(acksAt(0, 50, 60), 40, 55), 50)
  assert.equal(longestGapMs(acksAt(40, 50, 150), 45, 100), 100)
})

test('a span without any acknowledged write is one gap', () => {
  assert.equal(longestGapMs([], 100, 300), 200)
})

test('acknowledgements need not come in order', () => {
  assert.equal(longestGapMs(acksAt(90, 10, 100, 20), 15, 100), 70)
})

test('the slowest write is looked for within the span', () => {
  assert.equal(slowestMs(acksAt(10, 50, 900), 5, 100), 5)
  assert.equal(slowestMs([], 5, 100), 0)
})

test('a window counts what begins within it, also when that fails after it', () => {
  const tally = new Tally()
  const endEarlier = tally.begin()
  const close = tally.openWindow()
  const endInside = tally.begin()
  const window = close()
  tally.begin()('GET 503')
  endEarlier('PUT 504')
  endInside('PUT 502')
  assert.equal(window.requests, 1)
  assert.deepEqual([...window.failures], [['PUT 502', 1]])
  assert.equal(sumOf(tally.failures), 3)
})
