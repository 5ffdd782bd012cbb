/**
 * A store that is cared for: real shards in memory, coordinators that lose no time, and a look at
 * what is on the disks. `beAlike` is how stories end: all who hold a partition hold the same, and
 * what was acknowledged is there.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isConditionalKey } from '../../src/model/keys.ts'
import { must } from '../../src/model/must.ts'
import type { CareLimits } from '../../src/store/coordinator/care/care-world.ts'
import type { Coordinator, CoordinatorOptions } from '../../src/store/coordinator/coordinator.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import { partitionOf } from '../../src/store/ring/hash.ts'
import type { ShardOptions } from '../../src/store/shard/shard-options.ts'
import type { WireRow } from '../../src/store/wire.ts'
import { eventually } from './eventually.ts'
import type { TestShard } from './fake-shards.ts'
import { ready, type StartedCoordinator, type StoreCluster, storeCluster } from './store-cluster.ts'

export const FAST_CARE: Partial<CareLimits> = {
  beatMs: 40,
  // Longer than a busy machine keeps anybody from its turn.
  takeOverMs: 1_000,
  idleMs: 5,
  // One turn; tests that are about comparing everything ask for more.
  roundMs: 3_600_000,
}

export interface CaredCluster extends StoreCluster {
  readonly one: StartedCoordinator
  /** One more of the same kind. */
  another(care?: Partial<CareLimits>): StartedCoordinator
}

/** Founded by so many shards, and one coordinator cares for them. */
export async function caredCluster(
  t: TestContext,
  shardCount = 3,
  options: CoordinatorOptions = {},
  shardOptions: Partial<ShardOptions> = {},
): Promise<CaredCluster> {
  const cluster = storeCluster(t, shardCount, shardOptions)
  const start = (care: Partial<CareLimits> = {}) =>
    cluster.startCoordinator({ ...options, care: { ...FAST_CARE, ...options.care, ...care } })
  const one = start()
  await ready(one, shardCount)
  await eventually('somebody cares', () => one.care())
  return { ...cluster, one, another: start }
}

/** Nothing is to move any more. */
export function settled(coordinator: Coordinator): Promise<unknown> {
  return eventually('all partitions are where they shall be', () => {
    const { rebalance, version } = coordinator.ring.info()
    return version > 0 && rebalance === null
  })
}

/** The ring that most shards hold. */
export function ringOf(shards: readonly TestShard[]): RingDocument {
  const rings = shards.flatMap(({ ring }) => (ring ? [ring] : []))
  return must(rings.sort((a, b) => b.version - a.version)[0])
}

/** By key what each replica of its partition holds, in the order of the placement. */
export function replicasByKey(
  shards: readonly TestShard[],
): ReadonlyMap<string, readonly (WireRow | null)[]> {
  const ring = ringOf(shards)
  const rowsOf = new Map(shards.map(({ id, rows }) => [id, rows]))
  const keys = new Set([...rowsOf.values()].flatMap((rows) => [...rows.keys()]))
  const replicas = (key: string) => {
    const entry = must(ring.table[partitionOf(key, ring.table.length)])
    return entry.replicas.map((shard) => {
      const rows = rowsOf.get(must(ring.shards[shard]).id)
      return rows?.get(key) ?? null
    })
  }
  return new Map([...keys].map((key) => [key, replicas(key)]))
}

/** All replicas hold the same of every plain key. */
export function areAlike(shards: readonly TestShard[]): boolean {
  return [...replicasByKey(shards)].every(([key, rows]) => {
    const texts = new Set(rows.map((row) => JSON.stringify(row)))
    return texts.size <= 1 || isConditionalKey(key)
  })
}

/** Waits until replicas are alike. */
export async function beAlike(shards: readonly TestShard[]): Promise<void> {
  await eventually('all replicas hold the same', () => areAlike(shards))
}

export interface Writer {
  /** What was acknowledged last, by key; null = deleted. */
  readonly told: ReadonlyMap<string, string | null>
  /** Ends it once what is under way was answered. */
  stop(): Promise<void>
}

/** Writes, overwrites and deletes keys for as long as it is not stopped, by all of these. */
export function keepWriting(
  t: TestContext,
  coordinators: readonly Coordinator[],
  keys: readonly string[],
): Writer {
  const told = new Map<string, string | null>()
  let isStopped = false
  const write = async (worker: number) => {
    for (let round = 0; !isStopped; round += 1) {
      const coordinator = must(coordinators[(round + worker) % coordinators.length])
      const mine = keys.filter((_, index) => index % WORKERS === worker)
      const writes = mine.map((key, index) => {
        const text = (round + index) % 5 === 4 ? null : JSON.stringify(`${key} ${round}`)
        return { key, text }
      })
      const outcomes = await coordinator.store.write(writes)
      for (const [index, outcome] of outcomes.entries()) {
        const { key, text } = must(writes[index])
        if (outcome.kind === 'done') told.set(key, text)
        else if (outcome.kind === 'unknown') told.delete(key)
      }
      await sleep(PAUSE_MS)
    }
  }
  const running = Promise.all(Array.from({ length: WORKERS }, (_, worker) => write(worker)))
  const stop = async () => {
    isStopped = true
    await running
  }
  t.after(stop)
  return { told, stop }
}

const WORKERS = 4
/** So that the machine has time for whoever is to be disturbed. */
const PAUSE_MS = 2

/** Everything that was acknowledged is what is read, through any of the coordinators. */
export async function checkTold(
  coordinators: readonly Coordinator[],
  told: ReadonlyMap<string, string | null>,
): Promise<void> {
  const keys = [...told.keys()]
  assert.ok(keys.length > 0, 'something was written')
  for (const { store } of coordinators) {
    const outcomes = await store.read(keys)
    for (const [index, key] of keys.entries()) {
      const outcome = must(outcomes[index])
      const text = outcome.kind === 'found' ? outcome.text : outcome.kind
      assert.equal(text, told.get(key) ?? 'absent', key)
    }
  }
}
