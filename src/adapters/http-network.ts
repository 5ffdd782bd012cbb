/**
 * The network between processes: one POST for each message, over connections that are kept open.
 *
 * What matters is to know of each failure whether the request can have arrived. It cannot before a
 * connection was there to write it to (nobody listens, the name is unknown, it still waited its
 * turn): that is `refused`. From the first byte on it may have arrived and been done, whatever
 * happens to the connection: that is `silence`.
 *
 * Every body is signed with the cluster secret. A shard with another secret does nothing, so that
 * is `refused` too, and a person is told of it: to everybody else it looks like a shard that is
 * away.
 */
import { type Dispatcher, Pool } from 'undici'
import type { Clock } from '../ports/clock.ts'
import {
  type Address,
  type Answer,
  type Message,
  messageText,
  type Network,
} from '../ports/network.ts'
import type { Trace } from '../ports/trace.ts'
import { type BodySignature, SIGNATURE_HEADER } from './body-signature.ts'
import { OPERATIONS_PATH, SAME_SECRET, STATUS_UNSIGNED } from './http-endpoint.ts'
import { TimeLimits } from './time-limits.ts'
import { lateReason } from './within-time.ts'

/** To one address: the bodies that a coordinator has under way, its greetings and scans. */
export const CONNECTIONS_MAX = 8
const CONNECT_TIMEOUT_MS = 2_000
/** Connections to an address that was not asked for so long are closed. */
export const POOL_IDLE_MS = 60_000
/** A longer reply is none of ours. */
export const REPLY_BYTES_MAX = 64 * 1024 * 1024

interface Peer {
  readonly pool: Pool
  readonly path: string
  usedMs: number
  /** It refused our signature when it was last asked. */
  isEstranged: boolean
}

export interface HttpNetworkWorld {
  readonly clock: Clock
  readonly trace: Trace
  readonly signature: BodySignature
}

export function createHttpNetwork(world: HttpNetworkWorld): Network {
  return new HttpNetwork(world)
}

class HttpNetwork implements Network {
  private readonly world: HttpNetworkWorld
  private readonly limits: TimeLimits
  private readonly peers = new Map<Address, Peer>()
  private sweptMs = 0
  private isClosed = false

  constructor(world: HttpNetworkWorld) {
    this.world = world
    this.limits = new TimeLimits(world.clock)
  }

  async ask(to: Address, request: Message, timeoutMs: number): Promise<Answer> {
    if (this.isClosed) return { kind: 'refused', reason: 'the network is closed' }
    if (!/^https?:/.test(to) || !URL.canParse(to)) {
      return { kind: 'refused', reason: `${to} is no address that begins with http` }
    }
    const peer = this.peerAt(to)
    const exchange = new Exchange()
    const body = Buffer.from(messageText(request))
    const signed = { [SIGNATURE_HEADER]: this.world.signature.of(body) }
    const headers = { 'content-type': 'application/json', ...signed }
    peer.pool.dispatch({ method: 'POST', path: peer.path, headers, body }, exchange)
    const giveUp = () => exchange.giveUp(lateReason(timeoutMs))
    const answer = await this.limits.within(timeoutMs, exchange.answer, giveUp)
    return answer.kind === 'answer' ? this.heard(to, peer, exchange.status, answer) : answer
  }

  /** A person is told once of a shard that refuses our signature, until it takes it again. */
  private heard(address: Address, peer: Peer, status: number, answer: Answer): Answer {
    const wasEstranged = peer.isEstranged
    peer.isEstranged = status === STATUS_UNSIGNED
    if (!peer.isEstranged) return answer
    const reason = `The shard at ${address} does not take the signature of this coordinator`
    const sentence = `${reason}: they have different cluster secrets. ${SAME_SECRET}`
    if (!wasEstranged) this.world.trace.note('error', { kind: 'network.unsigned', sentence })
    return { kind: 'refused', reason }
  }

  async close(): Promise<void> {
    this.isClosed = true
    const pools = [...this.peers.values()].map(({ pool }) => pool.destroy())
    this.peers.clear()
    await Promise.all(pools)
    this.limits.close()
  }

  private peerAt(address: Address): Peer {
    const nowMs = this.world.clock.monotonicMs()
    const known = this.peers.get(address)
    const peer = known ?? newPeer(address)
    peer.usedMs = nowMs
    this.peers.set(address, peer)
    if (nowMs - this.sweptMs > POOL_IDLE_MS / 2) this.sweep(nowMs)
    return peer
  }

  private sweep(nowMs: number): void {
    this.sweptMs = nowMs
    for (const [address, { pool, usedMs }] of this.peers) {
      if (nowMs - usedMs < POOL_IDLE_MS) continue
      this.peers.delete(address)
      void pool.close()
    }
  }
}

function newPeer(address: Address): Peer {
  const { origin, pathname } = new URL(address)
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    // Time limits are the asker's.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    pool,
    path: pathname.replace(/\/+$/, '') + OPERATIONS_PATH,
    usedMs: 0,
    isEstranged: false,
  }
}

/** One request and what comes of it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>
  /** Of HTTP; 0 as long as nothing has come back. */
  status = 0
  private readonly settle: (answer: Answer) => void
  private controller: Dispatcher.DispatchController | undefined
  private isGivenUp = false
  private readonly chunks: Buffer[] = []
  private bytes = 0

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    this.answer = promise
    this.settle = resolve
  }

  /** Nobody waits any more. Says what may have become of it. */
  giveUp(reason: string): Answer {
    this.isGivenUp = true
    if (!this.controller) return { kind: 'refused', reason: `${reason}; it was not sent` }
    this.controller.abort(new Error(reason))
    return { kind: 'silence', reason }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isGivenUp) controller.abort(new Error('nobody waits for it any more'))
    else this.controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.status = status
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.bytes > REPLY_BYTES_MAX) controller.abort(new Error('the reply is too long'))
    else this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.chunks).toString('utf8')
    try {
      this.settle({ kind: 'answer', body: JSON.parse(text) })
    } catch {
      this.settle({ kind: 'silence', reason: 'what came back is not JSON' })
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const reason = error.message || String((error as NodeJS.ErrnoException).code)
    this.settle({ kind: this.controller ? 'silence' : 'refused', reason })
  }
}
