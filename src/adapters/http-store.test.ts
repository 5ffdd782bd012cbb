import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { type Arrived, always, scriptedServer } from '../../test/support/scripted-server.ts'
import type { Clock } from '../ports/clock.ts'
import { BATCH_BODY_BYTES_MAX, type StoreWrite, VALUE_BYTES_MAX } from '../store/client.ts'
import { ANSWER_BYTES_MAX, STOPPING_MS_MAX } from './http-client.ts'
import {
  ANSWER_MS_MAX,
  createHttpStore,
  REQUEST_BYTES_IN_FLIGHT_MAX,
  REQUESTS_IN_FLIGHT_MAX,
  SCAN_MS_MAX,
  STATUS_MS_MAX,
} from './http-store.ts'
import { systemClock } from './system-clock.ts'

const UNKNOWN = { kind: 'unknown', needed: 1, had: 0 }
const UNAVAILABLE = { kind: 'unavailable', needed: 1, had: 0 }
const AWAY = { reachable: false, shards: 0 }
const ONE: readonly StoreWrite[] = [{ key: 'a', text: '{}' }]

function storeAt(t: TestContext, url: string, clock: Clock = systemClock, stopping?: AbortSignal) {
  const store = createHttpStore({ url, clock, stopping })
  t.after(() => store.close())
  return store
}

async function scene(t: TestContext, clock?: Clock, stopping?: AbortSignal) {
  const server = await scriptedServer(t)
  return { server, store: storeAt(t, server.url, clock, stopping) }
}

/** What all four questions come to. */
async function outcomesOf(store: ReturnType<typeof storeAt>) {
  const asked = [store.write(ONE), store.read(['a']), store.scan({ limit: 1 }), store.status()]
  const [written, read, page, status] = await Promise.all(asked)
  return { written: [written].flat()[0], read: [read].flat()[0], page, status }
}

test('operations travel in the form of the wire, documents as text', async (t) => {
  const { server, store } = await scene(t)
  await store.write([
    { key: 'a', text: '{ "x": 1.0 }', order: 7.25, ttlSeconds: 60 },
    { key: 'b', text: null, order: 8 },
    { key: 'c', text: '{}' },
  ])
  await store.read(['a'])
  await store.scan({ limit: 3, prefix: 'a+b &è', reverse: true })
  assert.deepEqual(server.arrived, [
    {
      method: 'POST',
      path: '/batch',
      body: {
        operations: [
          { op: 'put', key: 'a', text: '{ "x": 1.0 }', order: 7.25, ttl: 60 },
          { op: 'delete', key: 'b', order: 8 },
          { op: 'put', key: 'c', text: '{}' },
        ],
      },
    },
    { method: 'POST', path: '/batch', body: { operations: [{ op: 'get', key: 'a', as: 'text' }] } },
    {
      method: 'GET',
      path: '/scan?prefix=a%2Bb+%26%C3%A8&limit=3&reverse=true&as=text',
      body: undefined,
    },
  ])
})

test('where nobody listens a write has certainly failed', async (t) => {
  for (const url of ['http://127.0.0.1:1', 'http://nowhere.invalid']) {
    const { written, ...rest } = await outcomesOf(storeAt(t, url))
    assert.equal(typeof written === 'object' && 'kind' in written && written.kind, 'failed', url)
    assert.deepEqual(rest, { read: UNAVAILABLE, page: UNAVAILABLE, status: AWAY })
  }
})

test('a connection that breaks after the request leaves a write unknown', async (t) => {
  const { server, store } = await scene(t)
  server.answer = (request) => request.socket.destroy()
  const none = { written: UNKNOWN, read: UNAVAILABLE, page: UNAVAILABLE, status: AWAY }
  assert.deepEqual(await outcomesOf(store), none)
  server.answer = (request, response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('{"results":[')
    request.socket.end()
  }
  assert.deepEqual(await outcomesOf(store), none)
})

