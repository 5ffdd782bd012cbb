import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Attempt, longestKeyGapMs } from './key-gaps.ts'
import { longestGapMs } from './tally.ts'

const attempt = (
  key: string,
  startMs: number,
  endMs: number,
  isAcknowledged: boolean,
): Attempt => ({
  ...{ key, startMs, endMs, isAcknowledged },
})
const done = (key: string, startMs: number, endMs: number) => attempt(key, startMs, endMs, true)
const failed = (key: string, startMs: number, endMs: number) => attempt(key, startMs, endMs, false)
const gapMs = (...attempts: readonly Attempt[]) => longestKeyGapMs(attempts, 0, 5_000)

test('a key that nobody can write is seen, though others are written all the while', () => {
  const others = Array.from({ length: 500 }, (_, n) => done('other', n * 10, n * 10 + 5))
  const dead = Array.from({ length: 5 }, (_, n) => failed('dead', n * 1_000 + 10, n * 1_000 + 990))
  const acks = others.map(({ endMs }) => ({ atMs: endMs, tookMs: 5 }))
  assert.equal(longestGapMs(acks, 0, 5_000), 10)
  assert.equal(gapMs(...others), 5)
  assert.equal(gapMs(...others, ...dead), 4_980)
})

test('who waited with those that failed and is acknowledged ends the gap', () => {
  assert.equal(gapMs(failed('k', 100, 600), failed('k', 200, 700), done('k', 650, 900)), 800)
})

test('what succeeds from its begin, after all that failed, does not lengthen it', () => {
  assert.equal(gapMs(failed('k', 100, 600), done('k', 4_000, 4_010)), 500)
  assert.equal(gapMs(failed('k', 100, 600), done('k', 700, 710), failed('k', 4_000, 4_100)), 500)
})

test('what is still under way waits until the span is over', () => {
  assert.equal(gapMs(failed('k', 1_000, Number.POSITIVE_INFINITY)), 4_000)
})

test('only what touches the span counts, and where nothing was tried there is no gap', () => {
  assert.equal(longestKeyGapMs([failed('k', 0, 90), failed('k', 200, 900)], 100, 200), 0)
  assert.equal(gapMs(), 0)
})
