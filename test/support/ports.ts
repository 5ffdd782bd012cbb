/**
 * Ports for processes of tests that must keep their address: they are killed and started again on
 * it, are known by it before they listen, or nobody is to answer there at all.
 *
 * A port that was only looked at, and let go, may be anybody's a moment later. These are therefore
 * below those that the system hands out by itself (to clients, and to servers that ask for port 0),
 * and each is held, for as long as this process lives, by a socket for datagrams on the same
 * number: it is in nobody's way, another test that asks for ports meets it, and the system removes
 * it with the process, however that ends.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const HOST = '127.0.0.1'
export const STABLE_PORT_FIRST = 15_000
/** Up to 32,767: Linux hands out those above, other systems 49,152 and above. */
export const STABLE_PORT_COUNT = 17_768

/**
 * Ports on which nobody listens and which are the caller's until this process ends. `random` gives
 * numbers from 0 to below 1.
 */
export async function stablePorts(count: number, random = Math.random): Promise<readonly number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = STABLE_PORT_FIRST + Math.floor(random() * STABLE_PORT_COUNT)
    if ((await hold(port)) && (await isFree(port))) ports.push(port)
  }
  return ports
}

/** One of them. */
export async function stablePort(): Promise<number> {
  const [port = 0] = await stablePorts(1)
  return port
}

/** False when another test has it, or this one already. */
async function hold(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref()
  try {
    socket.bind({ port, address: HOST, exclusive: true })
    await once(socket, 'listening')
    return true
  } catch {
    socket.close()
    return false
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, HOST)
  try {
    await once(server, 'listening')
    await once(server.close(), 'close')
    return true
  } catch {
    return false
  }
}