test('a coordinator that does not answer is given up after a while', async (t) => {
  const clock = manualClock()
  const { server, store } = await scene(t, clock)
  server.answer = () => {}
  const asked = outcomesOf(store)
  await eventually('all have arrived', () => server.arrived.length === 4)
  let isOver = false
  void asked.then(() => {
    isOver = true
  })
  for (const untilMs of [STATUS_MS_MAX, ANSWER_MS_MAX - STATUS_MS_MAX]) await clock.advance(untilMs)
  assert.equal(isOver, false)
  await clock.advance(SCAN_MS_MAX - ANSWER_MS_MAX)
  const none = { written: UNKNOWN, read: UNAVAILABLE, page: UNAVAILABLE, status: AWAY }
  assert.deepEqual(await asked, none)
})

test('a process that is asked to stop waits no longer than it may for an answer', async (t) => {
  const [clock, stop] = [manualClock(), new AbortController()]
  const { server, store } = await scene(t, clock, stop.signal)
  server.answer = () => {}
  const asked = Promise.all([store.write(ONE), store.read(['a'])])
  await eventually('both have arrived', () => server.arrived.length === 2)
  await clock.advance(ANSWER_MS_MAX - STOPPING_MS_MAX - 1)
  stop.abort()
  await clock.advance(STOPPING_MS_MAX)
  assert.deepEqual(await asked, [[UNKNOWN], [UNAVAILABLE]])
  const reason = 'the process is about to end'
  const { written, ...rest } = await outcomesOf(store)
  assert.match(JSON.stringify(written), new RegExp(`failed.*${reason}`))
  assert.deepEqual(rest, { read: UNAVAILABLE, page: UNAVAILABLE, status: AWAY })
  assert.equal(server.arrived.length, 2, 'nothing more is begun')
})

test('answers of other servers, and of none at all, are never believed', async (t) => {
  const { server, store } = await scene(t)
  const none = { written: UNKNOWN, read: UNAVAILABLE, page: UNAVAILABLE, status: AWAY }
  const strange: [number, unknown][] = [
    [200, '<html>'],
    [200, ''],
    [200, {}],
    [200, { results: [] }],
    [200, { results: [{ status: 200 }, { status: 200 }] }],
    [200, { items: [{ key: 'a' }], next: null }],
    [204, ''],
    [301, ''],
    [500, { detail: 'Internal error' }],
    [502, 'Bad Gateway'],
    [503, 'Service Unavailable'],
    [504, ''],
  ]
  for (const [status, body] of strange) {
    server.answer = always(status, body)
    assert.deepEqual(await outcomesOf(store), none, `${status} ${JSON.stringify(body)}`)
  }
})

test('what is refused as a whole has failed; a full one is busy', async (t) => {
  const { server, store } = await scene(t)
  for (const status of [400, 404, 405, 413, 422]) {
    server.answer = always(status, { detail: 'no' })
    const [written] = await store.write(ONE)
    assert.deepEqual(written, {
      kind: 'failed',
      reason: 'The coordinator refused the batch: "no"',
    })
  }
  server.answer = always(429, { detail: 'full' })
  const busy = { kind: 'busy', retryAfterMs: 1_000 }
  const { status: _, ...outcomes } = await outcomesOf(store)
  assert.deepEqual(outcomes, { written: busy, read: busy, page: busy })
})

test('an address may have a path of its own', async (t) => {
  const server = await scriptedServer(t)
  for (const url of [`${server.url}/`, `${server.url}/energy/guard/`]) {
    await storeAt(t, url).status()
  }
  const paths = server.arrived.map(({ path }) => path)
  assert.deepEqual(paths, ['/sharding/info', '/energy/guard/sharding/info'])
})

