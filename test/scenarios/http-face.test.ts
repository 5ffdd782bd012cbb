/**
 * The coordinator's face in the situations that real processes cannot be brought into at will: full
 * queues, a broken part, a log that has not been read yet.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_TOKEN, coordinatorFace } from '../support/face.ts'
import { fakeStore } from '../support/fake-store.ts'
import { aNotification } from '../support/live-world.ts'
import { rawExchange, type WireAnswer } from '../support/wire-client.ts'

const seen = ({ status, body }: WireAnswer) => [status, body]
const origin = 'http://localhost:5173'

test('a full queue is 429 and says in how many seconds to come again', async (t) => {
  const face = await coordinatorFace(t)
  face.store.onWrite = () => ({ kind: 'busy', retryAfterMs: 1_500 })
  const answer = await face.put('/key/a', { value: {} })
  assert.equal(answer.status, 429)
  assert.equal(answer.headers['retry-after'], '2')
  const { body } = await face.post('/batch', { operations: [{ op: 'delete', key: 'a' }] })
  assert.partialDeepStrictEqual(body, { results: [{ status: 429, retry_after_ms: 1_500 }] })
})

test('why a write has failed stands in a header beside the body of the contract', async (t) => {
  const face = await coordinatorFace(t)
  face.store.onWrite = () => ({ kind: 'failed', reason: 'the disks have no room left' })
  const answer = await face.put('/key/a', { value: {} }, { headers: { origin } })
  assert.deepEqual(seen(answer), [502, { detail: 'Scrittura fallita su tutti i nodi' }])
  assert.equal(answer.headers['x-energyguard-reason'], 'the disks have no room left')
  assert.match(String(answer.headers['access-control-expose-headers']), /x-energyguard-reason/)
})

test('our own mistakes are 500, noted with their place and not told to strangers', async (t) => {
  const broken = { ...fakeStore(), read: () => Promise.reject(new Error('secret detail')) }
  const face = await coordinatorFace(t, { store: broken })
  const answer = await face.get('/key/a', { headers: { origin } })
  assert.deepEqual(seen(answer), [500, { detail: 'Internal error' }])
  assert.equal(answer.headers['access-control-allow-origin'], origin)
  const [fact] = face.trace.facts
  assert.deepEqual([fact?.kind, fact?.level], ['http.failed', 'error'])
  assert.equal(fact?.route, '/key/:key')
  assert.match(String(fact?.stack), /secret detail/)
})

test('an answer that is not what the schema promises never goes out', async (t) => {
  const thresholds = { default: { kw_max: 'many' } } as never
  const book = {
    current: async () => ({ thresholds, isLastKnown: false }),
    replace: async () => ({ kind: 'no-shards' }) as const,
  }
  const face = await coordinatorFace(t, { thresholds: book })
  assert.equal((await face.get('/admin/thresholds')).status, 500)
  assert.equal(face.trace.count('http.failed'), 1)
})

test('before the log has been read, notifications are 503 and not an empty list', async (t) => {
  const face = await coordinatorFace(t)
  face.live.isReady = false
  for (const path of ['/notifications', '/notifications/unread_count']) {
    const { status, body } = await face.get(path)
    assert.equal(status, 503, path)
    assert.match(String(body.detail), /alerts log/)
  }
  const marked = await face.post('/notifications/mark_read', { ids: [] })
  assert.deepEqual(seen(marked), [503, { detail: 'The log is away.' }])
  face.live.broadcast = async () => ({ kind: 'unavailable', reason: 'The log is away.' })
  const sent = await face.post('/internal/broadcast', {})
  assert.deepEqual(seen(sent), [503, { detail: 'The log is away.' }])
})

test('a notification of a floor that is none does not spoil the list', async (t) => {
  const face = await coordinatorFace(t)
  const items = [{ ...aNotification('a'), floor: 1.5 }, aNotification('b')]
  face.live.list = () => items
  assert.deepEqual(seen(await face.get('/notifications')), [200, { items, total: 2 }])
})

test('_token is taken off before an alert goes anywhere', async (t) => {
  const face = await coordinatorFace(t, { broadcastToken: 'geheim' })
  await face.post('/internal/broadcast', { piano: 1, _token: 'geheim', raw: { _token: 'kept' } })
  assert.deepEqual(face.live.broadcasts, [{ piano: 1, raw: { _token: 'kept' } }])
})

test('thresholds that nobody knows are 503; what became of a change is told', async (t) => {
  const book = {
    current: async () => undefined,
    replace: async () => ({ kind: 'unknown', needed: 2, had: 1 }) as const,
  }
  const face = await coordinatorFace(t, { thresholds: book })
  const { status, body } = await face.get('/admin/thresholds')
  assert.equal(status, 503)
  assert.equal(typeof body.detail, 'string')
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const changed = await face.put('/admin/thresholds', {}, { headers })
  assert.deepEqual([changed.status, changed.body.outcome], [504, 'unknown'])
})

test('a change of the ring that is refused says why', async (t) => {
  const face = await coordinatorFace(t)
  const node = { node: 'http://127.0.0.1:9' }
  const answers = [
    await face.post('/sharding/add-node', node),
    await face.post('/sharding/remove-node', node),
    await face.post('/sharding/reconfigure', { replication_factor: 2 }),
    await face.post('/sharding/replace-node', node),
    await face.post('/sharding/add-node', { ...node, preview: true }),
  ]
  const underWay = [409, { detail: 'Another change is under way.' }]
  const unreachable = [502, { detail: 'No shard answers.' }]
  assert.deepEqual(answers.map(seen), [unreachable, underWay, underWay, underWay, unreachable])
})

test('it says what it waits for until it waits for nothing', async (t) => {
  let waitsFor: string | undefined = 'the kettle'
  const face = await coordinatorFace(t, { readiness: async () => waitsFor })
  assert.deepEqual(seen(await face.get('/readyz')), [503, { detail: 'the kettle' }])
  assert.equal((await face.get('/livez')).status, 200)
  waitsFor = undefined
  assert.deepEqual(seen(await face.get('/readyz')), [200, { status: 'ok' }])
  const metrics = await face.get('/metrics')
  assert.equal(metrics.status, 200)
  assert.match(metrics.text, /^figures 1\n/)
  assert.match(metrics.text, /requests_total\{method="GET",route="\/livez",status="200"\} 1$/m)
})

test('a client that has sent too much is told so before the connection ends', async (t) => {
  const face = await coordinatorFace(t)
  const text = ' '.repeat(40 * 1024 * 1024)
  const { status, body } = await face.ask('PUT', '/key/a', { text })
  assert.deepEqual([status, body], [413, { detail: 'The body is too large' }])
})

test('a body that nobody can read does not cost its client the connection', async (t) => {
  const face = await coordinatorFace(t)
  for (const [type, body] of [
    ['application/json', '{'],
    ['text/plain', '{}'],
  ]) {
    const wrong =
      'POST /notifications/mark_read HTTP/1.1\r\nHost: x\r\nContent-Length: ' +
      `${body?.length}\r\nContent-Type: ${type}\r\n\r\n${body}`
    const next = 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const answers = await rawExchange(face.url, wrong + next)
    assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 422', 'HTTP/1.1 200'])
  }
})
