import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REQUEST_LENGTH_MAX, requestsOf } from './held-writes.ts'

const writesOf = (...lengths: readonly number[]) =>
  lengths.map((length, n) => ({ key: String(n), text: 'x'.repeat(length - 1) }))
const countsOf = (...lengths: readonly number[]) =>
  requestsOf(writesOf(...lengths)).map((request) => request.length)

test('a batch is one request up to the limit of a request, and none is empty', () => {
  assert.deepEqual(countsOf(REQUEST_LENGTH_MAX - 10, 10), [2])
  assert.deepEqual(countsOf(), [])
})

test('giants are split, in order, each write once', () => {
  assert.deepEqual(countsOf(REQUEST_LENGTH_MAX - 10, 11, 12), [1, 2])
  assert.deepEqual(countsOf(5, REQUEST_LENGTH_MAX + 1, 5), [1, 1, 1])
  const keys = requestsOf(writesOf(5, REQUEST_LENGTH_MAX, 5)).flat()
  assert.deepEqual(
    keys.map((write) => write.key),
    ['0', '1', '2'],
  )
})
