import assert from 'node:assert/strict'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { coordinatorFace, type Face } from '../../test/support/face.ts'
import { fakeStore } from '../../test/support/fake-store.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import type { WireAnswer, WireRequest } from '../../test/support/wire-client.ts'
import { systemClock } from '../adapters/system-clock.ts'
import { VALUE_BYTES_MAX } from '../store/client.ts'
import { answer } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { addKeyLane } from './key-lane.ts'
import { GATE_DEFAULTS, RequestGate } from './request-gate.ts'
import { RequestTally } from './request-tally.ts'

/** A web page of this origin may read no answer; its requests take the usual way. */
const PAGE = { origin: 'http://elsewhere.example' }

type Ask = readonly [method: 'GET' | 'PUT', path: string, options?: WireRequest]

const put = (key: string, text: string, headers = {}): Ask => [
  'PUT',
  `/key/${key}`,
  { text, headers },
]

const ASKS: readonly Ask[] = [
  ['GET', '/key/there'],
  ['GET', '/key/not-there'],
  ['GET', '/key/%'],
  ['GET', '/key/_system:ring'],
  ['GET', '/key/there?x=1'],
  put('a%2Fb', '{"value":{ "n": 1.0 }}'),
  put('a', '{"value":{},"ttl":5}'),
  put('a', '{"value":{},"ttl":0}'),
  put('a', '{"value":[]}'),
  put('a', '{'),
  put('a', ''),
  put('a', '{"value":{}}', { 'content-type': 'text/plain' }),
  put('a', '{"value":{}}', { 'if-match': 'without quotes' }),
  put('a', '{"value":{}}', { 'if-match': '"1"', 'idempotency-key': 'once' }),
  put('busy', '{"value":{}}'),
  put('failed', '{"value":{}}'),
  put('a', `{"value":{"text":"${'x'.repeat(VALUE_BYTES_MAX + 8192)}"}}`),
]

async function aFace(t: TestContext): Promise<Face> {
  const face = await coordinatorFace(t)
  await face.put('/key/there', { value: { n: 1 } })
  face.store.onWrite = ({ key }) => {
    if (key === 'busy') return { kind: 'busy', retryAfterMs: 1_500 }
    return key === 'failed' ? { kind: 'failed', reason: 'no room' } : undefined
  }
  return face
}

/** What a client can see, but for the headers that only web pages are sent. */
function seen({ status, text, headers }: WireAnswer) {
  const forAll = Object.entries(headers).filter(
    ([name]) => !name.startsWith('access-control-') && name !== 'date',
  )
  return { status, text, headers: Object.fromEntries(forAll) }
}

test('nobody can tell by an answer which way a request took', async (t) => {
  const face = await aFace(t)
  for (const [method, path, options = {}] of ASKS) {
    const short = seen(await face.ask(method, path, options))
    const headers = { ...options.headers, ...PAGE }
    const usual = seen(await face.ask(method, path, { ...options, headers }))
    assert.deepEqual(short, usual, `${method} ${path} ${String(options.text).slice(0, 60)}`)
  }
})

test('conditions and the life of a document reach the store', async (t) => {
  const face = await aFace(t)
  const writes: unknown[] = []
  face.store.onWrite = (write) => void writes.push(write)
  const headers = { 'if-match': '"7"', 'idempotency-key': 'once' }
  await face.put('/key/cas:a', { value: {}, ttl: 9 }, { headers })
  const conditions = { ifMatch: '7', requestId: 'once' }
  assert.deepEqual(writes, [{ key: 'cas:a', text: '{}', ttlSeconds: 9, ...conditions }])
})

test('requests of both ways are counted alike', async (t) => {
  const face = await aFace(t)
  await face.get('/key/there')
  await face.get('/key/there', { headers: PAGE })
  const { text } = await face.get('/metrics')
  assert.match(text, /requests_total\{method="GET",route="\/key\/:key",status="200"\} 2\n/)
})

test('a mistake of ours is noted with its place', async (t) => {
  const broken = { ...fakeStore(), read: () => Promise.reject(new Error('secret detail')) }
  const face = await coordinatorFace(t, { store: broken })
  const answer = await face.get('/key/a')
  assert.deepEqual([answer.status, answer.body], [500, { detail: 'Internal error' }])
  assert.partialDeepStrictEqual(face.trace.facts, [{ kind: 'http.failed', route: '/key/:key' }])
})

test('a request that breaks off in its body is forgotten', async (t) => {
  const face = await aFace(t)
  const { hostname, port } = new URL(face.url)
  const socket = connect(Number(port), hostname)
  const head = 'PUT /key/half HTTP/1.1\r\nhost: x\r\ncontent-length: 40\r\n\r\n'
  await new Promise((resolve) => socket.write(`${head}{"value"`, resolve))
  socket.destroy()
  assert.equal((await face.get('/key/there')).status, 200)
  assert.equal(face.store.text('half'), undefined)
})

test('only what is plain takes the short way', async () => {
  const usual: string[] = []
  const app = {
    routing: ({ method, url, headers }: IncomingMessage, _: ServerResponse) =>
      void usual.push(`${method} ${url} ${JSON.stringify(headers)}`),
    addHook: () => app,
  }
  const door = { get: async () => answer(200, {}), put: async () => answer(200, {}) }
  const parts = { door, clock: systemClock, trace: recordingTrace(), tally: new RequestTally() }
  const gate = new RequestGate(GATE_DEFAULTS)
  addKeyLane(app as unknown as HttpApp, { ...parts, gate, valueBytesMax: 100 })
  const send = (method: string, url: string, headers = {}) => {
    const request = Object.assign(new Readable({ read() {} }), { method, url, headers })
    app.routing(request as unknown as IncomingMessage, new ServerResponse(request as never))
  }
  send('GET', '/key/a')
  send('PUT', '/key/a', { 'content-length': '4196' })
  assert.deepEqual(usual, [])
  send('GET', '/health')
  send('DELETE', '/key/a')
  send('PUT', '/key/a', { 'transfer-encoding': 'chunked' })
  send('PUT', '/key/a', { 'content-length': '4197' })
  send('GET', '/key/a', { origin: 'http://localhost:3000' })
  assert.equal(usual.length, 5)
})

test('once the app closes, requests on open connections are told to go', async (t) => {
  const face = await aFace(t)
  await face.app.close()
  assert.equal((await face.get('/key/there')).status, 503)
})
