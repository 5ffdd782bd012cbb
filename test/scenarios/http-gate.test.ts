/**
 * A coordinator's door when more is asked of it than it can keep: who is let in, who is told to
 * come again, and that people can look at it all the while.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { GateLimits } from '../../src/http/request-gate.ts'
import { eventually } from '../support/eventually.ts'
import { coordinatorFace } from '../support/face.ts'
import { fakeStore } from '../support/fake-store.ts'
import { rawExchange, type WireAnswer } from '../support/wire-client.ts'

/** A face over a store that answers nothing until it is let. */
async function slowFace(t: TestContext, limits: Partial<GateLimits>) {
  const { promise: until, resolve: goOn } = Promise.withResolvers<void>()
  let asked = 0
  const inner = fakeStore()
  const store = {
    ...inner,
    async write(writes: Parameters<typeof inner.write>[0]) {
      asked += 1
      await until
      return inner.write(writes)
    },
  }
  const gate = { requestsMax: 100, bodyBytesMax: 1_000_000, ...limits }
  const face = await coordinatorFace(t, { store, gate })
  return { face, goOn, asked: (count: number) => eventually('asked', () => asked === count) }
}

const CHUNKED =
  'PUT /key/c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n' +
  'Transfer-Encoding: chunked\r\n\r\nc\r\n{"value":{}}\r\n0\r\n\r\n'

function assertRefused({ status, headers, body }: WireAnswer): void {
  assert.deepEqual([status, headers['retry-after'], typeof body.detail], [429, '1', 'string'])
}

test('so many requests with documents are under way; the next one comes again', async (t) => {
  const { face, goOn, asked } = await slowFace(t, { requestsMax: 3 })
  const under = ['a', 'b', 'c'].map((key) => face.put(`/key/${key}`, { value: {} }))
  await asked(3)
  assertRefused(await face.put('/key/d', { value: {} }))
  assertRefused(await face.get('/key/a'))
  assertRefused(await face.get('/scan'))
  assertRefused(await face.post('/batch', { operations: [] }))
  assertRefused(await face.post('/sharding/export', {}))
  for (const path of ['/health', '/readyz', '/metrics', '/notifications']) {
    assert.equal((await face.get(path)).status, 200, path)
  }
  goOn()
  for (const { status } of await Promise.all(under)) assert.equal(status, 200)
  await eventually('there is room', async () => (await face.get('/key/d')).status === 404)
})

test('their bodies together have a limit, whether they announce their length or not', async (t) => {
  const { face, goOn, asked } = await slowFace(t, { bodyBytesMax: 2_500 })
  const json = { value: { x: 'v'.repeat(1_000) } }
  const under = [face.put('/key/a', json), face.put('/key/b', json)]
  await asked(2)
  assertRefused(await face.put('/key/c', json))
  assert.match(await rawExchange(face.url, CHUNKED), /^HTTP\/1\.1 429 /)
  assert.equal((await face.get('/key/c')).status, 404, 'one without a body gets in')
  goOn()
  for (const { status } of await Promise.all(under)) assert.equal(status, 200)
  await eventually('there is room', async () => (await face.put('/key/c', json)).status === 200)
})

test('a body that is longer than its route takes is told so, however much waits', async (t) => {
  const { face } = await slowFace(t, { bodyBytesMax: 32 * 1024 * 1024 })
  const { status } = await face.ask('PUT', '/key/a', { text: Buffer.alloc(3 * 1024 * 1024, 'x') })
  assert.equal(status, 413)
})

test('when nobody knows, the answer says when to ask again', async (t) => {
  const face = await coordinatorFace(t)
  face.store.onRead = () => ({ kind: 'unavailable', needed: 2, had: 1 })
  face.live.isReady = false
  for (const path of ['/key/a', '/notifications', '/notifications/unread_count']) {
    const { status, headers } = await face.get(path)
    assert.deepEqual([status, headers['retry-after']], [503, '1'], path)
  }
})
