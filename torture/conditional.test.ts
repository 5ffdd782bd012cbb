import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientAnswer } from './client-messages.ts'
import type { Order } from './client-process.ts'
import { httpConditional } from './conditional.ts'

/** A client whose every request gets the same answer, and what it was asked. */
function answering(status: number, text = '{}', etag: string | null = null) {
  const asked: Order[] = []
  const ask = async (order: Order): Promise<ClientAnswer> => {
    asked.push(order)
    return { id: 1, kind: 'answer', status, text, etag }
  }
  return { asked, store: httpConditional({ ask }, 'http://somewhere') }
}

test('conditions and the request id travel as headers', async () => {
  const { asked, store } = answering(200, '{}', '"2"')
  const change = { text: '{"a":1}', ifMatch: '"1"', requestId: 'r1' }
  assert.deepEqual(await store.change('cas:k', change), { kind: 'done', etag: '"2"' })
  await store.change('cas:k', { text: null, ifNoneMatch: '*' })
  const [put, remove] = asked
  assert.deepEqual(put?.headers, { 'if-match': '"1"', 'idempotency-key': 'r1' })
  assert.deepEqual(
    [put?.method, put?.path, put?.body],
    ['PUT', '/key/cas%3Ak', '{"value":{"a":1}}'],
  )
  assert.deepEqual([remove?.method, remove?.body], ['DELETE', undefined])
  assert.deepEqual(remove?.headers, { 'if-none-match': '*' })
})

test('a read tells text and etag, that nothing is there, or that nobody knows', async () => {
  const read = (status: number, text?: string, etag?: string) =>
    answering(status, text, etag).store.readConditional('cas:k')
  assert.deepEqual(await read(200, '{"value":{ "a":1}}', '"1"'), {
    ...{ kind: 'found', text: '{ "a":1}', etag: '"1"' },
  })
  assert.deepEqual(await read(404), { kind: 'absent', etag: null })
  assert.deepEqual(await read(503), { kind: 'unavailable' })
})

test('what stood in the way is no failure, and what is in doubt is neither', async () => {
  const change = (status: number, etag: string | null = null) =>
    answering(status, '{}', etag).store.change('cas:k', { text: '{}' })
  assert.deepEqual(await change(412, '"3"'), { kind: 'mismatch', etag: '"3"' })
  assert.deepEqual(await change(502), { kind: 'failed' })
  assert.deepEqual(await change(504), { kind: 'unknown' })
})
