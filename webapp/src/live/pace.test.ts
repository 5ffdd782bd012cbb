import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REST_MS_MAX, REST_MS_MIN, restMsOf, URGENT_REST_MS } from './pace.ts'

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
