/**
 * One connection to a shard on which frames are spoken, as its coordinator has it. From the moment
 * a request is written to it, it may have arrived and been done, whatever becomes of the
 * connection: every failure here is `silence`.
 */
import type { Duplex } from 'node:stream'
import { Client } from 'undici'
import type { Address, Answer } from '../ports/network.ts'
import { type BodySignature, SIGNATURE_HEADER } from './body-signature.ts'
import { FRAME_PROTOCOL, FrameReader, GREETING } from './frames.ts'
import { OPERATIONS_PATH } from './http-endpoint.ts'
import { REPLY_BYTES_MAX } from './http-network.ts'

/** To be connected, and again to be welcomed. */
const OPEN_STEP_MS_MAX = 2_000

/** The connection, changed over to frames; undefined where nobody grants one. Never rejects. */
export async function openFrames(
  address: Address,
  signature: BodySignature,
  stepMsMax = OPEN_STEP_MS_MAX,
): Promise<Duplex | undefined> {
  const { origin, pathname } = new URL(address)
  const client = new Client(origin, {
    connect: { timeout: stepMsMax, noDelay: true },
    headersTimeout: stepMsMax,
  })
  try {
    const path = pathname.replace(/\/+$/, '') + OPERATIONS_PATH
    const headers = { [SIGNATURE_HEADER]: signature.of(GREETING) }
    return (await client.upgrade({ path, protocol: FRAME_PROTOCOL, headers })).socket
  } catch {
    return undefined
  } finally {
    void client.destroy()
  }
}

export interface FrameLineOwner {
  /** The reply has come; the next request may be sent. */
  isFree(line: FrameLine): void
  isGone(line: FrameLine): void
}

export class FrameLine {
  /** When it was last asked something, monotonic. */
  usedMs = 0
  private readonly socket: Duplex
  private readonly owner: FrameLineOwner
  private settle: ((answer: Answer) => void) | undefined

  constructor(socket: Duplex, owner: FrameLineOwner) {
    this.socket = socket
    this.owner = owner
    const reader = new FrameReader(REPLY_BYTES_MAX, {
      whole: (content) => this.hear(content),
      broken: (reason) => this.giveUp(`the reply cannot be read: ${reason}`),
    })
    socket.on('data', (chunk: Buffer) => reader.take(chunk))
    socket.on('end', () => this.giveUp('the connection was closed'))
    socket.on('error', ({ message }) => this.giveUp(message))
    socket.on('close', () => this.giveUp('the connection was closed'))
  }

  /** Never while it is asked something. */
  ask(frame: Buffer): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    this.settle = resolve
    this.socket.write(frame)
    return promise
  }

  /** Closes it; what was asked on it, if anything, stays unanswered. */
  giveUp(reason: string): Answer {
    const silence = { kind: 'silence', reason } as const
    this.owner.isGone(this)
    this.socket.destroy()
    this.end(silence)
    return silence
  }

  private hear(content: Buffer): void {
    if (!this.settle) {
      this.giveUp('a reply came to nothing')
      return
    }
    try {
      const body: unknown = JSON.parse(content.toString('utf8'))
      this.owner.isFree(this)
      this.end({ kind: 'answer', body })
    } catch {
      this.giveUp('what came back is not JSON')
    }
  }

  private end(answer: Answer): void {
    const { settle } = this
    this.settle = undefined
    settle?.(answer)
  }
}
