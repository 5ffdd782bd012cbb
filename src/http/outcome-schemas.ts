/**
 * The store's outcomes as the documentation describes them; `outcomes.ts` makes the answers.
 */
import { z } from 'zod'
import { sentenceSchema } from './problems.ts'

export const writtenSchema = z
  .object({ status: z.literal('ok'), replicas_ok: z.int(), targets: z.array(z.string()) })
  .describe('A quorum holds it on its disks. Conditional keys: ETag names what stands there now.')
  .meta({ id: 'Written' })
export const foundSchema = z
  .object({ value: z.record(z.string(), z.unknown()) })
  .describe('The document. Conditional keys: ETag names this content of it.')
  .meta({ id: 'Found' })
export const unavailableSchema = z
  .object({ detail: z.string(), needed: z.int().optional(), had: z.int().optional() })
  .describe('No shard is registered, or too few answered. Retry-After says when to ask again.')
  .meta({ id: 'Unavailable' })
const unknownSchema = z
  .object({ detail: z.string(), outcome: z.literal('unknown') })
  .describe('Perhaps on some replicas, not on a quorum. Sending the same again is safe.')
  .meta({ id: 'OutcomeUnknown' })

const refusals = {
  413: sentenceSchema,
  429: sentenceSchema.describe('A queue is full; nothing was tried. See Retry-After.'),
  503: unavailableSchema,
}

export const readAnswers = {
  ...refusals,
  200: foundSchema,
  404: sentenceSchema.describe('A quorum says so.'),
}

/** All answers of a route that writes to the store, and `done` when it has. */
export function writeAnswers<S extends z.ZodType>(done: S) {
  return {
    ...refusals,
    200: done,
    412: sentenceSchema.describe(
      'Conditional keys: the condition does not hold. ETag is that of what stands there, if any.',
    ),
    502: sentenceSchema.describe('Certainly on no replica.'),
    504: unknownSchema,
  }
}
