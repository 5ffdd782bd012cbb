/**
 * History is asked for again when it has to be, and not whenever its stretch moves.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '../api/types.ts'
import { ANSWER_SECONDS_MAX, ASKED_SECONDS_MAX, askedAfter, keptSinceSeconds } from './asked.ts'

const HOUR = 3_600
const EVERY = 30
const EVER = Number.NEGATIVE_INFINITY
const hourTo = (toSeconds: number) => ({
  fromSeconds: toSeconds - HOUR,
  toSeconds,
  stepSeconds: 10,
})
const reading = (seconds: number): Reading => ({
  piano: 1,
  timestamp: new Date(seconds * 1000).toISOString(),
})

test('while live readings reach back to it, the former stretch serves', () => {
  const first = askedAfter(undefined, hourTo(10_000), EVER, EVERY)
  assert.deepEqual(first, hourTo(10_000))
  assert.equal(askedAfter(first, hourTo(10_030), EVER, EVERY), first)
  assert.equal(askedAfter(first, hourTo(10_300), 9_900, EVERY), first)
})

test('it is asked for again before live readings cease to reach back to it', () => {
  const first = hourTo(10_000)
  const next = hourTo(10_300)
  const latestSeconds = first.toSeconds - 2 * EVERY - ANSWER_SECONDS_MAX
  assert.equal(askedAfter(first, next, latestSeconds, EVERY), first)
  assert.equal(askedAfter(first, next, latestSeconds + 1, EVERY), next)
  const answeredSeconds = latestSeconds + EVERY + ANSWER_SECONDS_MAX
  const askedAtSeconds = first.toSeconds - EVERY
  assert.ok(answeredSeconds <= askedAtSeconds, 'asked for a turn later, it joins still')
})

test('now and then it is asked for in any case, for readings that came late', () => {
  const first = hourTo(10_000)
  assert.equal(askedAfter(first, hourTo(10_000 + ASKED_SECONDS_MAX), EVER, EVERY), first)
  const late = hourTo(10_030 + ASKED_SECONDS_MAX)
  assert.equal(askedAfter(first, late, EVER, EVERY), late)
})

test('another step, or a stretch that reaches further back, is asked for at once', () => {
  const first = hourTo(10_000)
  for (const shown of [
    { ...first, stepSeconds: 30 },
    { ...first, fromSeconds: first.fromSeconds - 10 },
    hourTo(9_970),
  ]) {
    assert.equal(askedAfter(first, shown, EVER, EVERY), shown)
  }
})

test('a list about to lose its oldest is whole since that one, a short one since ever', () => {
  const long = [100, 101, 102].map(reading)
  const short = [90, 104].map(reading)
  assert.equal(keptSinceSeconds([short], 3), EVER)
  assert.equal(keptSinceSeconds([short, long], 3), 100)
  assert.equal(keptSinceSeconds([short, long], 2), 100)
})
