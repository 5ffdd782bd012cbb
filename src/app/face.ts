/**
 * An HTTP app on a port, as a part of a role. When the role is asked to stop, the port closes
 * first: no new requests, streams end, what is under way is answered, and what is not done in time
 * is cut, so that a stream which nobody reads cannot hold up the end.
 */
import type { RequestListener, Server } from 'node:http'
import type { HttpApp } from '../http/http-app.ts'
import { createHttpServer, type Upgrades } from '../http/http-server.ts'
import type { Clock } from '../ports/clock.ts'
import { type ListenAddress, listen } from './listen.ts'
import { type Part, part } from './part.ts'

export interface Face {
  readonly url: string
  readonly part: Part
}

/** Requests under way are given so long at the end. */
const DRAIN_MS_MAX = 4_000
const DRAIN_LOOK_MS = 25

/** What shares the port with an app: `handle` stands before it. */
export interface Beside {
  readonly handle: RequestListener
  readonly upgrades: Upgrades
}

/** Throws CommandError when the port cannot be had; `flag` names the setting that chose it. */
export async function openFace(
  clock: Clock,
  app: HttpApp,
  address: ListenAddress,
  flag: string,
  beside?: Beside,
): Promise<Face> {
  const server = createHttpServer(beside?.handle ?? app.routing, undefined, beside?.upgrades)
  const { url } = await listen(server, address, flag)
  const service = {
    async run(signal: AbortSignal) {
      await aborted(signal)
      beside?.upgrades.close()
      await drain(clock, server, app)
      beside?.upgrades.cut()
    },
  }
  return { url, part: part([{ name: 'http', service }]) }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function drain(clock: Clock, server: Server, app: HttpApp): Promise<void> {
  let isOver = false
  server.close(() => {
    isOver = true
  })
  await app.close()
  const deadlineMs = clock.monotonicMs() + DRAIN_MS_MAX
  while (!isOver && clock.monotonicMs() < deadlineMs) {
    server.closeIdleConnections()
    await clock.sleep(DRAIN_LOOK_MS)
  }
  server.closeAllConnections()
}
