/**
 * The public face of one shard (contract, "Shard"). `/key/` here touches this one replica only: it
 * is for looking, and outside the promises of the store.
 */
import { z } from 'zod'
import type { Trace } from '../ports/trace.ts'
import { VALUE_BYTES_MAX } from '../store/client.ts'
import { type Answer, answer, foundAnswer, invalidAnswer } from './answer.ts'
import { createHttpApp, type HttpApp } from './http-app.ts'
import { CONDITION_HEADERS, type KeyConditions } from './key-conditions.ts'
import { addKeyRoutes, type KeyDoor } from './key-routes.ts'
import { addOpsRoutes, type OpsParts, statusOkSchema } from './ops-routes.ts'
import { foundSchema } from './outcome-schemas.ts'
import { sentenceSchema } from './problems.ts'
import { RequestTally } from './request-tally.ts'

interface InvalidKey {
  readonly kind: 'invalid'
  readonly field: string
  readonly reason: string
}

/** One replica, as its routes see it. */
export interface ReplicaDoor {
  get(
    key: string,
  ): { readonly kind: 'found'; readonly text: string } | { readonly kind: 'absent' } | InvalidKey
  /** `text` null deletes; `refused`: certainly not done. */
  write(
    key: string,
    text: string | null,
    ttlSeconds?: number,
  ): Promise<
    { readonly kind: 'done' } | { readonly kind: 'refused'; readonly reason: string } | InvalidKey
  >
  stats(): {
    readonly dbPath: string
    readonly keys: number
    readonly cacheItems: number
    /** 0 = there is no cache. */
    readonly maxCacheItems: number
  }
  /** Why the database cannot be read, if so. */
  problem(): string | undefined
}

const statsSchema = z.object({
  db_path: z.string(),
  keys_in_db: z.int(),
  cache_enabled: z.boolean(),
  cache_items: z.int(),
  max_cache_items: z.int(),
})

/** Everything but `/internal/ops`, which stands beside it on the same server. */
export function createShardApp(
  door: ReplicaDoor,
  parts: OpsParts & { readonly trace: Trace },
): Promise<HttpApp> {
  const tally = new RequestTally()
  const options = { title: 'EnergyGuard shard', trace: parts.trace, tally }
  return createHttpApp(options, (app) => {
    const written = { 200: statusOkSchema, 503: sentenceSchema }
    const answers = {
      put: written,
      get: { 200: foundSchema, 404: sentenceSchema },
      delete: written,
    }
    addKeyRoutes(app, keyDoor(door), answers, VALUE_BYTES_MAX)
    addStateRoutes(app, door)
    addOpsRoutes(app, parts, tally)
  })
}

/** One replica alone cannot know whether a condition holds. */
function conditionRefused(conditions: KeyConditions): Answer | undefined {
  const [name] = Object.keys(conditions) as (keyof KeyConditions)[]
  if (name === undefined) return undefined
  const msg = 'conditions are for coordinators: one replica cannot know what the others hold'
  return invalidAnswer([{ loc: ['header', CONDITION_HEADERS[name]], msg, type: 'condition' }])
}

function keyDoor(door: ReplicaDoor): KeyDoor {
  return {
    put: async (key, { valueText, ttlSeconds }, conditions) =>
      conditionRefused(conditions) ?? writeAnswer(await door.write(key, valueText, ttlSeconds)),
    delete: async (key, conditions) =>
      conditionRefused(conditions) ?? writeAnswer(await door.write(key, null)),
    async get(key) {
      const outcome = door.get(key)
      if (outcome.kind === 'invalid') return refusal(outcome)
      return outcome.kind === 'found' ? foundAnswer(outcome.text) : NOT_FOUND
    },
  }
}

const NOT_FOUND = answer(404, { detail: 'Not found' })

function writeAnswer(outcome: Awaited<ReturnType<ReplicaDoor['write']>>): Answer {
  if (outcome.kind === 'invalid') return refusal(outcome)
  return outcome.kind === 'done'
    ? answer(200, { status: 'ok' })
    : answer(503, { detail: outcome.reason })
}

function refusal({ field, reason }: InvalidKey): Answer {
  const loc = [field === 'key' ? 'path' : 'body', field]
  return invalidAnswer([{ loc, msg: reason, type: 'limit' }])
}

function addStateRoutes(app: HttpApp, door: ReplicaDoor): void {
  const tags = ['state']
  const stats = { tags, summary: 'What this replica holds.', response: { 200: statsSchema } }
  app.get('/stats', { schema: stats }, () => {
    const { dbPath, keys, cacheItems, maxCacheItems } = door.stats()
    return {
      db_path: dbPath,
      keys_in_db: keys,
      cache_enabled: maxCacheItems > 0,
      cache_items: cacheItems,
      max_cache_items: maxCacheItems,
    }
  })
  const health = {
    tags,
    summary: 'Whether the database can be read.',
    response: { 200: statusOkSchema, 500: sentenceSchema },
  }
  app.get('/health', { schema: health }, async (_, reply) => {
    const detail = door.problem()
    return detail === undefined
      ? reply.code(200).send({ status: 'ok' })
      : reply.code(500).send({ detail })
  })
}
