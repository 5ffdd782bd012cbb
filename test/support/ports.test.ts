import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { STABLE_PORT_COUNT, STABLE_PORT_FIRST, stablePort, stablePorts } from './ports.ts'

test('ports are all different, and below those that the system hands out', async () => {
  const ports = await stablePorts(40)
  assert.equal(new Set(ports).size, 40)
  assert.ok(ports.every((port) => port >= STABLE_PORT_FIRST && port < 32_768))
})

test('whoever asked for a port can listen there, end, and listen again', async () => {
  const port = await stablePort()
  for (const _time of [1, 2]) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    await once(server.close(), 'close')
  }
})

test('a port that was given away is held against other tests, whether in use or not', async (t) => {
  const port = await stablePort()
  const other = createSocket('udp4').bind({ port, address: '127.0.0.1', exclusive: true })
  t.after(() => other.close())
  const code = await new Promise((resolve) => {
    other.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    other.once('listening', () => resolve('it was free'))
  })
  assert.equal(code, 'EADDRINUSE')
})

test('a port that is held, and one on which somebody listens, are passed over', async (t) => {
  const held = await stablePort()
  const inUse = held === STABLE_PORT_FIRST ? held + 1 : held - 1
  const server = createServer().listen(inUse, '127.0.0.1')
  t.after(() => server.close())
  // If that fails, somebody else listens there, which is as good.
  await Promise.race([once(server, 'listening'), once(server, 'error')])
  const drawn = [held, inUse].map((port) => (port - STABLE_PORT_FIRST + 0.5) / STABLE_PORT_COUNT)
  const [port = 0] = await stablePorts(1, () => drawn.shift() ?? Math.random())
  assert.deepEqual(drawn, [])
  assert.ok(![held, inUse].includes(port))
})
