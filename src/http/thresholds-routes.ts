/**
 * `/admin/thresholds`: the limits that a facility manager sets. Everybody may read them, since
 * every detector does; changing them takes the admin's token.
 */
import { z } from 'zod'
import type { ThresholdsBook } from '../live/thresholds-book.ts'
import { thresholdsSchema } from '../model/thresholds.ts'
import { adminRefusals, admitAdmin } from './admin-token.ts'
import { answer, COME_AGAIN, sendAnswer } from './answer.ts'
import { type HttpApp, LAST_KNOWN_HEADER } from './http-app.ts'
import { writeAnswers } from './outcome-schemas.ts'
import { writeAnswer } from './outcomes.ts'
import { invalidSchema, sentenceSchema } from './problems.ts'

/** In place of the whole document, one set would change nothing and reset everything. */
const misplaced = z
  .never('a limit stands under "default", or under "per_floor" and its floor')
  .optional()
const bodySchema = thresholdsSchema.extend({
  delta_kwh_max: misplaced,
  kw_max: misplaced,
  corrente_max: misplaced,
  tensione_max: misplaced,
})
const savedSchema = z.object({ status: z.literal('ok'), thresholds: thresholdsSchema })

const NOBODY_KNOWS = 'The store cannot be asked, and no thresholds were known before.'
const tags = ['thresholds']

export function addThresholdsRoutes(
  app: HttpApp,
  book: Pick<ThresholdsBook, 'current' | 'replace'>,
  adminToken: string,
): void {
  const read = {
    tags,
    summary: `The thresholds in force; with ${LAST_KNOWN_HEADER} when the store cannot be asked.`,
    response: { 200: thresholdsSchema, 503: sentenceSchema },
  }
  app.get('/admin/thresholds', { schema: read }, async (_, reply) => {
    const known = await book.current()
    if (!known) return reply.code(503).headers(COME_AGAIN).send({ detail: NOBODY_KNOWS })
    if (known.isLastKnown) reply.header(LAST_KNOWN_HEADER, 'true')
    return reply.code(200).send(known.thresholds)
  })
  const change = {
    tags,
    summary: 'Replaces them all; a field left out of a set takes its default.',
    security: [{ bearer: [] }],
    body: bodySchema,
    response: {
      ...writeAnswers(savedSchema),
      ...adminRefusals,
      422: invalidSchema,
    },
  }
  const onRequest = admitAdmin(adminToken)
  app.put('/admin/thresholds', { onRequest, schema: change }, async ({ body }, reply) => {
    const outcome = await book.replace(body)
    return sendAnswer(
      reply,
      outcome.kind === 'done'
        ? answer(200, { status: 'ok', thresholds: body })
        : writeAnswer(outcome, 'put'),
    )
  })
}
