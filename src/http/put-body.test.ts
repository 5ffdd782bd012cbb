import assert from 'node:assert/strict'
import { test } from 'node:test'
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
