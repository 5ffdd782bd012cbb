/**
 * How many requests with documents are let in at a time, by number and by what their bodies take.
 * Behind this door every queue has a limit of its own, but each request that waits there is kept
 * whole until it is answered, and clients that are not answered send it again: without a limit
 * here, memory would grow for as long as the shards are slow. Who is not let in is told at once
 * when to come again.
 *
 * What is for people and supervisors (state, figures, documentation, alarms) always gets in.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { type Answer, answer, COME_AGAIN, sendAnswer } from './answer.ts'
import type { HttpApp } from './http-app.ts'

export interface GateLimits {
  readonly requestsMax: number
  /** As announced; a body that does not announce its length counts as the longest of its route. */
  readonly bodyBytesMax: number
}

export const GATE_DEFAULTS: GateLimits = {
  requestsMax: 4_096,
  bodyBytesMax: 256 * 1024 * 1024,
}

/** Routes that carry documents are known by this tag. */
const GATED_TAG = 'keys'
const FULL = 'Too many requests are under way; nothing was tried'

/** The answer to a request that is not let in. */
export const GATE_CLOSED: Answer = { ...answer(429, { detail: FULL }), headers: COME_AGAIN }

/** Before all routes of the app with documents; requests on another way ask it themselves. */
export function addRequestGate(app: HttpApp, limits: GateLimits): RequestGate {
  const gate = new RequestGate(limits)
  app.addHook('onRequest', (request, reply, done) => {
    const isGated = request.routeOptions.schema?.tags?.includes(GATED_TAG) ?? false
    if (!isGated || gate.admits(bodyBytesOf(request), reply.raw)) done()
    else sendAnswer(reply, GATE_CLOSED)
  })
  return gate
}

export class RequestGate {
  private readonly limits: GateLimits
  private requests = 0
  private bodyBytes = 0

  constructor(limits: GateLimits) {
    this.limits = limits
  }

  /** Counts it until its answer has gone out or its client has left; false = it is not let in. */
  admits(bytes: number, response: ServerResponse): boolean {
    const { requestsMax, bodyBytesMax } = this.limits
    if (this.requests >= requestsMax || this.bodyBytes + bytes > bodyBytesMax) return false
    this.requests += 1
    this.bodyBytes += bytes
    response.once('close', () => {
      this.requests -= 1
      this.bodyBytes -= bytes
    })
    return true
  }
}

function bodyBytesOf({ headers, routeOptions }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return routeOptions.bodyLimit
  return Math.min(Number(headers['content-length'] ?? 0), routeOptions.bodyLimit)
}
