/**
 * An endpoint behind a real socket, as a shard process has it, on a port that it keeps. Ends with
 * the test.
 */
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { bodySignature } from '../../src/adapters/body-signature.ts'
import {
  type FrameEndpoint,
  frameEndpoint,
  type LineLimits,
} from '../../src/adapters/frame-endpoint.ts'
import { httpEndpoint } from '../../src/adapters/http-endpoint.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import type { Endpoint } from '../../src/ports/network.ts'
import { stablePort } from './ports.ts'
import { CLUSTER_SECRET } from './signed-body.ts'

export interface ShardServer {
  readonly address: string
  readonly server: Server
  stop(): Promise<void>
  /** Again on the same port. */
  start(): Promise<void>
}

export function listenAsShard(
  t: TestContext,
  endpoint: Endpoint,
  {
    secret = CLUSTER_SECRET,
    bodiesBytesMax,
  }: { secret?: string; bodiesBytesMax?: number | undefined } = {},
): Promise<ShardServer> {
  return listenOn(t, httpEndpoint(endpoint, bodySignature(secret), bodiesBytesMax))
}

export interface FrameShard extends ShardServer {
  readonly frames: FrameEndpoint
  /** Addresses that were asked for over HTTP, past the frames. */
  readonly overHttp: readonly string[]
}

/** The same, and who wants to speak in frames may. */
export async function listenInFrames(
  t: TestContext,
  endpoint: Endpoint,
  secret = CLUSTER_SECRET,
  limits?: LineLimits,
): Promise<FrameShard> {
  const signature = bodySignature(secret)
  const frames = frameEndpoint(endpoint, signature, limits)
  const handle = httpEndpoint(endpoint, signature)
  const overHttp: string[] = []
  const counting: RequestListener = (request, response) => {
    overHttp.push(`${request.method} ${request.url}`)
    handle(request, response)
  }
  return { ...(await listenOn(t, counting, frames)), frames, overHttp }
}

export async function listenOn(
  t: TestContext,
  handle: RequestListener,
  frames?: FrameEndpoint,
): Promise<ShardServer> {
  const port = await stablePort()
  const server = createHttpServer(handle, undefined, frames)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const start = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  await start()
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  t.after(stop)
  return { address: `http://127.0.0.1:${port}`, server, stop, start }
}
