/**
 * What only a network of sockets can get wrong: which failures may have done something, and what is
 * kept open for how long. The rest is in the suite of its port.
 */
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { httpNetwork } from '../../test/support/http-network.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { listenAsShard, listenOn } from '../../test/support/shard-server.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import type { Answer } from '../ports/network.ts'
import { CONNECTIONS_MAX, POOL_IDLE_MS, REPLY_BYTES_MAX } from './http-network.ts'
import { systemClock } from './system-clock.ts'

const PATIENT_MS = 60_000
const HELLO = { kind: 'hello' }

async function answerOf(t: TestContext, handle: RequestListener, path = ''): Promise<Answer> {
  const { address } = await listenOn(t, handle)
  return await httpNetwork(t).ask(address + path, HELLO, PATIENT_MS)
}

test('a connection that breaks after the request went out may have done something', async (t) => {
  const afterHead: RequestListener = (request) => request.socket.destroy()
  const afterBody: RequestListener = (request) =>
    request.resume().on('end', () => request.socket.resetAndDestroy())
  const halfAnswered: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"kind":')
    response.destroy()
  }
  for (const handle of [afterHead, afterBody, halfAnswered]) {
    assert.equal((await answerOf(t, handle)).kind, 'silence')
  }
})

test('a request that only waited for a connection is not sent, then or later', async (t) => {
  let heard = 0
  let goOn = () => {}
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { address } = await listenAsShard(t, async () => {
    heard += 1
    await waiting
    return HELLO
  })
  const clock = manualClock()
  const network = httpNetwork(t, { clock })
  const asked = Array.from({ length: 20 }, () => network.ask(address, HELLO, 300))
  await eventually('as many have arrived as may', () => heard === CONNECTIONS_MAX)
  await clock.advance(300)
  const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
  const silent = kinds.filter((kind) => kind === 'silence').length
  assert.equal(silent, heard, 'as many are silent as have arrived')
  assert.equal(kinds.filter((kind) => kind === 'refused').length, 20 - heard)
  goOn()
  assert.equal((await network.ask(address, HELLO, PATIENT_MS)).kind, 'answer')
  assert.equal(heard, silent + 1)
})

test('a host that nobody knows is refused', async (t) => {
  const network = httpNetwork(t)
  const answer = await network.ask('http://no-such-host.invalid:8100', HELLO, PATIENT_MS)
  assert.equal(answer.kind, 'refused')
})

test('what answers in another language, or without end, has not answered', async (t) => {
  const page: RequestListener = (_, response) => void response.end('<html>')
  assert.equal((await answerOf(t, page)).kind, 'silence')
  const endless: RequestListener = (_, response) => {
    const chunk = Buffer.alloc(REPLY_BYTES_MAX / 8, ' ')
    for (let i = 0; i < 9; i += 1) response.write(chunk)
    response.end('{}')
  }
  const answer = await answerOf(t, endless)
  assert.equal(answer.kind, 'silence')
  assert.match(answer.kind === 'silence' ? answer.reason : '', /too long/)
})

test('an answer counts with any status, and an address may have a path', async (t) => {
  const paths: (string | undefined)[] = []
  const handle: RequestListener = (request, response) => {
    paths.push(request.url)
    response.writeHead(413).end('{"kind":"error","reason":"no"}')
  }
  const answer = await answerOf(t, handle, '/kv1/')
  assert.deepEqual(answer, { kind: 'answer', body: { kind: 'error', reason: 'no' } })
  assert.deepEqual(paths, ['/kv1/internal/ops'])
})

test('connections are kept and used again', async (t) => {
  const { address, server } = await listenAsShard(t, async () => HELLO)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  const network = httpNetwork(t)
  for (let i = 0; i < 30; i += 1) await network.ask(address, HELLO, PATIENT_MS)
  assert.ok(connections <= 2, `${connections} connections for 30 requests`)
})

test('connections to an address that is no longer asked are closed', async (t) => {
  const [left, used] = [
    await listenAsShard(t, async () => HELLO),
    await listenAsShard(t, async () => HELLO),
  ]
  let laterMs = 0
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + laterMs }
  const network = httpNetwork(t, { clock })
  await network.ask(left.address, HELLO, PATIENT_MS)
  laterMs = POOL_IDLE_MS / 2
  await network.ask(used.address, HELLO, PATIENT_MS)
  const open = () =>
    new Promise<number>((resolve) => left.server.getConnections((_, count) => resolve(count)))
  assert.equal(await open(), 1)
  laterMs = POOL_IDLE_MS * 1.5
  await network.ask(used.address, HELLO, PATIENT_MS)
  await eventually('its connection is closed', async () => (await open()) === 0)
  assert.equal((await network.ask(left.address, HELLO, PATIENT_MS)).kind, 'answer')
})

test('a shard with another secret does nothing, and a person is told of it once', async (t) => {
  const arrived: unknown[] = []
  const endpoint = async (request: unknown) => {
    arrived.push(request)
    return HELLO
  }
  const other = await listenAsShard(t, endpoint, { secret: 'another secret' })
  const trace = recordingTrace()
  const network = httpNetwork(t, { trace })
  for (let i = 0; i < 3; i += 1) {
    const answer = await network.ask(other.address, HELLO, PATIENT_MS)
    assert.equal(answer.kind, 'refused')
    assert.match(answer.kind === 'refused' ? answer.reason : '', /does not take the signature/)
  }
  assert.deepEqual(arrived, [])
  assert.equal(trace.count('network.unsigned'), 1)
  const [{ level, sentence } = assert.fail('nothing was told')] = trace.facts
  assert.equal(level, 'error')
  assert.match(String(sentence), /127\.0\.0\.1:\d+ .*the same CLUSTER_SECRET or, on one machine/)
})

test('once a shard takes the signature again, the next refusal is news', async (t) => {
  let status = 401
  const trace = recordingTrace()
  const { address } = await listenOn(t, (_, response) => {
    response.writeHead(status).end('{"kind":"error","reason":"no"}')
  })
  const network = httpNetwork(t, { trace })
  const kindWith = async (next: number) => {
    status = next
    return (await network.ask(address, HELLO, PATIENT_MS)).kind
  }
  assert.deepEqual([await kindWith(401), await kindWith(401)], ['refused', 'refused'])
  assert.equal(await kindWith(200), 'answer')
  assert.equal(await kindWith(401), 'refused')
  assert.equal(trace.count('network.unsigned'), 2)
})
