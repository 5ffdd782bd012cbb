/**
 * What a coordinator's answers mean in the store's own words. Nothing of an answer is believed that
 * has not the form it should have: then it is as good as none, and the outcome is the careful one.
 */
import { z } from 'zod'
import type { ReadOutcome, ScanOutcome, StoreStatus, WriteOutcome } from '../store/client.ts'
import type { HttpOutcome } from './http-client.ts'

/** Why a read or a scan has come to nothing. */
type Unread = Exclude<ReadOutcome, { kind: 'found' } | { kind: 'absent' }>

/** Nobody has said how many replicas are needed; one at least. */
const NOBODY = { needed: 1, had: 0 } as const
const RETRY_AFTER_MS = 1_000
const NO_SHARDS = 'Nessun nodo KVS registrato'

const count = z.int().min(0)
const sentence = z.string()
const etag = z.string().nullable()
const numbers = { needed: count, had: count }

const invalid = z
  .object({ status: z.literal(422), field: z.string(), detail: sentence })
  .transform(({ field, detail }) => ({ kind: 'invalid', field, reason: detail }) as const)
const busy = z
  .object({ status: z.literal(429), retry_after_ms: count })
  .transform(({ retry_after_ms }) => ({ kind: 'busy', retryAfterMs: retry_after_ms }) as const)
const noShards = z
  .object({ status: z.literal(503), detail: z.literal(NO_SHARDS) })
  .transform(() => ({ kind: 'no-shards' }) as const)
const unavailable = z
  .object({ status: z.literal(503), ...numbers })
  .transform(({ needed, had }) => ({ kind: 'unavailable', needed, had }) as const)

const writeResult = z.union([
  z
    .object({
      status: z.literal(200),
      replicas_ok: count,
      targets: z.array(z.string()),
      etag: etag.optional(),
    })
    .transform(({ replicas_ok, targets, etag }) => {
      const named = etag === undefined ? {} : { etag }
      return { kind: 'done', replicas: replicas_ok, targets, ...named } as const
    }),
  z
    .object({ status: z.literal(412), etag })
    .transform(({ etag }) => ({ kind: 'mismatch', etag }) as const),
  z
    .object({ status: z.literal(504), ...numbers })
    .transform(({ needed, had }) => ({ kind: 'unknown', needed, had }) as const),
  z
    .object({ status: z.literal(502), reason: sentence })
    .transform(({ reason }) => ({ kind: 'failed', reason }) as const),
  noShards,
  busy,
  invalid,
])

const readResult = z.union([
  z
    .object({
      status: z.literal(200),
      text: z.string(),
      order: z.number(),
      etag: z.string().optional(),
    })
    .transform(({ text, order, etag }) => {
      return { kind: 'found', text, order, ...(etag === undefined ? {} : { etag }) } as const
    }),
  z.object({ status: z.literal(404) }).transform(() => ({ kind: 'absent' }) as const),
  noShards,
  unavailable,
  busy,
  invalid,
])

const resultsSchema = z.object({ results: z.array(z.unknown()) })

/** One outcome for each write; undefined when the answer is not one to a batch of so many. */
export function writeOutcomes(
  answer: HttpOutcome,
  size: number,
): readonly WriteOutcome[] | undefined {
  return resultsOf(answer, size)?.map(
    (result) => writeResult.safeParse(result).data ?? { kind: 'unknown', ...NOBODY },
  )
}

/** One outcome for each key; undefined when the answer is not one to a batch of so many. */
export function readOutcomes(
  answer: HttpOutcome,
  size: number,
): readonly ReadOutcome[] | undefined {
  return resultsOf(answer, size)?.map(
    (result) => readResult.safeParse(result).data ?? { kind: 'unavailable', ...NOBODY },
  )
}

function resultsOf(answer: HttpOutcome, size: number): readonly unknown[] | undefined {
  if (answer.kind !== 'answer' || answer.status !== 200) return undefined
  const results = resultsSchema.safeParse(answer.body).data?.results
  return results?.length === size ? results : undefined
}

/** What a batch of writes has come to that was not answered by outcomes. */
export function writeFailure(answer: HttpOutcome): WriteOutcome {
  if (answer.kind === 'refused') return { kind: 'failed', reason: answer.reason }
  if (answer.kind !== 'answer') return { kind: 'unknown', ...NOBODY }
  const { status, body } = answer
  if (status === 429) return { kind: 'busy', retryAfterMs: RETRY_AFTER_MS }
  if (status < 400 || status > 499) return { kind: 'unknown', ...NOBODY }
  return { kind: 'failed', reason: `The coordinator refused the batch: ${detailOf(body, status)}` }
}

/** What a batch of reads, or a scan, has come to that was not answered as it should be. */
export function readFailure(answer: HttpOutcome): Unread {
  if (answer.kind !== 'answer') return { kind: 'unavailable', ...NOBODY }
  const { status, body } = answer
  if (status === 429) return { kind: 'busy', retryAfterMs: RETRY_AFTER_MS }
  if (status === 422) return invalidOf(body)
  const stated = { ...Object(body), status }
  const known = z.union([noShards, unavailable]).safeParse(stated).data
  return known ?? { kind: 'unavailable', ...NOBODY }
}

const problems = z.object({
  detail: z
    .array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: sentence }))
    .min(1),
})

function invalidOf(body: unknown): Extract<ReadOutcome, { kind: 'invalid' }> {
  const first = problems.safeParse(body).data?.detail[0]
  const reason = first?.msg ?? detailOf(body, 422)
  return { kind: 'invalid', field: String(first?.loc.at(-1) ?? 'request'), reason }
}

function detailOf(body: unknown, status: number): string {
  const { detail } = Object(body)
  return detail === undefined ? `HTTP ${status}` : JSON.stringify(detail)
}

const pageSchema = z.object({
  items: z.array(z.object({ key: z.string(), text: z.string() })),
  next: z.string().nullable(),
})

export function pageOf(answer: HttpOutcome): ScanOutcome | undefined {
  if (answer.kind !== 'answer' || answer.status !== 200) return undefined
  const page = pageSchema.safeParse(answer.body).data
  return page && { kind: 'page', entries: page.items, next: page.next }
}

/** The original's coordinator does not say whether it reaches its shards; then they count so. */
const infoSchema = z.object({ total_nodes: count, reachable: z.boolean().default(true) })

export function statusOf(answer: HttpOutcome): StoreStatus | undefined {
  if (answer.kind !== 'answer' || answer.status !== 200) return undefined
  const info = infoSchema.safeParse(answer.body).data
  return info && { reachable: info.reachable, shards: info.total_nodes }
}
