/**
 * `POST /sharding/export` and `/sharding/import`, beside the contract: all keys, page by page, as
 * rows with their versions, and back into this store or another one. Both stand under `/sharding/`,
 * since they are for whoever runs the store, and take what changes of the ring take to be admitted.
 */
import { z } from 'zod'
import {
  BACKUP_ROWS_MAX,
  type Backup,
  type BackupRow,
  type ExportOutcome,
  type ImportOutcome,
} from '../store/backup.ts'
import { BATCH_BODY_BYTES_MAX } from '../store/client.ts'
import { type Answer, sendAnswer } from './answer.ts'
import type { HttpApp } from './http-app.ts'
import { unavailableSchema } from './outcome-schemas.ts'
import { refusedAnswer, writeResult } from './outcomes.ts'
import { invalidSchema, sentenceSchema } from './problems.ts'

/** Names of writers and etags are far shorter. */
const NAME_LENGTH_MAX = 100

const text = z.string().refine(isJson, 'must be JSON text').describe('The document as JSON text.')
const name = z.string().max(NAME_LENGTH_MAX)
const rowSchema = z
  .discriminatedUnion('lane', [
    z.object({
      lane: z.literal('plain'),
      key: z.string(),
      text: text.nullable().describe('Null: it was deleted.'),
      order: z.number().min(0),
      time: z
        .int()
        .min(0)
        .describe('Hybrid time: 1/4096 ms since 2020-01-01, with a counter below the millisecond.'),
      writer: name,
      expires_ms: z.number().nullable(),
    }),
    z.object({
      lane: z.literal('conditional'),
      key: z.string(),
      text,
      etag: name.min(1),
      revision: z.int().min(0),
    }),
  ])
  .meta({ id: 'BackupRow' })
const querySchema = z.object({
  from: z.string().default('').describe('Inclusive; `next` of the page before.'),
  limit: z.int().min(1).max(BACKUP_ROWS_MAX).default(BACKUP_ROWS_MAX),
})
const pageSchema = z.object({
  cluster: z.string(),
  rows: z.array(rowSchema),
  next: z.string().nullable().describe('The next `from`; null = this was the last page.'),
})
const bodySchema = z.object({ rows: z.array(rowSchema).max(BACKUP_ROWS_MAX) })
const resultsSchema = z.object({
  results: z
    .array(z.looseObject({ status: z.int() }))
    .describe('In the order of the rows; `kept`: a document that was changed later stays.'),
})
const refusals = { 413: sentenceSchema, 422: invalidSchema, 429: sentenceSchema }

export function addBackupRoutes(app: HttpApp, backup: Backup): void {
  const tags = ['keys']
  const exporting = {
    tags,
    summary: 'All keys with their versions, deleted ones too, a page at a time.',
    body: querySchema,
    response: { 200: pageSchema, ...refusals, 503: unavailableSchema },
  }
  app.post('/sharding/export', { schema: exporting }, async ({ body }, reply) =>
    sendAnswer(reply, pageAnswer(await backup.exportPage(body))),
  )
  const importing = {
    tags,
    summary: 'Takes in rows of an export; nothing that is newer is changed. Not atomic.',
    body: bodySchema,
    response: { 200: resultsSchema, ...refusals },
  }
  const options = { schema: importing, bodyLimit: BATCH_BODY_BYTES_MAX }
  app.post('/sharding/import', options, async ({ body }, reply) => {
    const outcomes = await backup.importRows(body.rows.map(rowOf))
    const results = outcomes.map(resultOf)
    return sendAnswer(reply, { status: 200, text: `{"results":[${results.join(',')}]}` })
  })
}

function pageAnswer(outcome: ExportOutcome): Answer {
  if (outcome.kind !== 'page') return refusedAnswer(outcome, 'body')
  const { cluster, next } = outcome
  const rows = outcome.rows.map(fieldsOf)
  return { status: 200, text: JSON.stringify({ cluster, rows, next }) }
}

function fieldsOf(row: BackupRow): z.output<typeof rowSchema> {
  if (row.lane === 'conditional') return row
  const { expiresMs, ...others } = row
  return { ...others, expires_ms: expiresMs }
}

function rowOf(row: z.output<typeof rowSchema>): BackupRow {
  if (row.lane === 'conditional') return row
  const { expires_ms, ...others } = row
  return { ...others, expiresMs: expires_ms }
}

function resultOf(outcome: ImportOutcome): string {
  if (outcome.kind === 'kept') return JSON.stringify({ status: 200, kept: true })
  return writeResult(outcome, 'put')
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
