/**
 * `POST /batch` and `GET /scan`, beside the contract. Neither is atomic: each key has an outcome of
 * its own. Operations of one kind that follow one another travel to the store together; a run
 * begins when the one before it has ended, so effects come in the order that was asked for.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  BATCH_BODY_BYTES_MAX,
  BATCH_KEYS_MAX,
  SCAN_LIMIT_MAX,
  type ScanQuery,
  type Store,
} from '../store/client.ts'
import { type Answer, sendAnswer } from './answer.ts'
import { type BatchOperation, parseBatch } from './batch-body.ts'
import { type HttpApp, readBodies } from './http-app.ts'
import { REQUEST_ID_LENGTH_MAX } from './key-conditions.ts'
import { unavailableSchema } from './outcome-schemas.ts'
import { invalidResult, readResult, refusedAnswer, writeResult } from './outcomes.ts'
import { invalidSchema, sentenceSchema } from './problems.ts'
import { withinBytes } from './scan-page.ts'

const keyField = z.string()
const orderField = z
  .number()
  .min(0)
  .optional()
  .describe('Event time in ms: among writes of a key the larger one wins. Absent: wall time.')
const conditionFields = {
  if_match: z.string().optional().describe('Conditional keys: the etag that was read, or *.'),
  if_none_match: z.literal('*').optional().describe('Conditional keys: nothing stands there.'),
  idempotency_key: z.string().max(REQUEST_ID_LENGTH_MAX).optional(),
}
const document = z.record(z.string(), z.unknown())
const operationSchema = z.union([
  z.object({
    op: z.literal('put'),
    key: keyField,
    value: document.optional(),
    text: z.string().optional().describe('The document as text, in place of `value`.'),
    ...conditionFields,
    order: orderField,
    ttl: z.int().min(1).nullish(),
  }),
  z.object({ op: z.literal('get'), key: keyField, as: z.literal('text').optional() }),
  z.object({ op: z.literal('delete'), key: keyField, order: orderField, ...conditionFields }),
])
const batchSchema = z.object({ operations: z.array(operationSchema).max(BATCH_KEYS_MAX) })
const resultsSchema = z.object({
  results: z.array(z.looseObject({ status: z.int() })).describe('In the order of the operations.'),
})
const scanSchema = z.object({
  prefix: z.string().optional(),
  from: z.string().optional().describe('Inclusive.'),
  to: z.string().optional().describe('Exclusive.'),
  limit: z.coerce.number().default(100).describe(`1 to ${SCAN_LIMIT_MAX}.`),
  reverse: z.enum(['true', 'false', '1', '0']).default('false'),
  as: z.enum(['value', 'text']).default('value'),
})
const pageSchema = z.object({
  items: z.array(
    z.object({ key: z.string(), value: document.optional(), text: z.string().optional() }),
  ),
  next: z
    .string()
    .nullable()
    .describe('The next `from` (`to` when reversed); null = this was the last page.'),
})

export function addBatchRoutes(app: HttpApp, store: Pick<Store, 'read' | 'write' | 'scan'>): void {
  app.register(async (part: FastifyInstance) => addBatch(part, store))
  const schema = {
    tags: ['keys'],
    summary: 'The keys of a range, in the order of their UTF-8 bytes. Not a snapshot.',
    querystring: scanSchema,
    response: { 200: pageSchema, 422: invalidSchema, 503: unavailableSchema },
  }
  app.get('/scan', { schema }, async ({ query }, reply) =>
    sendAnswer(reply, await scan(store, query)),
  )
}

function addBatch(part: FastifyInstance, store: Pick<Store, 'read' | 'write'>): void {
  readBodies(part, (text) => text)
  const options = {
    bodyLimit: BATCH_BODY_BYTES_MAX,
    validatorCompiler: () => (data: unknown) => ({ value: data }),
    schema: {
      tags: ['keys'],
      summary: 'Many writes and reads in one request; each has its own outcome, none is undone.',
      body: batchSchema,
      response: { 200: resultsSchema, 413: sentenceSchema, 422: invalidSchema },
    },
  }
  part.post('/batch', options, async ({ body }, reply) => {
    const operations = parseBatch(typeof body === 'string' ? body : undefined)
    const results = await runBatch(store, operations)
    return sendAnswer(reply, { status: 200, text: `{"results":[${results.join(',')}]}` })
  })
}

/** JSON texts of the results, in the order of the operations. */
export async function runBatch(
  store: Pick<Store, 'read' | 'write'>,
  operations: readonly BatchOperation[],
): Promise<readonly string[]> {
  const results: string[] = []
  for (const run of runsOf(operations)) results.push(...(await runTogether(store, run)))
  return results
}

/** Neighbours that may travel together, in order. */
function runsOf(operations: readonly BatchOperation[]): readonly (readonly BatchOperation[])[] {
  const runs: BatchOperation[][] = []
  let lane: string | undefined
  for (const operation of operations) {
    const needed = laneOf(operation)
    if (needed !== lane) runs.push([])
    lane = needed
    runs.at(-1)?.push(operation)
  }
  return runs
}

function laneOf({ kind }: BatchOperation): string {
  return kind === 'put' || kind === 'delete' ? 'write' : kind
}

async function runTogether(
  store: Pick<Store, 'read' | 'write'>,
  run: readonly BatchOperation[],
): Promise<readonly string[]> {
  const writes = run.flatMap((one) => ('write' in one ? [one] : []))
  if (writes.length > 0) {
    const outcomes = await store.write(writes.map(({ write }) => write))
    return outcomes.map((outcome, index) => writeResult(outcome, writes[index]?.kind ?? 'put'))
  }
  const reads = run.flatMap((one) => (one.kind === 'get' ? [one] : []))
  if (reads.length > 0) {
    const outcomes = await store.read(reads.map(({ key }) => key))
    return outcomes.map((outcome, index) => readResult(outcome, reads[index]?.isText ?? false))
  }
  return run.flatMap((one) => (one.kind === 'invalid' ? [invalidResult(one)] : []))
}

async function scan(
  store: Pick<Store, 'scan'>,
  { prefix, from, to, limit, reverse, as }: z.output<typeof scanSchema>,
): Promise<Answer> {
  const query: ScanQuery = {
    limit,
    reverse: reverse === 'true' || reverse === '1',
    ...(prefix === undefined ? {} : { prefix }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  const outcome = await store.scan(query)
  if (outcome.kind !== 'page') return refusedAnswer(outcome, 'query')
  const page = withinBytes(outcome, query.reverse ?? false)
  const items = page.entries.map(({ key, text }) =>
    as === 'text'
      ? JSON.stringify({ key, text })
      : `{"key":${JSON.stringify(key)},"value":${text}}`,
  )
  const next = JSON.stringify(page.next)
  return { status: 200, text: `{"items":[${items.join(',')}],"next":${next}}` }
}
