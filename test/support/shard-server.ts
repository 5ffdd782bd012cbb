/**
 * An endpoint behind a real socket, as a shard process has it, on a port that it keeps. Ends with
 * the test.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { bodySignature } from '../../src/adapters/body-signature.ts'
import { httpEndpoint } from '../../src/adapters/http-endpoint.ts'
import type { Endpoint } from '../../src/ports/network.ts'
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

export async function listenOn(t: TestContext, handle: RequestListener): Promise<ShardServer> {
  const server = createServer(handle)
  const start = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  await start(0)
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  t.after(stop)
  return { address: `http://127.0.0.1:${port}`, server, stop, start: () => start(port) }
}
