/**
 * The inner door over HTTP, with requests that no coordinator would send.
 */
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { listenAsShard } from '../../test/support/shard-server.ts'
import { signedHeaders } from '../../test/support/signed-body.ts'
import { BODY_BYTES_MAX, OPERATIONS_PATH } from './http-endpoint.ts'

async function openDoor(
  t: TestContext,
  { bodiesBytesMax, until }: { bodiesBytesMax?: number; until?: Promise<void> } = {},
) {
  const arrived: unknown[] = []
  const endpoint = async (request: unknown) => {
    arrived.push(request)
    await until
    return { kind: 'answer', text: 'è' }
  }
  const shard = await listenAsShard(t, endpoint, { bodiesBytesMax })
  const post = (body: string | Buffer, method = 'POST', headers = signedHeaders(body)) =>
    send(shard.address + OPERATIONS_PATH, method, headers, body)
  return { ...shard, arrived, post }
}

/** Unlike a client that gives up at the first answer, this one reads it while it still sends. */
function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
) {
  return new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, async (response) => {
      const text = (await response.toArray()).join('')
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test('a signed message goes in and a message comes out, as whoever has curl can see', async (t) => {
  const { post, arrived } = await openDoor(t)
  const answer = await post('{"kind": "hello", "text": "😀"}')
  assert.deepEqual(answer, { status: 200, body: { kind: 'answer', text: 'è' } })
  assert.deepEqual(arrived, [{ kind: 'hello', text: '😀' }])
})

test('what cannot be read is an error message, and nothing was done', async (t) => {
  const { post, arrived } = await openDoor(t)
  for (const body of ['', 'hello', '{"kind":', '{"kind":"hello"} {}']) {
    const { status, body: reply } = await post(body)
    assert.deepEqual([status, reply], [400, { kind: 'error', reason: 'the body is not JSON' }])
  }
  assert.equal((await post('{}', 'PUT')).status, 405)
  assert.deepEqual(arrived, [])
})

test('what the cluster did not sign is 401 before it is read, and nothing was done', async (t) => {
  const { post, arrived } = await openDoor(t)
  const unreadable = '{"kind":'
  const strangers: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{}, /is not signed/],
    [{ 'x-energyguard-signature': '' }, /is not signed/],
    [{ 'x-energyguard-signature': 'ff' }, /is not signed/],
    [signedHeaders(unreadable, 'another secret'), /does not fit the body/],
    [signedHeaders(`${unreadable} `), /does not fit the body/],
  ]
  for (const [headers, says] of strangers) {
    const { status, body } = await post(unreadable, 'POST', headers)
    const { kind, reason } = body as Record<string, string>
    assert.deepEqual([status, kind], [401, 'error'])
    assert.match(reason ?? '', says)
    assert.match(reason ?? '', /same CLUSTER_SECRET or, on one machine, the same --data-dir/)
  }
  assert.equal((await post(unreadable)).status, 400)
  assert.deepEqual(arrived, [])
})

test('a stranger with a long body is refused without it, and others are served on', async (t) => {
  const { post, arrived } = await openDoor(t)
  const { status } = await post(Buffer.alloc(2 * BODY_BYTES_MAX, 'x'), 'POST', {})
  assert.equal(status, 401)
  assert.equal((await post('{"kind":"hello"}')).status, 200)
  assert.equal(arrived.length, 1)
})

test('bodies that wait for answers have a limit together, beyond it nothing is done', async (t) => {
  const { promise: until, resolve: goOn } = Promise.withResolvers<void>()
  const { post, arrived } = await openDoor(t, { bodiesBytesMax: 250, until })
  const text = JSON.stringify('x'.repeat(98))
  const first = [post(text), post(text)]
  await eventually('two are being done', () => arrived.length === 2)
  const { status, body } = await post(text)
  assert.deepEqual(
    [status, body],
    [503, { kind: 'error', reason: 'too much waits here to be done' }],
  )
  goOn()
  for (const { status } of await Promise.all(first)) assert.equal(status, 200)
  await eventually('there is room again', async () => (await post(text)).status === 200)
})

test('a body over the limit is refused with a sentence, one at the limit is taken', async (t) => {
  const { post, arrived } = await openDoor(t)
  const text = (bytes: number) => Buffer.from(`"${'x'.repeat(bytes - 2)}"`)
  assert.equal((await post(text(BODY_BYTES_MAX))).status, 200)
  assert.equal(String(arrived[0]).length, BODY_BYTES_MAX - 2)
  const { status, body } = await post(text(BODY_BYTES_MAX + 1))
  assert.equal(status, 413)
  assert.match(JSON.stringify(body), /"error".*more than 16777216 bytes/)
  assert.equal(arrived.length, 1)
})

test('a sender that goes away in the middle is forgotten', async (t) => {
  const { address, server, post, arrived } = await openDoor(t)
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  const signature = `x-energyguard-signature: ${'0'.repeat(64)}`
  const head = `POST ${OPERATIONS_PATH} HTTP/1.1\r\nhost: x\r\n${signature}\r\ncontent-length: 100`
  socket.write(`${head}\r\n\r\n{"kind"`)
  await eventually('it is connected', () => connectionsOf(server).then((count) => count === 1))
  socket.resetAndDestroy()
  await eventually('it is gone', () => connectionsOf(server).then((count) => count === 0))
  assert.equal((await post('{}')).status, 200)
  assert.equal(arrived.length, 1)
})

function connectionsOf(server: Awaited<ReturnType<typeof openDoor>>['server']): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
}
