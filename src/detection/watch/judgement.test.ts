/**
 * A statistic before its tail: what the count of past alarms does to it, and what an anomaly
 * teaches.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../adapters/seeded-random.ts'
import { must } from '../../model/must.ts'
import { judge, type Question } from './judgement.ts'
import { BLOCK_MS, EMPTY_TAIL, levelAt, observe, type Tail } from './tail.ts'

const START_MS = Date.UTC(2026, 0, 5)
const BLOCKS = 120
const NOW_MS = START_MS + BLOCKS * BLOCK_MS
const options = { budgetPerMonth: 1, timeZone: 'UTC', holidays: new Set<number>() }

/** Two months of half days whose largest surprises are 4 and a little more. */
function learnedTail(): Tail {
  const random = seededRandom('judgement')
  const manner = { fit: 'moments', restingBlocks: 0, isSteady: true } as const
  let tail = EMPTY_TAIL
  for (let block = 0; block < BLOCKS; block += 1) {
    const largest = 4 - 0.3 * Math.log(random.unit())
    tail = observe(tail, START_MS + block * BLOCK_MS, largest, manner)
  }
  return tail
}

function question(statistic: number, about: Partial<Question> = {}): Question {
  return {
    ...{ channel: 'surprise', direction: 'up', timeMs: NOW_MS, value: 10 + statistic },
    ...{ expected: 10, scale: 1, statistic, terms: { options, strictness: 1 } },
    ...{ isSteady: true, isPaused: false, ...about },
  }
}

test('where it alarmed four times too often, a statistic is taken as four times as usual', () => {
  const tail = learnedTail()
  const plain = judge(tail, question(8))
  const strict = judge(tail, question(8, { terms: { options, strictness: 4 } }))
  assert.ok(Math.abs(plain.score - strict.score - Math.log10(4)) < 1e-9)
  assert.ok(must(strict.finding).high > must(plain.finding).high, 'and its band is wider')
})

test('the edge of the band is where alarms begin', () => {
  const tail = learnedTail()
  const limit = must(judge(tail, question(9)).finding).high - 10
  assert.equal(judge(tail, question(limit * 0.999)).finding, undefined)
  assert.ok(judge(tail, question(limit * 1.001)).finding)
})

/** The limit a few days after a surprise of this size. */
function limitAfter(statistic: number, isSteady: boolean): number {
  let { tail, finding } = judge(learnedTail(), question(statistic, { isSteady }))
  assert.ok(finding)
  for (let block = 1; block <= 8; block += 1) {
    const timeMs = NOW_MS + block * BLOCK_MS
    tail = judge(tail, question(4.2, { timeMs, isSteady })).tail
  }
  return levelAt(tail, 0.05)
}

/** An anomaly, and one so far off that it is of another kind. */
const OFF = 6.9
const FAR_OFF = 60

test('a fast meter that was off once is not let off the next time', () => {
  const before = levelAt(learnedTail(), 0.05)
  assert.ok(limitAfter(OFF, true) < before * 1.1, `${before} ${limitAfter(OFF, true)}`)
  assert.ok(limitAfter(OFF, false) > limitAfter(OFF, true))
})

test('what is a thousand times too rare is of another kind, and does not raise the limit', () => {
  assert.ok(limitAfter(FAR_OFF, false) < limitAfter(OFF, false))
  assert.equal(limitAfter(FAR_OFF, false), limitAfter(FAR_OFF, true))
})

test("less than a usual deviation is nobody's alarm, however rare", () => {
  let tail = EMPTY_TAIL
  const manner = { fit: 'quantiles', restingBlocks: 0, isSteady: false } as const
  for (let block = 0; block < BLOCKS; block += 1) {
    tail = observe(tail, START_MS + block * BLOCK_MS, 0.01 + (block % 7) / 1_000, manner)
  }
  const small = question(0.9, { channel: 'level' })
  assert.equal(judge(tail, small).finding, undefined)
  assert.ok(judge(tail, question(1.1, { channel: 'level' })).finding)
})

test('while it is paused nothing is taught', () => {
  const tail = learnedTail()
  assert.equal(judge(tail, question(60, { isPaused: true })).tail, tail)
  assert.equal(judge(tail, question(4.5, { isPaused: true })).tail, tail)
})
