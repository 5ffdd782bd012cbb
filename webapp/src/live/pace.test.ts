import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  GATHER_MS,
  isDue,
  momentAfter,
  Pace,
  REST_MS_MAX,
  REST_MS_MIN,
  restMsOf,
  URGENT_REST_MS,
} from './pace.ts'

test('a quick machine draws once a second, a slow one less often, and none stops', () => {
  assert.equal(restMsOf('soon', 0), REST_MS_MIN)
  assert.equal(restMsOf('soon', 4), REST_MS_MIN)
  assert.ok(restMsOf('soon', 30) > REST_MS_MIN)
  assert.equal(restMsOf('soon', 40), 1.25 * restMsOf('soon', 32))
  assert.equal(restMsOf('soon', 10_000), REST_MS_MAX)
})

test('an alert rests only for others of its kind, and never longer than a reading', () => {
  assert.equal(restMsOf('now', 0), URGENT_REST_MS)
  assert.ok(restMsOf('now', 10) > URGENT_REST_MS)
  for (const drawingMs of [0, 5, 30, 10_000]) {
    assert.ok(restMsOf('now', drawingMs) < restMsOf('soon', drawingMs))
  }
})

test('readings that took long to draw hold up readings, and no alert', () => {
  const pace = new Pace()
  pace.drawn('soon', 5_000, 30)
  assert.equal(pace.waitMs('now', 5_040), 0)
  assert.equal(pace.waitMs('soon', 5_040), restMsOf('soon', 30) - 40)
  pace.drawn('now', 5_050, 30)
  assert.equal(pace.waitMs('now', 5_090), restMsOf('now', 30) - 40)
  pace.drawn('soon', 5_060, 0)
  assert.equal(pace.waitMs('now', 5_090), restMsOf('now', 30) - 40, 'a flood of alerts rests')
  assert.equal(pace.waitMs('soon', 60_000), GATHER_MS.soon)
})

test('what lies in the future is due: the clock was set back', () => {
  assert.equal(isDue(1_000, 2_999, 2_000), false)
  assert.equal(isDue(1_000, 3_000, 2_000), true)
  assert.equal(isDue(600_000, 1_000, 2_000), true)
})

test('a moment that is drawn moves in its steps, and back with a clock that was set back', () => {
  assert.equal(momentAfter(12_000, 19_999, 10_000), 12_000)
  assert.equal(momentAfter(12_000, 20_100, 10_000), 20_100)
  assert.equal(momentAfter(20_100, 18_000, 10_000), 20_100, 'the page was told a while ago')
  assert.equal(momentAfter(620_000, 20_500, 10_000), 20_500)
})
