/**
 * Writes one batch until a quorum holds all of it. Anything less (a full queue, too few shards, an
 * answer that never came) means: wait, and write the same again, which is safe because every write
 * carries its order. Nothing newer overtakes it.
 *
 * Only a key or value that the store will never take is different: waiting cannot help there, so
 * the caller is told which writes these are.
 */
import { type Attempt, untilDone } from '../ports/patience.ts'
import type { Store, StoreWrite, WriteOutcome } from '../store/client.ts'
import type { IngestionOptions, IngestionWorld } from './world.ts'

/** Text of one request, UTF-16 code units. A batch of usual readings needs a tenth of it. */
export const REQUEST_LENGTH_MAX = 4 * 1024 * 1024

export interface RefusedWrite {
  readonly key: string
  readonly field: string
  readonly reason: string
}

/** Resolves once every write is held or was refused as invalid; to the refused ones. */
export function writeUntilHeld(
  world: IngestionWorld,
  options: IngestionOptions,
  writes: readonly StoreWrite[],
  signal: AbortSignal,
): Promise<readonly RefusedWrite[]> {
  let isReady = true
  return untilDone(world, 'ingestion.store-waiting', signal, async () => {
    // After a failure the store may have lost shards: ask before pressing it again.
    const missing = isReady ? undefined : await missingShards(world.store, options.expectedShards)
    if (missing) return { kind: 'again', reason: missing }
    const outcome = judge(writes, await writeAll(world.store, writes))
    isReady = outcome.kind === 'done'
    return outcome
  })
}

/** Waits until the store has the shards that it was said to have. */
export async function untilStoreReady(
  world: IngestionWorld,
  expectedShards: number,
  signal: AbortSignal,
): Promise<void> {
  await untilDone(world, 'ingestion.waiting-for-shards', signal, async () => {
    const missing = await missingShards(world.store, expectedShards)
    return missing ? { kind: 'again', reason: missing } : { kind: 'done', value: undefined }
  })
}

async function missingShards(store: Store, expected: number): Promise<string | undefined> {
  const { reachable, shards } = await store.status()
  if (!reachable) return 'the store cannot be reached'
  return shards < expected ? `the store has ${shards} of ${expected} shards` : undefined
}

async function writeAll(
  store: Store,
  writes: readonly StoreWrite[],
): Promise<readonly WriteOutcome[]> {
  const outcomes: WriteOutcome[] = []
  for (const request of requestsOf(writes)) outcomes.push(...(await store.write(request)))
  return outcomes
}

/** One request, or several where giants stand side by side. */
export function requestsOf(writes: readonly StoreWrite[]): readonly (readonly StoreWrite[])[] {
  const requests: StoreWrite[][] = []
  let room = 0
  for (const write of writes) {
    const length = write.key.length + (write.text?.length ?? 0)
    if (length > room || requests.length === 0) {
      requests.push([])
      room = REQUEST_LENGTH_MAX
    }
    requests.at(-1)?.push(write)
    room -= length
  }
  return requests
}

function judge(
  writes: readonly StoreWrite[],
  outcomes: readonly WriteOutcome[],
): Attempt<readonly RefusedWrite[]> {
  const refused: RefusedWrite[] = []
  for (const [position, write] of writes.entries()) {
    const outcome = outcomes[position]
    if (outcome?.kind === 'done') continue
    if (outcome?.kind !== 'invalid') return { kind: 'again', ...reasonOf(outcome) }
    refused.push({ key: write.key, field: outcome.field, reason: outcome.reason })
  }
  return { kind: 'done', value: refused }
}

function reasonOf(outcome: WriteOutcome | undefined): { reason: string; afterMs?: number } {
  if (outcome?.kind === 'busy') {
    return { reason: 'the store is busy', afterMs: outcome.retryAfterMs }
  }
  if (outcome?.kind === 'unknown') {
    return { reason: `${outcome.had} of ${outcome.needed} replicas answered` }
  }
  if (outcome?.kind === 'failed') return { reason: outcome.reason }
  return { reason: 'the store has no shards' }
}
