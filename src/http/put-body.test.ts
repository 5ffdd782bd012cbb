import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { InvalidRequest } from './problems.ts'
import { parsePutBody } from './put-body.ts'

test('the text of the document is kept, and the time that it lives', () => {
  const valueText = '{"b": 1.0, "a": 12345678901234567890}'
  assert.deepEqual(parsePutBody(`{"ttl": 5, "value": ${valueText}}`), { valueText, ttlSeconds: 5 })
  assert.deepEqual(parsePutBody(`{"value":${valueText},"ttl":null,"else":1}`), { valueText })
})

test('each wrong field is named', () => {
  const wrongFields = (text: string | undefined) => {
    try {
      return parsePutBody(text)
    } catch (error) {
      assert.ok(error instanceof InvalidRequest)
      return error.problems.map(({ loc }) => loc.join('.'))
    }
  }
  assert.deepEqual(wrongFields(undefined), ['body'])
  assert.deepEqual(wrongFields('{"value"'), ['body'])
  assert.deepEqual(wrongFields('[]'), ['body'])
  assert.deepEqual(wrongFields('{}'), ['body.value'])
  for (const value of ['[]', '1', '"text"', 'null', 'true']) {
    assert.deepEqual(wrongFields(`{"value":${value}}`), ['body.value'], value)
  }
  for (const ttl of ['0', '-1', '1.5', '"5"', 'true', '1e300', '{}']) {
    assert.deepEqual(wrongFields(`{"value":{},"ttl":${ttl}}`), ['body.ttl'], ttl)
  }
  assert.deepEqual(wrongFields('{"value":[],"ttl":0}'), ['body.value', 'body.ttl'])
})

/** What is still held then, in bytes. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}

test('a small document does not keep a large body in memory', () => {
  const body = Buffer.from(`{"value":{"name":"a small one"},"else":"${'x'.repeat(100_000)}"}`)
  const before = heapBytes()
  const kept = Array.from({ length: 200 }, () => parsePutBody(body.toString()).valueText)
  const bodies = heapBytes() - before
  assert.ok(bodies < (kept.length * body.length) / 4, `${bodies} bytes`)
  assert.deepEqual(new Set(kept), new Set(['{"name":"a small one"}']))
})
