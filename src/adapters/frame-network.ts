/**
 * The network between processes as a coordinator uses it: frames on connections that shards have
 * granted it, and another network, that of HTTP, for everything else: the first messages to a
 * shard, messages that are too long for a frame, more at a time than there are connections, and
 * whoever grants none, a proxy on the way perhaps. So a connection of frames is only ever one that
 * is there; what it means that there is none, HTTP finds out.
 */
import type { Clock } from '../ports/clock.ts'
import {
  type Address,
  type Answer,
  type Message,
  messageText,
  type Network,
} from '../ports/network.ts'
import type { BodySignature } from './body-signature.ts'
import { FrameLine, type FrameLineOwner, openFrames } from './frame-line.ts'
import { requestFrame } from './frames.ts'
import { TimeLimits } from './time-limits.ts'
import { lateReason } from './within-time.ts'

/** To one address: the bodies that are under way and what a coordinator asks beside them. */
export const LINES_MAX = 8
/** Whoever has granted no connection is asked again after so long. */
export const OPEN_AGAIN_MS = 5_000
/** A connection that was not used for so long is closed. */
export const LINE_IDLE_MS = 60_000

export interface FrameNetworkWorld {
  readonly clock: Clock
  readonly signature: BodySignature
  /** For what does not go in frames; closed together with this one. */
  readonly http: Network
}

export class FrameNetwork implements Network {
  private readonly world: FrameNetworkWorld
  private readonly limits: TimeLimits
  private readonly peers = new Map<Address, Peer>()
  private sweptMs = 0
  private isClosed = false

  constructor(world: FrameNetworkWorld) {
    this.world = world
    this.limits = new TimeLimits(world.clock)
  }

  ask(to: Address, request: Message, timeoutMs: number): Promise<Answer> {
    const { clock, http, signature } = this.world
    const nowMs = clock.monotonicMs()
    if (nowMs - this.sweptMs > LINE_IDLE_MS / 2) this.sweep(nowMs)
    const line = this.peers.get(to)?.free.at(-1)
    const frame = line && requestFrame(messageText(request), signature)
    if (!line || !frame) {
      if (!line) void this.open(to)
      return http.ask(to, request, timeoutMs)
    }
    this.peers.get(to)?.free.pop()
    line.usedMs = nowMs
    const giveUp = () => line.giveUp(lateReason(timeoutMs))
    return this.limits.within(timeoutMs, line.ask(frame), giveUp)
  }

  /** Asks for one more connection, unless that is pointless; for the next messages. */
  async open(to: Address): Promise<void> {
    if (this.isClosed || !to.startsWith('http:') || !URL.canParse(to)) return
    const nowMs = this.world.clock.monotonicMs()
    const peer = this.peers.get(to) ?? new Peer()
    this.peers.set(to, peer)
    if (!peer.mayOpen(nowMs)) return
    peer.isOpening = true
    const socket = await openFrames(to, this.world.signature)
    peer.isOpening = false
    peer.refusedMs = socket ? Number.NEGATIVE_INFINITY : nowMs
    if (this.isClosed) socket?.destroy()
    else if (socket) peer.add(new FrameLine(socket, peer), nowMs)
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const { lines } of this.peers.values()) {
      for (const line of lines) line.giveUp('the network is closed')
    }
    this.peers.clear()
    this.limits.close()
    await this.world.http.close()
  }

  private sweep(nowMs: number): void {
    this.sweptMs = nowMs
    for (const [address, { free, lines, isOpening }] of this.peers) {
      // A copy: whoever is closed leaves the list.
      for (const line of [...free]) {
        if (nowMs - line.usedMs >= LINE_IDLE_MS) line.giveUp('it was not used')
      }
      if (lines.size === 0 && !isOpening) this.peers.delete(address)
    }
  }
}

/** The connections to one address. */
class Peer implements FrameLineOwner {
  readonly lines = new Set<FrameLine>()
  /** The last one was used last, so that those not needed fall idle. */
  readonly free: FrameLine[] = []
  isOpening = false
  refusedMs = Number.NEGATIVE_INFINITY

  mayOpen(nowMs: number): boolean {
    const isWilling = nowMs - this.refusedMs >= OPEN_AGAIN_MS
    return isWilling && !this.isOpening && this.lines.size < LINES_MAX
  }

  add(line: FrameLine, nowMs: number): void {
    line.usedMs = nowMs
    this.lines.add(line)
    this.free.push(line)
  }

  isFree(line: FrameLine): void {
    this.free.push(line)
  }

  isGone(line: FrameLine): void {
    this.lines.delete(line)
    const place = this.free.indexOf(line)
    if (place >= 0) this.free.splice(place, 1)
  }
}