test('only so many requests are under way; the next is told to come back', async (t) => {
  const { server, store } = await scene(t)
  const release: (() => void)[] = []
  server.answer = (request, response) => void release.push(() => always(404, {})(request, response))
  const waiting = Array.from({ length: REQUESTS_IN_FLIGHT_MAX }, () => store.read(['a']))
  const busy = { kind: 'busy', retryAfterMs: 200 }
  assert.deepEqual(await store.read(['b', 'c']), [busy, busy])
  assert.deepEqual(await store.write(ONE), [busy])
  assert.deepEqual(await store.scan({ limit: 1 }), busy)
  await eventually('some have arrived', () => release.length > 0)
  server.answer = always(404, {})
  for (const answer of release) answer()
  await Promise.all(waiting)
  assert.deepEqual(await store.read(['b']), [UNAVAILABLE])
})

test('the bodies under way have a limit together', async (t) => {
  const { server, store } = await scene(t)
  const release: (() => void)[] = []
  server.answer = (_, response) => void release.push(() => response.destroy())
  const text = `{"x":"${'v'.repeat(VALUE_BYTES_MAX - 8)}"}`
  const bodies = REQUEST_BYTES_IN_FLIGHT_MAX / (8 * VALUE_BYTES_MAX)
  const writes = Array.from({ length: 8 }, (_, n) => ({ key: `k${n}`, text }))
  const waiting = Array.from({ length: bodies }, () => store.write(writes))
  assert.deepEqual(await store.write(ONE), [{ kind: 'busy', retryAfterMs: 200 }])
  await eventually('all have arrived', () => release.length === bodies)
  for (const answer of release) answer()
  await Promise.all(waiting)
  server.answer = always(404, {})
  assert.equal((await store.write(ONE))[0]?.kind, 'failed', 'there is room again')
})

test('what is larger than one body goes in several, in order, and ends with silence', async (t) => {
  const { server, store } = await scene(t)
  const text = `{"x":"${'\\"'.repeat(VALUE_BYTES_MAX / 2 - 8)}"}`
  const writes = Array.from({ length: 10 }, (_, n) => ({ key: `k${n}`, text }))
  server.answer = (request, response) => {
    assert.ok(Number(request.headers['content-length']) <= BATCH_BODY_BYTES_MAX)
    const result = { status: 200, replicas_ok: 3, targets: [] }
    const results = operationsOf(server.arrived.at(-1)).map(() => result)
    always(200, { results })(request, response)
  }
  const done = await store.write(writes)
  assert.deepEqual(new Set(done.map(({ kind }) => kind)), new Set(['done']))
  assert.ok(server.arrived.length > 1)
  const keys = server.arrived.flatMap((one) => operationsOf(one).map(({ key }) => key))
  assert.deepEqual(
    keys,
    writes.map(({ key }) => key),
  )
  server.arrived.length = 0
  server.answer = (request) => request.socket.destroy()
  const kinds = (await store.write(writes)).map(({ kind }) => kind)
  assert.equal(server.arrived.length, 1)
  assert.deepEqual([kinds[0], kinds.at(-1)], ['unknown', 'failed'])
})

test('an answer that is too large is asked for in halves', async (t) => {
  const { server, store } = await scene(t)
  const padding = ' '.repeat(ANSWER_BYTES_MAX)
  server.answer = (request, response) => {
    const arrived = server.arrived.at(-1)
    const results = operationsOf(arrived).map(() => ({ status: 404 }))
    const isLong = results.length > 2 || arrived?.path.includes('limit=3')
    const answer = JSON.stringify({ results, items: [], next: null })
    always(200, isLong ? padding + answer : answer)(request, response)
  }
  assert.deepEqual(
    await store.read(['a', 'b', 'c']),
    ['a', 'b', 'c'].map(() => ({ kind: 'absent' })),
  )
  assert.deepEqual(await store.scan({ limit: 3 }), { kind: 'page', entries: [], next: null })
  server.answer = always(200, padding)
  assert.deepEqual(await store.read(['a', 'b']), [UNAVAILABLE, UNAVAILABLE])
})

function operationsOf(arrived: Arrived | undefined): readonly { readonly key: string }[] {
  const { operations } = Object(arrived?.body)
  return Array.isArray(operations) ? operations : []
}
