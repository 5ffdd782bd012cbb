/**
 * `/livez`, `/readyz` and `/metrics` of the roles that have an HTTP face.
 */
import { z } from 'zod'
import { COME_AGAIN } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { sentenceSchema } from './problems.ts'
import type { RequestTally } from './request-tally.ts'

export interface OpsParts {
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
  /** Undefined when the role can do its work, else a sentence that says what it waits for. */
  readonly readiness: () => string | undefined | Promise<string | undefined>
}

export const statusOkSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Ok' })

export function addOpsRoutes(
  app: HttpApp,
  { metrics, readiness }: OpsParts,
  tally: RequestTally,
): void {
  const tags = ['operations']
  const alive = { tags, summary: 'The process lives.', response: { 200: statusOkSchema } }
  app.get('/livez', { schema: alive }, () => ({ status: 'ok' as const }))
  const ready = {
    tags,
    summary: 'It can do all its work, or what it waits for.',
    response: { 200: statusOkSchema, 503: sentenceSchema },
  }
  app.get('/readyz', { schema: ready }, async (_, reply) => {
    const detail = await readiness()
    return detail === undefined
      ? reply.code(200).send({ status: 'ok' })
      : reply.code(503).headers(COME_AGAIN).send({ detail })
  })
  app.get('/metrics', { schema: { tags, summary: 'Prometheus metrics.' } }, async (_, reply) =>
    reply.type(metrics.contentType).send((await metrics.text()) + tally.text()),
  )
}
