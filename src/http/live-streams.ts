/**
 * The streams by Server-Sent Events: `GET /anomalies/stream` of the contract, and beside it
 * `GET /api/v1/live`, which carries the readings too, so that a page needs one connection for
 * everything. Every alarm carries its place in the alerts log as id, so a client that comes back
 * says where it was and misses none.
 *
 * Alarms are never left out, and never wait. Readings are gathered for a moment that nobody sees;
 * for a client that does not keep up, only the newest one of each floor waits, and it has no id,
 * since nobody resumes from it.
 */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Live, StreamEvent } from '../live/live.ts'
import type { ReadingsFeed } from '../live/readings-feed.ts'
import { notificationSchema } from '../model/notification.ts'
import { COME_AGAIN } from './answer.ts'
import {
  EventStreams,
  eventLines,
  openStream,
  type Program,
  type StreamClient,
  type StreamLimits,
  type StreamsWorld,
} from './event-streams.ts'
import { GatheredReadings } from './gathered-readings.ts'
import type { HttpApp } from './http-app.ts'
import { notificationListSchema } from './notification-routes.ts'
import { sentenceSchema } from './problems.ts'

export interface LiveWorld extends StreamsWorld {
  readonly live: Pick<Live, 'subscribe' | 'newestId'>
  readonly readings: Pick<ReadingsFeed, 'newest' | 'listen'>
}

/** All streams of one coordinator; both kinds share their limits. */
export class LiveStreams extends EventStreams {
  private readonly clock: LiveWorld['clock']
  private readonly live: LiveWorld['live']
  private readonly readings: LiveWorld['readings']

  constructor(world: LiveWorld, limits?: StreamLimits) {
    super(world, limits)
    this.clock = world.clock
    this.live = world.live
    this.readings = world.readings
  }

  /** The contract's: alarms alone. */
  anomalies(lastEventId: string | undefined): Program {
    const begin = (client: StreamClient) => tellAlarms(client, this.live, lastEventId)
    return { begin, heartbeat: ': still here\n\n' }
  }

  /** Alarms and readings. Its heartbeat is an event, which a page can hear. */
  everything(lastEventId: string | undefined): Program {
    const begin = (client: StreamClient) => {
      const gathered = new GatheredReadings(client, this.clock)
      /** The reading that an alarm speaks of is there before it. */
      const endAlarms = tellAlarms(client, this.live, lastEventId, () => gathered.send())
      for (const reading of this.readings.newest()) gathered.take(reading)
      gathered.send()
      const endReadings = this.readings.listen((reading) => gathered.take(reading))
      return () => {
        endAlarms()
        endReadings()
        gathered.end()
      }
    }
    return { begin, heartbeat: eventText({ name: 'ping', data: {} }) }
  }
}

function tellAlarms(
  client: StreamClient,
  live: LiveWorld['live'],
  lastEventId: string | undefined,
  beforeEach = () => {},
): () => void {
  /** A client that has no place yet is given one, so that it misses nothing from here on. */
  const id = lastEventId === undefined ? live.newestId : undefined
  client.write(eventText({ name: 'ping', data: {}, ...(id === undefined ? {} : { id }) }))
  const take = (event: StreamEvent) => {
    beforeEach()
    client.write(eventText(event))
  }
  return live.subscribe(lastEventId, { take })
}

interface WireEvent {
  readonly name: 'ping' | StreamEvent['name']
  readonly id?: string
  readonly data: unknown
}

/** JSON text has no line breaks, so data is one line. */
function eventText({ name, id, data }: WireEvent): string {
  return eventLines(name, JSON.stringify(data), id)
}

const querySchema = z.object({
  last_event_id: z.string().optional().describe('As the header Last-Event-ID, for curl.'),
})
const alarmEvents = {
  ping: z.object({}).describe('It is still here.'),
  anomaly: notificationSchema.describe('An alarm; its id is where to resume from.'),
  gap: notificationListSchema.describe(
    'Where a client was is no longer known: all alarms that are.',
  ),
}
const amount = z.number().min(0).optional()
const readingEvent = z
  .looseObject({
    piano: z.int().min(1),
    timestamp: z.string(),
    ...{ sensore1_kwh: amount, sensore2_kw: amount },
    ...{ sensore3_corrente: amount, sensore3_tensione: amount, delta_kwh: amount },
  })
  .describe('As it was sent, with whatever else the meter says.')
  .meta({ id: 'Reading' })

/** A stream is no JSON; its schema says of each event, by name, what its data is. */
function streamOf(events: Record<string, z.ZodType>) {
  const description = 'A stream that goes on. The schema: by name of the event, its data as JSON.'
  return { description, content: { 'text/event-stream': { schema: z.object(events) } } }
}
const FULL = { detail: 'Too many streams are open' }

export function addLiveStreams(app: HttpApp, streams: LiveStreams): void {
  app.addHook('preClose', async () => streams.end())
  const schema = {
    tags: ['notifications'],
    querystring: querySchema,
    response: { 200: streamOf(alarmEvents), 503: sentenceSchema },
  }
  const anomalies = {
    ...schema,
    summary: 'Alarms as they are raised, as Server-Sent Events: ping, anomaly, gap.',
  }
  const options = { schema: anomalies, exposeHeadRoute: false }
  app.get('/anomalies/stream', options, async (request, reply) => {
    if (streams.isFull) return reply.code(503).headers(COME_AGAIN).send(FULL)
    streams.serve(openStream(reply), streams.anomalies(placeOf(request)))
    return reply
  })
  const everything = {
    ...schema,
    tags: ['live'],
    response: {
      200: streamOf({ ...alarmEvents, reading: readingEvent }),
      503: sentenceSchema,
    },
    summary:
      'All that a dashboard shows, as Server-Sent Events: reading (a reading; the newest of each ' +
      'floor first, some left out for a slow client), anomaly (a notification, with an id from ' +
      'which Last-Event-ID resumes; none left out), gap (a list of notifications), ping.',
  }
  app.get(
    '/api/v1/live',
    { schema: everything, exposeHeadRoute: false },
    async (request, reply) => {
      if (streams.isFull) return reply.code(503).headers(COME_AGAIN).send(FULL)
      streams.serve(openStream(reply), streams.everything(placeOf(request)))
      return reply
    },
  )
}

/** Where the client was, by its header or its address. */
function placeOf(request: Pick<FastifyRequest, 'headers' | 'query'>): string | undefined {
  const header = request.headers['last-event-id']
  const asked = (request.query as z.output<typeof querySchema>).last_event_id
  return (typeof header === 'string' ? header : asked) || undefined
}
