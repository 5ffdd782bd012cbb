/**
 * Notifications (contract, `/internal/broadcast` and `/notifications`): what live knows, and the
 * two ways to add to it. Before the alerts log has been read to its end nobody can say what is in
 * it, so the answer is 503 and not an empty list.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EVENTS_MAX } from '../live/followed-live.ts'
import type { Live, Unavailable } from '../live/live.ts'
import { notificationSchema } from '../model/notification.ts'
import { type Answer, answer, COME_AGAIN, sendAnswer } from './answer.ts'
import { type HttpApp, readBodies } from './http-app.ts'
import { parseLenientJson } from './lenient-json.ts'
import { InvalidRequest, invalidSchema, sentenceSchema } from './problems.ts'
import { isObject } from './put-body.ts'
import { isSameSecret } from './secrets.ts'

const LIMIT_DEFAULT = 50

export const notificationListSchema = z
  .object({ items: z.array(notificationSchema), total: z.int() })
  .meta({ id: 'NotificationList' })
const querySchema = z.object({
  limit: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('The newest so many: 1 to 1000, clamped; default 50.'),
  since_ts: z.coerce.number().optional().describe('Epoch seconds; only what is newer.'),
})
const markSchema = z.object({ ids: z.array(z.string()) })
const unreadSchema = z.object({ unread: z.int() })
const markedSchema = z.object({ status: z.literal('ok'), unread: z.int() })
const broadcastSchema = z.object({
  status: z.literal('ok'),
  accepted: z.int(),
  suppressed: z.int(),
})
const alertSchema = z
  .looseObject({
    _token: z.string().optional(),
    piano: z.unknown().optional(),
    timestamp: z.unknown().optional(),
    eventi: z.array(z.unknown()).max(EVENTS_MAX).optional(),
    raw: z.unknown().optional(),
  })
  .meta({ id: 'Alert' })

const NOT_READ_YET = 'The alerts log has not been read to its end yet.'
const tags = ['notifications']

export function addNotificationRoutes(
  app: HttpApp,
  live: Pick<Live, 'isReady' | 'list' | 'unread' | 'markRead' | 'broadcast'>,
  broadcastToken: string | null,
): void {
  const list = {
    tags,
    summary: 'The newest notifications, oldest first.',
    querystring: querySchema,
    response: { 200: notificationListSchema, 422: invalidSchema, 503: sentenceSchema },
  }
  app.get('/notifications', { schema: list }, async ({ query }, reply) => {
    if (!live.isReady) return reply.code(503).headers(COME_AGAIN).send({ detail: NOT_READ_YET })
    const { since_ts } = query
    const since = since_ts === undefined ? {} : { sinceSeconds: since_ts }
    const items = [...live.list({ limit: limitOf(query.limit), ...since })]
    return reply.code(200).send({ items, total: items.length })
  })
  const unread = {
    tags,
    summary: 'How many nobody has read.',
    response: { 200: unreadSchema, 503: sentenceSchema },
  }
  app.get('/notifications/unread_count', { schema: unread }, async (_, reply) =>
    live.isReady
      ? reply.code(200).send({ unread: live.unread() })
      : reply.code(503).headers(COME_AGAIN).send({ detail: NOT_READ_YET }),
  )
  const mark = {
    tags,
    summary: 'Marks as read; an empty list lowers the count by one.',
    body: markSchema,
    response: { 200: markedSchema, 422: invalidSchema, 503: sentenceSchema },
  }
  app.post('/notifications/mark_read', { schema: mark }, async ({ body }, reply) => {
    const outcome = await live.markRead(body.ids)
    return sendAnswer(
      reply,
      outcome.kind === 'done' ? ok({ unread: outcome.unread }) : unavailable(outcome),
    )
  })
  app.register(async (part: FastifyInstance) => addBroadcast(part, live, broadcastToken))
}

/** Never refused: of several the last counts; what is no number, as if it had been left out. */
function limitOf(given: string | readonly string[] | undefined): number {
  const text = typeof given === 'string' ? given : given?.at(-1)
  const limit = Number(text || LIMIT_DEFAULT)
  return Number.isNaN(limit) ? LIMIT_DEFAULT : limit
}

function addBroadcast(
  part: FastifyInstance,
  live: Pick<Live, 'broadcast'>,
  token: string | null,
): void {
  readBodies(part, (text) => (text === undefined ? undefined : parseLenientJson(text)))
  const options = {
    /** Alerts of other detectors are taken as they are; only an object it must be. */
    validatorCompiler: () => (data: unknown) => ({ value: data }),
    schema: {
      tags,
      summary: 'An alert document becomes notifications, one for each of its events.',
      body: alertSchema,
      response: {
        200: broadcastSchema,
        403: sentenceSchema,
        422: invalidSchema,
        503: sentenceSchema,
      },
    },
  }
  part.post('/internal/broadcast', options, async ({ body }, reply) => {
    if (!isObject(body)) throw NO_DOCUMENT
    const { _token, ...alert } = body
    if (token !== null && !(typeof _token === 'string' && isSameSecret(_token, token))) {
      return sendAnswer(reply, answer(403, { detail: 'The _token is wrong or missing' }))
    }
    const outcome = await live.broadcast(alert)
    if (outcome.kind === 'unavailable') return sendAnswer(reply, unavailable(outcome))
    if (outcome.kind === 'too-many-events') throw tooMany(outcome.events, outcome.eventsMax)
    const { accepted, suppressed } = outcome
    return sendAnswer(reply, ok({ accepted, suppressed }))
  })
}

const NO_DOCUMENT = new InvalidRequest([
  { loc: ['body'], msg: 'must be an alert document', type: 'object' },
])

function tooMany(events: number, eventsMax: number): InvalidRequest {
  const msg = `has ${events} entries; at most ${eventsMax} are taken, split it`
  return new InvalidRequest([{ loc: ['body', 'eventi'], msg, type: 'limit' }])
}

function ok(fields: object): Answer {
  return answer(200, { status: 'ok', ...fields })
}

function unavailable({ reason }: Unavailable): Answer {
  return answer(503, { detail: reason })
}
