import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  CONNECTIONS_MAX,
  createHttpServer,
  HEADER_BYTES_MAX,
  type ServerLimits,
  SILENT_MS_MAX,
} from './http-server.ts'

const USUAL: ServerLimits = { silentMsMax: 60_000, connectionsMax: 100 }

async function serverWith(
  t: TestContext,
  limits: Partial<ServerLimits>,
  handle: RequestListener = (_, response) => void response.end('{}'),
) {
  const server = createHttpServer(handle, { ...USUAL, ...limits }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => {})
    t.after(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

test('there are so many connections at the same time; a further one is closed', async (t) => {
  const open = await serverWith(t, { connectionsMax: 2 })
  const [first] = [await open(), await open()]
  const tooMany = await open()
  tooMany.resume()
  await once(tooMany, 'close')
  first.write(REQUEST)
  const [answer] = await once(first, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 200 /, 'the others go on')
})

test('a client that does not read its answer is left after a while', async (t) => {
  const bytes = 64 * 1024 * 1024
  const { promise: left, resolve } = Promise.withResolvers<void>()
  // Time enough for the request to come first on a busy machine.
  const open = await serverWith(t, { silentMsMax: 1_500 }, (_, response) => {
    response.once('close', resolve)
    response.end(Buffer.alloc(bytes))
  })
  const socket = await open()
  socket.pause()
  socket.write(REQUEST)
  await left
  assert.ok(socket.bytesRead < bytes)
})

test('address and headers fit into so many bytes; more is refused with the number', async (t) => {
  const open = await serverWith(t, {})
  const answerTo = async (headerBytes: number) => {
    const socket = await open()
    socket.write(REQUEST.replace('x', `x\r\nX-Long: ${'y'.repeat(headerBytes)}`))
    return String((await once(socket, 'data'))[0])
  }
  assert.match(await answerTo(HEADER_BYTES_MAX - 1_000), /^HTTP\/1\.1 200 /)
  const refused = await answerTo(HEADER_BYTES_MAX)
  assert.match(refused, new RegExp(`^HTTP/1\\.1 431 .*more than ${HEADER_BYTES_MAX} bytes`, 's'))
})

test('a server that is told nothing else has its limits too', () => {
  const server = createHttpServer(() => {})
  const limits = { silentMsMax: server.timeout, connectionsMax: server.maxConnections }
  assert.deepEqual(limits, { silentMsMax: SILENT_MS_MAX, connectionsMax: CONNECTIONS_MAX })
})
