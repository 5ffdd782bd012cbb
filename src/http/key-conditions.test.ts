import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionsOf, REQUEST_ID_LENGTH_MAX } from './key-conditions.ts'
import { InvalidRequest } from './problems.ts'

test('conditions are read from their headers, an etag without its quotes', () => {
  assert.deepEqual(conditionsOf({ 'if-match': '"k3-w"', 'idempotency-key': 'r1' }), {
    ifMatch: 'k3-w',
    requestId: 'r1',
  })
  assert.deepEqual(conditionsOf({ 'if-match': '*' }), { ifMatch: '*' })
  assert.deepEqual(conditionsOf({ 'if-none-match': '*' }), { ifNoneMatch: '*' })
  assert.deepEqual(conditionsOf({ accept: '*/*' }), {})
})

test('what cannot be a condition is refused with its header named', () => {
  for (const [header, value] of [
    ['if-match', 'k3-w'],
    ['if-match', '"a", "b"'],
    ['if-match', 'W/"a"'],
    ['if-none-match', '"a"'],
    ['idempotency-key', ''],
    ['idempotency-key', 'r'.repeat(REQUEST_ID_LENGTH_MAX + 1)],
  ] as const) {
    assert.throws(
      () => conditionsOf({ [header]: value }),
      (error) => error instanceof InvalidRequest && error.problems[0]?.loc[1] === header,
      `${header}: ${value}`,
    )
  }
})
