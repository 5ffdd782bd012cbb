/**
 * When frames are spoken and when HTTP is, and what is known when a connection of frames fails. The
 * rest is in the suite of the port.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { frameNetwork } from '../../test/support/http-network.ts'
import { listenInFrames, listenOn } from '../../test/support/shard-server.ts'
import { CLUSTER_SECRET } from '../../test/support/signed-body.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import { bodySignature } from './body-signature.ts'
import { openFrames } from './frame-line.ts'
import { LINE_IDLE_MS, LINES_MAX, OPEN_AGAIN_MS } from './frame-network.ts'
import { REQUEST_FRAME_BYTES_MAX, replyFrame } from './frames.ts'
import { systemClock } from './system-clock.ts'

const PATIENT_MS = 60_000
const HELLO = { kind: 'hello' }
const echo = async () => HELLO

/** Time goes by when a test says so, however long the machine takes. */
function laterClock() {
  const later = { ms: 0 }
  const clock = { ...systemClock, monotonicMs: () => later.ms }
  return { later, clock }
}

test('the first message goes over HTTP, and frames are spoken soon after', async (t) => {
  const network = frameNetwork(t)
  const { address, overHttp } = await listenInFrames(t, echo)
  await eventually('a message goes past HTTP', async () => {
    const before = overHttp.length
    assert.equal((await network.ask(address, HELLO, PATIENT_MS)).kind, 'answer')
    return overHttp.length === before
  })
  assert.equal(overHttp[0], 'POST /internal/ops')
})

test('what finds no free connection, or is too long for a frame, goes over HTTP', async (t) => {
  const network = frameNetwork(t)
  let goOn = () => {}
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { address, overHttp } = await listenInFrames(t, async () => {
    await waiting
    return HELLO
  })
  for (let i = 0; i < LINES_MAX + 2; i += 1) await network.open(address)
  const asked = Array.from({ length: LINES_MAX + 1 }, () => network.ask(address, HELLO, PATIENT_MS))
  await eventually('the last has arrived', () => overHttp.length === 1)
  goOn()
  for (const { kind } of await Promise.all(asked)) assert.equal(kind, 'answer')
  const long = { kind: 'hello', text: 'x'.repeat(REQUEST_FRAME_BYTES_MAX) }
  assert.equal((await network.ask(address, long, PATIENT_MS)).kind, 'answer')
  assert.equal(overHttp.length, 2)
})

test('whoever speaks only HTTP is asked so, and now and then whether it still does', async (t) => {
  const { later, clock } = laterClock()
  const network = frameNetwork(t, { clock })
  const methods: (string | undefined)[] = []
  const { address } = await listenOn(t, (request, response) => {
    methods.push(request.method)
    request.resume().on('end', () => response.end('{"kind":"hello"}'))
  })
  const asked = () => methods.filter((method) => method === 'GET').length
  for (let i = 0; i < 3; i += 1) {
    assert.equal((await network.ask(address, HELLO, PATIENT_MS)).kind, 'answer')
    await eventually('it was asked for frames', () => asked() === 1)
  }
  later.ms = OPEN_AGAIN_MS
  await eventually('it is asked again', async () => {
    await network.ask(address, HELLO, PATIENT_MS)
    return asked() === 2
  })
})

test('a shard with another secret grants no frames, and is told of as ever', async (t) => {
  const trace = recordingTrace()
  const network = frameNetwork(t, { trace })
  const arrived: unknown[] = []
  const endpoint = async (request: unknown) => {
    arrived.push(request)
    return HELLO
  }
  const { address } = await listenInFrames(t, endpoint, 'another secret')
  await network.open(address)
  assert.equal((await network.ask(address, HELLO, PATIENT_MS)).kind, 'refused')
  assert.deepEqual(arrived, [])
  assert.equal(trace.count('network.unsigned'), 1)
})

test('connections that are not used are closed, and new ones are made', async (t) => {
  const { later, clock } = laterClock()
  const network = frameNetwork(t, { clock })
  const { address, server } = await listenInFrames(t, echo)
  for (let i = 0; i < 3; i += 1) await network.open(address)
  const open = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
  assert.equal(await open(), 3)
  later.ms = LINE_IDLE_MS
  const other = await listenInFrames(t, echo)
  await network.ask(other.address, HELLO, PATIENT_MS)
  await eventually('all are closed', async () => (await open()) === 0)
  assert.equal((await network.ask(address, HELLO, PATIENT_MS)).kind, 'answer')
})

test('who takes the connection and says nothing is not waited for', async (t) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.resume())).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ours = bodySignature(CLUSTER_SECRET)
  assert.equal(await openFrames(`http://127.0.0.1:${port}`, ours, 100), undefined)
  const areClosed = () => sockets.length > 0 && sockets.every((one) => one.closed)
  await eventually('the connection is closed', areClosed)
  assert.equal(sockets.length, 1)
})

/** A server that grants frames and then does what the test says with whatever arrives. */
async function answerOfLine(t: TestContext, onRequest: (socket: Socket) => void) {
  const network = frameNetwork(t)
  const nobody: RequestListener = (_, response) => void response.writeHead(404).end('{}')
  const { address } = await listenOn(t, nobody, {
    admits: () => true,
    take({ socket }) {
      socket.write('HTTP/1.1 101 Welcome\r\nconnection: upgrade\r\nupgrade: any\r\n\r\n')
      socket.on('data', () => onRequest(socket)).on('error', () => {})
    },
    close() {},
    cut() {},
  })
  await network.open(address)
  return await network.ask(address, HELLO, PATIENT_MS)
}

test('whatever goes wrong once a request was written, it may have been done', async (t) => {
  const wrong: readonly [(socket: Socket) => void, RegExp][] = [
    [(socket) => socket.end(), /connection was closed/],
    [(socket) => socket.resetAndDestroy(), /ECONNRESET/],
    [(socket) => socket.end(replyFrame('{"kind":"hello"}').subarray(0, 9)), /was closed/],
    [(socket) => socket.write(replyFrame('<html>')), /not JSON/],
    [(socket) => socket.write(Buffer.alloc(8, 0xff)), /too long/],
    [(socket) => socket.write(Buffer.alloc(8)), /more than one/],
  ]
  for (const [onRequest, reason] of wrong) {
    const answer = await answerOfLine(t, onRequest)
    assert.equal(answer.kind, 'silence')
    assert.match(answer.kind === 'silence' ? answer.reason : '', reason)
  }
})
