import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchWriteEnd, failureOf, readEnd, scannedTexts, writeEnd } from './answers.ts'
import type { ClientAnswer } from './client-messages.ts'

const answered = (status: number, body: unknown = {}): ClientAnswer => {
  return { id: 1, kind: 'answer', status, text: JSON.stringify(body), etag: null }
}
const silence: ClientAnswer = { id: 1, kind: 'silence', code: 'ECONNRESET' }
const noShards = answered(503, { detail: 'Nessun nodo KVS registrato' })
const batch = (result: object) => answered(200, { results: [result] })

test('a write is done, certainly failed, or in doubt', () => {
  assert.equal(writeEnd(answered(200)), 'done')
  for (const failed of [answered(502), answered(429), noShards]) {
    assert.equal(writeEnd(failed), 'failed')
  }
  for (const doubt of [answered(504), answered(503), answered(500), silence]) {
    assert.equal(writeEnd(doubt), 'unknown')
  }
})

test('in a batch the entry counts, not the answer around it', () => {
  assert.equal(batchWriteEnd(batch({ status: 200 })), 'done')
  assert.equal(batchWriteEnd(batch({ status: 502 })), 'failed')
  assert.equal(batchWriteEnd(batch({ status: 504 })), 'unknown')
  assert.equal(batchWriteEnd(silence), 'unknown')
})

test('a read finds the text as it was stored, or nothing, or it is not known', () => {
  const found: ClientAnswer = {
    ...{ id: 1, kind: 'answer', status: 200, etag: null, text: '{"value":{ "a" : 1.0}}' },
  }
  assert.deepEqual(readEnd(found), { kind: 'found', text: '{ "a" : 1.0}' })
  assert.deepEqual(readEnd(answered(404)), { kind: 'absent' })
  for (const none of [answered(503), answered(500), silence]) {
    assert.deepEqual(readEnd(none), { kind: 'none' })
  }
})

test('a page tells the texts of its keys, and no page tells nothing', () => {
  const page = answered(200, { items: [{ key: 'a', text: '{}' }], next: null })
  assert.deepEqual(scannedTexts(page), new Map([['a', '{}']]))
  assert.equal(scannedTexts(answered(503)), undefined)
})

test('failures are named by what was asked and what came', () => {
  assert.equal(failureOf('PUT', answered(200)), undefined)
  assert.equal(failureOf('GET', answered(404)), undefined)
  assert.equal(failureOf('DELETE', answered(404)), 'DELETE 404')
  assert.equal(failureOf('GET', answered(503)), 'GET 503')
  assert.equal(failureOf('POST', batch({ status: 504 })), 'POST 504')
  assert.equal(failureOf('POST', batch({ status: 200 })), undefined)
  assert.equal(failureOf('PUT', silence), 'PUT without answer (ECONNRESET)')
})
