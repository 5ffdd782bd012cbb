import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REST_MS_MAX, REST_MS_MIN, restMsOf } from './pace.ts'

test('a quick machine draws twice a second, a slow one less often, and none stops', () => {
  assert.equal(restMsOf(0), REST_MS_MIN)
  assert.equal(restMsOf(4), REST_MS_MIN)
  assert.ok(restMsOf(20) > REST_MS_MIN)
  assert.equal(restMsOf(20), 2 * restMsOf(10))
  assert.equal(restMsOf(10_000), REST_MS_MAX)
})
