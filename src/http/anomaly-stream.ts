/**
 * `GET /anomalies/stream`: alarms as they are raised, by Server-Sent Events. Every event carries
 * its place in the alerts log as id, so a client that comes back says where it was and misses
 * nothing.
 *
 * A client that does not read is cut off when too much waits for it, or for all clients together:
 * it comes back by itself and resumes, while its backlog would otherwise grow in this process
 * without bound. Comments in between keep proxies from taking the quiet for an end.
 */
import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { REPLAY_EVENTS_MAX } from '../live/fold.ts'
import type { Live, StreamEvent } from '../live/live.ts'
import type { Clock } from '../ports/clock.ts'
import type { Trace } from '../ports/trace.ts'
import { COME_AGAIN } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { sentenceSchema } from './problems.ts'

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

const LIMITS: StreamLimits = {
  clientsMax: STREAM_CLIENTS_MAX,
  unsentBytesMax: STREAM_UNSENT_BYTES_MAX,
  unsentBytesSumMax: STREAM_UNSENT_BYTES_SUM_MAX,
}

export interface StreamWorld {
  readonly clock: Clock
  readonly trace: Trace
  readonly live: Pick<Live, 'subscribe' | 'newestId'>
}

/** All streams of one coordinator. */
export class AnomalyStream {
  private readonly world: StreamWorld
  private readonly limits: StreamLimits
  private readonly clients = new Set<StreamClient>()
  /** At the most so much waits for all clients; counted anew only when it seems too much. */
  private unsentBytesAtMost = 0
  private isEnding = false

  constructor(world: StreamWorld, limits: StreamLimits = LIMITS) {
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
  serve(response: ServerResponse, lastEventId: string | undefined): void {
    const { unsentBytesMax } = this.limits
    const grown = (bytes: number) => this.keepToSum(bytes)
    const client = new StreamClient(response, this.world, unsentBytesMax, grown)
    this.clients.add(client)
    response.once('close', () => {
      this.clients.delete(client)
      client.leave()
    })
    client.begin(lastEventId)
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

class StreamClient {
  private readonly response: ServerResponse
  private readonly world: StreamWorld
  private readonly unsentBytesMax: number
  /** Told of what more waits for this client. */
  private readonly grown: (bytes: number) => void
  private readonly ending = new AbortController()
  private unsubscribe: () => void = () => {}

  constructor(
    response: ServerResponse,
    world: StreamWorld,
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

  begin(lastEventId: string | undefined): void {
    /** A client that has no place yet is given one, so that it misses nothing from here on. */
    const id = lastEventId === undefined ? this.world.live.newestId : undefined
    this.write(eventText({ name: 'ping', data: {}, ...(id === undefined ? {} : { id }) }))
    this.unsubscribe = this.world.live.subscribe(lastEventId, {
      take: (event) => this.write(eventText(event)),
    })
    void this.beat()
  }

  leave(): void {
    this.ending.abort()
    this.unsubscribe()
  }

  end(): void {
    this.response.end()
  }

  cut(reason: string): void {
    const { unsentBytes } = this
    this.world.trace.note('warn', { kind: 'http.stream-cut', unsentBytes, reason })
    this.response.destroy()
  }

  private write(text: string): void {
    if (this.response.destroyed || this.response.writableEnded) return
    const before = this.unsentBytes
    this.response.write(text)
    if (this.unsentBytes > this.unsentBytesMax) this.cut('too much waits for it')
    else this.grown(this.unsentBytes - before)
  }

  private async beat(): Promise<void> {
    const { signal } = this.ending
    while (!signal.aborted) {
      await this.world.clock.sleep(HEARTBEAT_MS, signal).catch(() => {})
      if (!signal.aborted) this.write(': still here\n\n')
    }
  }
}

interface WireEvent {
  readonly name: 'ping' | StreamEvent['name']
  readonly id?: string
  readonly data: unknown
}

/** One event as it stands on the wire. JSON text has no line breaks, so data is one line. */
export function eventText({ name, id, data }: WireEvent): string {
  const place = id === undefined ? '' : `id: ${id}\n`
  return `event: ${name}\n${place}data: ${JSON.stringify(data)}\n\n`
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  /** Tells nginx not to collect events. */
  'x-accel-buffering': 'no',
}
const querySchema = z.object({
  last_event_id: z.string().optional().describe('As the header Last-Event-ID, for curl.'),
})

export function addAnomalyStream(app: HttpApp, stream: AnomalyStream): void {
  app.addHook('preClose', async () => stream.end())
  const schema = {
    tags: ['notifications'],
    summary: 'Alarms as they are raised, as Server-Sent Events: ping, anomaly, gap.',
    querystring: querySchema,
    response: { 503: sentenceSchema },
  }
  app.get('/anomalies/stream', { schema, exposeHeadRoute: false }, async (request, reply) => {
    if (stream.isFull)
      return reply.code(503).headers(COME_AGAIN).send({ detail: 'Too many streams are open' })
    const header = request.headers['last-event-id']
    const lastEventId = typeof header === 'string' ? header : request.query.last_event_id
    const headers = Object.entries({ ...reply.getHeaders(), ...STREAM_HEADERS })
    reply.hijack()
    for (const [name, value] of headers) {
      if (value !== undefined) reply.raw.setHeader(name, value)
    }
    reply.raw.writeHead(200)
    stream.serve(reply.raw, lastEventId || undefined)
    return reply
  })
}
