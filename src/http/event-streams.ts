/**
 * One client of a stream of Server-Sent Events, and all of them together. A client that does not
 * read is cut off when too much waits for it, or for all clients together: it comes back by itself
 * and resumes, while its backlog would otherwise grow in this process without bound. Something
 * comes now and then, so that no proxy takes quiet for an end.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { REPLAY_EVENTS_MAX } from '../live/fold.ts'
import type { Clock } from '../ports/clock.ts'
import type { Trace } from '../ports/trace.ts'

/** So many streams at once; the next one is answered 503. */
export const STREAM_CLIENTS_MAX = 200
/** More than the longest event; a usual one has 400 bytes. */
const EVENT_BYTES_MAX = 4 * 1024
/** A client for which more waits is cut off. A whole replay fits in, or it would come for ever. */
export const STREAM_UNSENT_BYTES_MAX = REPLAY_EVENTS_MAX * EVENT_BYTES_MAX
/** While more waits for all clients together, the one that lags most is cut off. */
export const STREAM_UNSENT_BYTES_SUM_MAX = 8 * STREAM_UNSENT_BYTES_MAX
export const HEARTBEAT_MS = 15_000

export interface StreamLimits {
  readonly clientsMax: number
  readonly unsentBytesMax: number
  readonly unsentBytesSumMax: number
}

export const STREAM_LIMITS: StreamLimits = {
  clientsMax: STREAM_CLIENTS_MAX,
  unsentBytesMax: STREAM_UNSENT_BYTES_MAX,
  unsentBytesSumMax: STREAM_UNSENT_BYTES_SUM_MAX,
}

export interface StreamsWorld {
  readonly clock: Clock
  readonly trace: Trace
}

/** What a client is to hear. */
export interface Program {
  /** Begins; returns how to end it. */
  begin(client: StreamClient): () => void
  /** What comes every HEARTBEAT_MS. */
  readonly heartbeat: string
}

/** All streams of one coordinator. */
export class EventStreams {
  private readonly world: StreamsWorld
  private readonly limits: StreamLimits
  private readonly clients = new Set<StreamClient>()
  /** At the most so much waits for all clients; counted anew only when it seems too much. */
  private unsentBytesAtMost = 0
  private isEnding = false

  constructor(world: StreamsWorld, limits: StreamLimits = STREAM_LIMITS) {
    this.world = world
    this.limits = limits
  }

  get size(): number {
    return this.clients.size
  }

  get isFull(): boolean {
    return this.isEnding || this.clients.size >= this.limits.clientsMax
  }

  /** Serves a response, whose head is written, until the client goes away or `end`. */
  serve(response: ServerResponse, program: Program): void {
    const { unsentBytesMax } = this.limits
    const grown = (bytes: number) => this.keepToSum(bytes)
    const client = new StreamClient(response, this.world, unsentBytesMax, grown)
    this.clients.add(client)
    response.once('close', () => {
      this.clients.delete(client)
      client.leave()
    })
    client.begin(program)
  }

  /** No new ones, and those there are end at once. */
  end(): void {
    this.isEnding = true
    for (const client of this.clients) client.end()
  }

  private keepToSum(grownBytes: number): void {
    this.unsentBytesAtMost += grownBytes
    while (this.unsentBytesAtMost > this.limits.unsentBytesSumMax) {
      const clients = [...this.clients]
      this.unsentBytesAtMost = clients.reduce((sum, { unsentBytes }) => sum + unsentBytes, 0)
      if (this.unsentBytesAtMost <= this.limits.unsentBytesSumMax) return
      const slowest = clients.reduce((a, b) => (b.unsentBytes > a.unsentBytes ? b : a))
      this.clients.delete(slowest)
      slowest.cut('too much waits for all clients together')
    }
  }
}

export class StreamClient {
  private readonly response: ServerResponse
  private readonly world: StreamsWorld
  private readonly unsentBytesMax: number
  /** Told of what more waits for this client. */
  private readonly grown: (bytes: number) => void
  private readonly ending = new AbortController()
  private endProgram: () => void = () => {}

  constructor(
    response: ServerResponse,
    world: StreamsWorld,
    unsentBytesMax: number,
    grown: (bytes: number) => void,
  ) {
    this.response = response
    this.world = world
    this.unsentBytesMax = unsentBytesMax
    this.grown = grown
  }

  get unsentBytes(): number {
    return this.response.writableLength
  }

  /** What is written now would only wait. */
  get isBehind(): boolean {
    return this.response.writableNeedDrain
  }

  begin(program: Program): void {
    this.endProgram = program.begin(this)
    void this.beat(program.heartbeat)
  }

  /** Calls whenever nothing waits any more. */
  onDrained(listener: () => void): void {
    this.response.on('drain', listener)
  }

  leave(): void {
    this.ending.abort()
    this.endProgram()
  }

  end(): void {
    this.response.end()
  }

  cut(reason: string): void {
    const { unsentBytes } = this
    this.world.trace.note('warn', { kind: 'http.stream-cut', unsentBytes, reason })
    this.response.destroy()
  }

  write(text: string): void {
    if (this.response.destroyed || this.response.writableEnded) return
    const before = this.unsentBytes
    this.response.write(text)
    if (this.unsentBytes > this.unsentBytesMax) this.cut('too much waits for it')
    else this.grown(this.unsentBytes - before)
  }

  private async beat(text: string): Promise<void> {
    const { signal } = this.ending
    while (!signal.aborted) {
      await this.world.clock.sleep(HEARTBEAT_MS, signal).catch(() => {})
      if (!signal.aborted) this.write(text)
    }
  }
}

/** One event as it stands on the wire; `text` is JSON without line breaks. */
export function eventLines(name: string, text: string, id?: string): string {
  const place = id === undefined ? '' : `id: ${id}\n`
  return `event: ${name}\n${place}data: ${text}\n\n`
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  /** Tells nginx not to collect events. */
  'x-accel-buffering': 'no',
}

/** Takes the answer out of the framework's hands: the head goes out, the body is a stream. */
export function openStream(reply: FastifyReply): ServerResponse {
  const headers = Object.entries({ ...reply.getHeaders(), ...STREAM_HEADERS })
  reply.hijack()
  for (const [name, value] of headers) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  return reply.raw.writeHead(200)
}
