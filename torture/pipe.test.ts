import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { eventually } from '../test/support/eventually.ts'
import { Links } from './links.ts'
import { Pipe } from './pipe.ts'

const LINK = { from: 'a', to: 'b' }

/** Both ends of a connection. */
async function connection(t: TestContext): Promise<readonly [Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [far] = (await once(server, 'connection')) as [Socket]
  for (const socket of [near, far]) {
    socket.on('error', () => {})
    t.after(() => socket.destroy())
  }
  server.close()
  return [near, far]
}

test('a connection that is being closed when its link begins to refuse closes too', async (t) => {
  const [source] = await connection(t)
  const [sink] = await connection(t)
  const links = new Links()
  const pipe = new Pipe(source, sink, links, LINK)
  let isClosed = false
  sink.on('close', () => (isClosed = true))
  links.set([LINK], { state: 'refused' })
  sink.end()
  process.nextTick(() => pipe.look())
  await eventually('it is closed', () => isClosed)
})

test('more than fits is not taken from a source while its link is held', async (t) => {
  const [writer, source] = await connection(t)
  const [sink, reader] = await connection(t)
  const links = new Links()
  const pipe = new Pipe(source, sink, links, LINK)
  links.set([LINK], { state: 'held' })
  const sent = Buffer.alloc(16 * 1024 * 1024, 'x')
  writer.write(sent)
  await eventually('it takes no more', () => source.isPaused())
  assert.equal(reader.bytesRead, 0)
  let arrived = 0
  reader.on('data', (chunk) => (arrived += chunk.length))
  links.mendAll()
  pipe.look()
  await eventually('all of it arrives', () => arrived === sent.length)
})
