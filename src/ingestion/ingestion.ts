/**
 * Carries readings from the log into the store: batch by batch, each checked, written in one
 * request, and committed only when a quorum holds every key of it. What cannot be read goes to the
 * dead-letter topic before the commit and never holds up the readings behind it.
 *
 * Killed at any point, it is given the same batch again, and doing it again changes nothing (see
 * batch-plan.ts). While the store is away, the readings wait in the log.
 */
import type { GroupEvent, LogBatch } from '../ports/log.ts'
import { untilDone, whenReachable } from '../ports/patience.ts'
import type { Service } from '../ports/service.ts'
import {
  type AcceptedRecord,
  BATCH_RECORDS_MAX,
  checkBatch,
  floorsOf,
  planWrites,
  type RejectedRecord,
} from './batch-plan.ts'
import { sendDeadLetters } from './dead-letter-sender.ts'
import { type RefusedWrite, untilStoreReady, writeUntilHeld } from './held-writes.ts'
import { createIndexCache, type IndexCache } from './index-cache.ts'
import { reportLag } from './lag-report.ts'
import type { IngestionOptions, IngestionWorld } from './world.ts'

/** One member of the group. Rejects only when going on would be wrong. */
export function createIngestion(world: IngestionWorld, options: IngestionOptions): Service {
  return {
    async run(signal) {
      const stop = new AbortController()
      // Never rejects, and is not waited for: a log that is away must not hold up the end.
      void reportLag(world, options, AbortSignal.any([signal, stop.signal]))
      try {
        await carry(world, options, signal)
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error
      } finally {
        stop.abort()
      }
    },
  }
}

async function carry(world: IngestionWorld, options: IngestionOptions, signal: AbortSignal) {
  await untilStoreReady(world, options.expectedShards, signal)
  const cache = createIndexCache(world)
  const limits = { batchRecordsMax: BATCH_RECORDS_MAX }
  for await (const event of world.log.consume(options.topic, options.group, signal, limits)) {
    await handle(world, options, cache, event, signal)
  }
}

async function handle(
  world: IngestionWorld,
  options: IngestionOptions,
  cache: IndexCache,
  event: GroupEvent,
  signal: AbortSignal,
): Promise<void> {
  if (event.kind === 'batch') return takeBatch(world, options, cache, event.batch, signal)
  cache.forget()
  world.trace.note('info', { kind: `ingestion.${event.kind}`, partition: event.partition })
}

async function takeBatch(
  world: IngestionWorld,
  options: IngestionOptions,
  cache: IndexCache,
  batch: LogBatch,
  signal: AbortSignal,
): Promise<void> {
  const startMs = world.clock.monotonicMs()
  const { accepted, rejected } = checkBatch(batch.records, world.clock.wallMs())
  const { held, refused } = await store(world, options, cache, accepted, signal)
  const deadLetters = [...rejected, ...refused]
  if (deadLetters.length > 0) await sendDeadLetters(world, options, deadLetters, signal)
  const outcome = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => batch.commit()),
  )
  if (outcome === 'fenced') cache.forget()
  noteBatch(world, batch, { held, deadLetters, outcome, startMs })
}

/** Writes the readings; those that the store will never take come back as refused. */
async function store(
  world: IngestionWorld,
  options: IngestionOptions,
  cache: IndexCache,
  accepted: readonly AcceptedRecord[],
  signal: AbortSignal,
): Promise<{ held: readonly AcceptedRecord[]; refused: readonly RejectedRecord[] }> {
  // Read once: what a refused reading may have left in the store's index must not come back.
  const known = await cache.load(floorsOf(accepted), signal)
  const refused: RejectedRecord[] = []
  let held = accepted
  while (held.length > 0) {
    const plan = planWrites(held, known, options.indexSize)
    const refusals = await writeUntilHeld(world, options, plan.writes, signal)
    if (refusals.length === 0) {
      cache.remember(plan.indexes)
      break
    }
    const parted = withoutRefused(held, refusals)
    refused.push(...parted.refused)
    held = parted.kept
  }
  return { held, refused }
}

function withoutRefused(
  accepted: readonly AcceptedRecord[],
  refusals: readonly RefusedWrite[],
): { kept: AcceptedRecord[]; refused: RejectedRecord[] } {
  const byKey = new Map(refusals.map((one) => [one.key, one]))
  const kept = accepted.filter((one) => !byKey.has(one.key))
  if (kept.length === accepted.length) {
    const { key, field, reason } = refusals[0] ?? { key: '', field: '', reason: '' }
    throw new Error(`The store refuses ${key}: ${field} ${reason}. Is --index-size too large?`)
  }
  const refused = accepted.flatMap(({ key, record }) => {
    const refusal = byKey.get(key)
    return refusal ? [{ record, field: refusal.field, reason: refusal.reason }] : []
  })
  return { kept, refused }
}

interface BatchResult {
  readonly held: readonly AcceptedRecord[]
  readonly deadLetters: readonly RejectedRecord[]
  readonly outcome: 'committed' | 'fenced'
  readonly startMs: number
}

function noteBatch({ clock, trace }: IngestionWorld, batch: LogBatch, result: BatchResult): void {
  const { held, deadLetters, outcome, startMs } = result
  const newest = batch.records.at(-1)
  trace.note(outcome === 'fenced' ? 'warn' : 'debug', {
    kind: outcome === 'fenced' ? 'ingestion.batch-fenced' : 'ingestion.batch-stored',
    partition: batch.partition,
    readings: held.length,
    deadLetters: deadLetters.length,
    tookMs: Math.round(clock.monotonicMs() - startMs),
    delayMs: Math.max(0, Math.round(clock.wallMs() - (newest?.appendedMs ?? 0))),
  })
  const first = deadLetters[0]
  if (!first) return
  trace.note('warn', {
    kind: 'ingestion.dead-letters',
    count: deadLetters.length,
    partition: first.record.partition,
    offset: first.record.offset,
    field: first.field,
    reason: first.reason,
  })
}
