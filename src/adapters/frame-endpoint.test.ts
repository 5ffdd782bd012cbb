/**
 * The inner door in frames, with requests that no coordinator would send.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { listenInFrames } from '../../test/support/shard-server.ts'
import { CLUSTER_SECRET, signedHeaders } from '../../test/support/signed-body.ts'
import type { Endpoint } from '../ports/network.ts'
import { bodySignature } from './body-signature.ts'
import { LINE_SILENT_MS_MAX, LINES_SERVED_MAX } from './frame-endpoint.ts'
import { LINE_IDLE_MS } from './frame-network.ts'
import { REQUEST_FRAME_BYTES_MAX, replyFrame, requestFrame } from './frames.ts'
import { BODIES_BYTES_MAX } from './http-endpoint.ts'

const echo = async () => ({ kind: 'hello' })
const HELLO = '{"kind":"hello"}'
const OURS = bodySignature(CLUSTER_SECRET)

function upgradeRequest(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...headers, host: 'x', connection: 'upgrade' })
  const head = lines.map(([name, value]) => `${name}: ${value}`)
  return ['GET /internal/ops HTTP/1.1', ...head, '\r\n'].join('\r\n')
}
const WANTED = { ...signedHeaders(''), upgrade: 'energyguard-frames' }

async function openLine(t: TestContext, endpoint: Endpoint, headers = WANTED) {
  const shard = await listenInFrames(t, endpoint)
  return { ...shard, ...(await openLineTo(t, shard.address, headers)) }
}

async function openLineTo(t: TestContext, address: string, headers = WANTED) {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  t.after(() => socket.destroy())
  let heard = ''
  let isOver = false
  socket.setEncoding('latin1').on('data', (text) => {
    heard += text
  })
  socket
    .on('error', () => {})
    .on('close', () => {
      isOver = true
    })
  socket.write(upgradeRequest(headers))
  await once(socket, 'data')
  return { socket, heard: () => heard, isOver: () => isOver }
}

const say = (socket: Socket, text: string, signature = OURS) =>
  socket.write(requestFrame(text, signature) ?? assert.fail('it fits'))

test('requests follow each other on a connection that was granted once', async (t) => {
  const { socket, heard } = await openLine(t, async (request) => ({ kind: 'answer', request }))
  assert.match(heard(), /^HTTP\/1.1 101 .*\r\nupgrade: energyguard-frames\r\n\r\n$/s)
  for (const text of ['{"n":1}', '{"n":2}']) {
    say(socket, text)
    const reply = replyFrame(`{"kind":"answer","request":${text}}`).toString('latin1')
    await eventually('the reply is there', () => heard().endsWith(reply))
  }
})

test('strangers, and whoever wants something else, are answered as anybody is', async (t) => {
  for (const headers of [
    { upgrade: 'energyguard-frames' },
    { ...signedHeaders('', 'another secret'), upgrade: 'energyguard-frames' },
    { ...signedHeaders(''), upgrade: 'websocket' },
  ]) {
    const { heard } = await openLine(t, () => assert.fail('it was done'), headers as typeof WANTED)
    assert.match(heard(), /^HTTP\/1.1 405 /)
  }
})

test('so many connections are granted, a further one once another has ended', async (t) => {
  const limits = { linesMax: 2, silentMsMax: LINE_SILENT_MS_MAX }
  const { address } = await listenInFrames(t, echo, CLUSTER_SECRET, limits)
  const granted = async () => {
    const line = await openLineTo(t, address)
    return { ...line, isGranted: line.heard().startsWith('HTTP/1.1 101 ') }
  }
  const [first, second, third] = [await granted(), await granted(), await granted()]
  assert.deepEqual([first.isGranted, second.isGranted, third.isGranted], [true, true, false])
  assert.match(third.heard(), /^HTTP\/1.1 405 /, 'it goes on over HTTP')
  first.socket.destroy()
  await eventually('there is room again', async () => (await granted()).isGranted)
  assert.equal(LINES_SERVED_MAX * REQUEST_FRAME_BYTES_MAX, BODIES_BYTES_MAX)
})

test('a connection on which nothing is said for long is closed', async (t) => {
  const limits = { linesMax: LINES_SERVED_MAX, silentMsMax: 100 }
  const { address } = await listenInFrames(t, echo, CLUSTER_SECRET, limits)
  const { heard, isOver } = await openLineTo(t, address)
  assert.match(heard(), /^HTTP\/1.1 101 /)
  await eventually('it is closed', isOver)
  assert.ok(LINE_SILENT_MS_MAX >= 3 * LINE_IDLE_MS, 'a coordinator that lives closes it before')
})

test('what is not signed, too long or no JSON ends the connection undone', async (t) => {
  const wrong: readonly ((socket: Socket) => void)[] = [
    (socket) => say(socket, HELLO, bodySignature('another secret')),
    (socket) => socket.write(replyFrame(HELLO)),
    (socket) => socket.write(replyFrame('x'.repeat(REQUEST_FRAME_BYTES_MAX + 1))),
    (socket) => say(socket, 'hello'),
  ]
  for (const act of wrong) {
    let done = 0
    const { socket, isOver } = await openLine(t, async () => {
      done += 1
      return { kind: 'hello' }
    })
    act(socket)
    await eventually('the connection is closed', isOver)
    assert.equal(done, 0)
  }
})

test('who does not wait for the reply is not served on', async (t) => {
  let done = 0
  const { socket, isOver } = await openLine(t, () => {
    done += 1
    return new Promise(() => {})
  })
  say(socket, HELLO)
  await eventually('it has arrived', () => done === 1)
  say(socket, HELLO)
  await eventually('the connection is closed', isOver)
  assert.equal(done, 1)
})

test('at the end what is under way is answered, and idle connections are closed', async (t) => {
  let goOn = () => {}
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let isUnderWay = false
  const busy = await openLine(t, async () => {
    isUnderWay = true
    await waiting
    return { kind: 'hello' }
  })
  const idle = await openLine(t, () => assert.fail('it was done'))
  say(busy.socket, HELLO)
  await eventually('it is under way', () => isUnderWay)
  busy.frames.close()
  idle.frames.close()
  await eventually('the idle one is closed', idle.isOver)
  goOn()
  await eventually('the other one too', busy.isOver)
  assert.ok(busy.heard().endsWith(HELLO))
})

test('a connection that is closing carries nothing out any more', async (t) => {
  let done = 0
  const { socket, frames, isOver } = await openLine(t, async () => {
    done += 1
    return { kind: 'hello' }
  })
  frames.close()
  say(socket, HELLO)
  await eventually('the connection is closed', isOver)
  assert.equal(done, 0)
})

test('what is not answered in time is cut off at last', async (t) => {
  let isUnderWay = false
  const { socket, frames, isOver } = await openLine(t, () => {
    isUnderWay = true
    return new Promise(() => {})
  })
  say(socket, HELLO)
  await eventually('it is under way', () => isUnderWay)
  frames.close()
  frames.cut()
  await eventually('the connection is closed', isOver)
})
