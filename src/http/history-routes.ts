/**
 * The stored readings for charts, and the trial of a limit before it is saved. Both beside the
 * contract; both read much and answer little, so what is asked for is bounded before anything is
 * read, and reading stops when the client has gone.
 */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { History, HistoryOutcome } from '../history/history.ts'
import { POINTS_MAX, stepCount } from '../history/steps.ts'
import type { ThresholdsBook } from '../live/thresholds-book.ts'
import { METRICS } from '../model/alert.ts'
import { must } from '../model/must.ts'
import { parseTimestamp } from '../model/timestamp.ts'
import { type Answer, answer, sendAnswer } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { unavailableSchema } from './outcome-schemas.ts'
import { refusedAnswer } from './outcomes.ts'
import { InvalidRequest, invalidSchema, sentenceSchema } from './problems.ts'

export const momentField = z.string().refine((text) => parseTimestamp(text) !== undefined, {
  error: 'must be an ISO 8601 time with an offset or Z; a + in an address is sent as %2B',
})
export const stretchFields = {
  from: momentField.describe('ISO 8601 with an offset or Z, inclusive.'),
  to: momentField.describe('Exclusive.'),
}
const metricField = z.enum(METRICS)
export const floorField = z.coerce.number('must be a floor, an integer >= 1').int().min(1)

const pointsQuerySchema = z.object({
  floor: floorField,
  metric: metricField,
  ...stretchFields,
  step: z.coerce
    .number()
    .int()
    .min(1)
    .describe(`Seconds; the answer has at most ${POINTS_MAX} points.`),
})
const pointSchema = z
  .object({
    t: z.number().describe('When the step begins, epoch seconds: a multiple of the step.'),
    min: z.number(),
    mean: z.number(),
    max: z.number(),
    count: z.int().describe('Readings in the step.'),
  })
  .meta({ id: 'ReadingPoint' })
const pointsSchema = z
  .object({
    floor: z.int(),
    metric: metricField,
    from: z.string(),
    to: z.string(),
    step: z.int(),
    points: z.array(pointSchema),
  })
  .describe('Ascending; steps without readings are left out. Energy is told as it was sent.')

const previewQuerySchema = z.object({
  floor: z
    .union([z.literal('default'), floorField])
    .describe('A floor, or `default`: all floors that have no limits of their own.'),
  metric: metricField,
  value: z.coerce.number().min(0).describe('The limit to try.'),
  ...stretchFields,
})
const previewSchema = z.object({
  readings: z.int().describe('Stored readings that measured it.'),
  over: z.int().describe('Of these, over the limit.'),
  notifications: z.int().describe('What would have been raised, after the cooldown.'),
})

/** Of whatever reads many readings. */
export const readingAnswers = {
  422: invalidSchema,
  429: sentenceSchema.describe('Too many ask at once; nothing was tried.'),
  503: unavailableSchema,
}

export function addHistoryRoutes(
  app: HttpApp,
  history: History,
  book: Pick<ThresholdsBook, 'current'>,
): void {
  const read = {
    tags: ['history'],
    summary: 'What a floor has measured, as points: least, mean and greatest value of each step.',
    querystring: pointsQuerySchema,
    response: { ...readingAnswers, 200: pointsSchema },
  }
  app.get('/api/v1/readings', { schema: read }, async ({ query: asked }, reply) => {
    const { floor, metric, from, to, step } = asked
    const stretch = stretchOf(from, to)
    mustBeFew(stretch, step)
    const query = { floor, metric, ...stretch, stepSeconds: step }
    const outcome = await history.points(query, isThere(reply))
    if (outcome.kind !== 'done') return sendAnswer(reply, unread(outcome))
    const points = [...outcome.value]
    return reply.code(200).send({ floor, metric, from, to, step, points })
  })
  const trial = {
    tags: ['thresholds'],
    summary: 'How often a limit would have fired over the stored readings.',
    querystring: previewQuerySchema,
    response: { ...readingAnswers, 200: previewSchema },
  }
  app.get('/api/v1/thresholds/preview', { schema: trial }, async ({ query: asked }, reply) => {
    const { floor, metric, value, from, to } = asked
    const stretch = stretchOf(from, to)
    const floors = floor === 'default' ? await inheriting(book) : ({ kind: 'one', floor } as const)
    if (!floors) return reply.code(503).send({ detail: NOBODY_KNOWS })
    const query = { floors, metric, value, ...stretch }
    const outcome = await history.preview(query, isThere(reply))
    return outcome.kind === 'done'
      ? reply.code(200).send(outcome.value)
      : sendAnswer(reply, unread(outcome))
  })
}

const NOBODY_KNOWS =
  'Nobody knows which floors have limits of their own: the store cannot be asked.'

async function inheriting(book: Pick<ThresholdsBook, 'current'>) {
  const known = await book.current()
  return (
    known && ({ kind: 'all', but: Object.keys(known.thresholds.per_floor).map(Number) } as const)
  )
}

/** Throws InvalidRequest. */
export function stretchOf(from: string, to: string) {
  const [fromMs, toMs] = [must(parseTimestamp(from)), must(parseTimestamp(to))]
  if (toMs <= fromMs) throw invalid('to', 'must be later than from')
  return { fromMs, toMs }
}

function mustBeFew({ fromMs, toMs }: { fromMs: number; toMs: number }, step: number): void {
  const count = stepCount(fromMs, toMs, step)
  if (count <= POINTS_MAX) return
  throw invalid('step', `makes ${count} points; at most ${POINTS_MAX} are told, take a longer one`)
}

function invalid(field: string, msg: string): InvalidRequest {
  return new InvalidRequest([{ loc: ['query', field], msg, type: 'limit' }])
}

/** Nobody reads an answer whose connection is gone. */
export function isThere({ raw }: FastifyReply): () => boolean {
  return () => !raw.destroyed
}

export function unread(outcome: Exclude<HistoryOutcome<unknown>, { kind: 'done' }>): Answer {
  if (outcome.kind === 'too-many-rows') {
    throw invalid('from', `takes in more than ${outcome.rowsMax} readings; ask for a shorter time`)
  }
  if (outcome.kind === 'too-many-floors') {
    throw invalid('floor', `takes in more than ${outcome.floorsMax} floors; ask for one of them`)
  }
  if (outcome.kind === 'gone') return answer(STATUS_GONE, { detail: 'The client has gone' })
  return refusedAnswer(outcome, 'query')
}

/** As nginx has it; nobody sees it. */
const STATUS_GONE = 499
