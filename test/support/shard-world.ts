/**
 * One real shard in memory, for tests that send it messages by hand: its disk outlives it, its
 * clock and the end of a turn are the test's.
 */
import { MemoryDisk, openMemoryEngine } from '../../src/adapters/memory-engine.ts'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import type { KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import { timeOf } from '../../src/store/hybrid-clock.ts'
import type { PartitionEntry, RingDocument } from '../../src/store/ring/document.ts'
import { partitionOf } from '../../src/store/ring/hash.ts'
import { foundRing } from '../../src/store/ring/membership.ts'
import { createShard, type Shard } from '../../src/store/shard/shard.ts'
import type { ShardOptions } from '../../src/store/shard/shard-options.ts'
import type {
  OperationResult,
  ReplyOf,
  ShardOperation,
  ShardReply,
  ShardRequest,
  WireRow,
  WireVersion,
} from '../../src/store/wire.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { type RecordingTrace, recordingTrace } from './traces.ts'

export const PARTITIONS = 16
/** The name of every ring that is made here. */
export const CLUSTER = 'ours'

export interface ShardUnderTest extends Shard {
  readonly disk: MemoryDisk
  readonly engine: KeyValueEngine
  readonly clock: ManualClock
  readonly trace: RecordingTrace
  ask<R extends ShardRequest>(request: R): Promise<FullReply<R['kind']>>
  /** Whatever it answers, also to what is no request. */
  tell(body: unknown): Promise<ShardReply>
  /** Ends the turn: what waits is committed. */
  endTurn(): void
}

/** Of requests that are not `terse`. */
type FullReply<K extends ShardRequest['kind']> = K extends 'ops'
  ? { readonly kind: K; readonly results: readonly OperationResult[] }
  : ReplyOf<K>

export interface ShardSetup extends Partial<ShardOptions> {
  readonly disk?: MemoryDisk
  readonly clock?: ManualClock
  readonly seed?: number
  /** Put between the shard and the memory. */
  readonly wrap?: (engine: KeyValueEngine) => KeyValueEngine
}

export function openShard(setup: ShardSetup = {}): ShardUnderTest {
  const { disk = new MemoryDisk(), clock = manualClock(), seed = 1, wrap, ...options } = setup
  const memory = openMemoryEngine(disk)
  const engine = wrap ? wrap(memory) : memory
  const trace = recordingTrace()
  const waiting: (() => void)[] = []
  const world = { clock, random: seededRandom(seed), trace, engine }
  const shard = createShard(world, {
    dbPath: 'memory',
    afterTurn: (run) => void waiting.push(run),
    ...options,
  })
  const tell = (body: unknown) => shard.endpoint(body) as Promise<ShardReply>
  return {
    ...shard,
    ...{ disk, engine, clock, trace, tell },
    ask: async <R extends ShardRequest>(request: R) => {
      const reply = await tell(request)
      if (reply.kind !== request.kind) throw new Error(JSON.stringify(reply))
      return reply as FullReply<R['kind']>
    },
    endTurn() {
      for (const run of waiting.splice(0)) run()
    },
  }
}

/** The same, alone in a ring. */
export async function openShardInRing(setup: ShardSetup = {}): Promise<ShardUnderTest> {
  const shard = openShard(setup)
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id]) })
  return shard
}

export function ringOf(ids: readonly string[], factor = ids.length): RingDocument {
  const shards = ids.map((id) => ({ id, address: `local:${id}` }))
  return { ...foundRing(shards, { kind: 'factor', factor }, PARTITIONS), cluster: CLUSTER }
}

/** The next ring of a shard, with these partitions changed. */
export function ringAfter(
  { id }: { readonly id: string },
  changes: Readonly<Record<number, Partial<PartitionEntry>>>,
  ring: RingDocument = ringOf([id]),
): RingDocument {
  const table = ring.table.map((entry, partition) => ({ ...entry, ...changes[partition] }))
  return { ...ring, version: ring.version + 1, table }
}

/** A row that was written at `wallMs`; small numbers will do where only their order counts. */
export function wireRow(k: string, wallMs: number, change: Partial<WireRow> = {}): WireRow {
  return {
    k,
    v: `"${k}"`,
    o: wallMs,
    t: Math.max(timeOf(wallMs), wallMs),
    n: 'writer',
    e: null,
    ...change,
  }
}

export function apply(row: WireRow, e = 1) {
  return { op: 'apply', p: partitionOf(row.k, PARTITIONS), e, row } as const
}

export function get(k: string, e = 1) {
  return { op: 'get', p: partitionOf(k, PARTITIONS), e, k } as const
}

/** A read that wants the version alone. */
export function bare(k: string, e = 1) {
  return { ...get(k, e), bare: true } as const
}

export function promise(k: string, ballot: WireVersion, e = 1) {
  return { op: 'promise', p: partitionOf(k, PARTITIONS), e, k, ballot } as const
}

export function hint(k: string, missedBy: readonly string[], e = 1) {
  return { op: 'hint', p: partitionOf(k, PARTITIONS), e, k, missedBy } as const
}

/** The results of a body; the turn ends before they are waited for. */
export async function resultsOf(shard: ShardUnderTest, ...ops: readonly ShardOperation[]) {
  const asked = shard.ask(operations(...ops))
  shard.endTurn()
  return (await asked).results
}

export function operations(...ops: Extract<ShardRequest, { kind: 'ops' }>['ops']) {
  return { kind: 'ops', cluster: CLUSTER, budgetMs: 1_000, ops } as const
}

/** The results of a body, in words; the turn ends before they are waited for. */
export async function wordsOf(shard: ShardUnderTest, ...ops: readonly ShardOperation[]) {
  return (await resultsOf(shard, ...ops)).map(wordOf)
}

/** What an operation came to, in a word or a text. */
export function wordOf(result: OperationResult | undefined): string | null | undefined {
  if (result?.r === 'refused') return result.why
  return result?.r === 'row' ? (result.row?.v ?? null) : result?.r
}
