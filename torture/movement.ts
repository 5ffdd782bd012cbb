/**
 * What a change of the ring moves: which partitions came to whom, how much that was beside the
 * least that any change of this kind must move, and how evenly the shards hold partitions
 * afterwards. Which shards there are the ring says, whether they hold anything or not: one that was
 * given nothing is the least even of all. Pure, over what lay where before and after.
 */
import { holdersOf, newestRing } from './replicas.ts'
import type { ShardCopy } from './snapshot.ts'

export interface Weights {
  /** Bytes of keys and values of each partition, one replica of it. */
  readonly bytes: readonly number[]
  /** Ids of the shards that hold each partition. */
  readonly holders: readonly (readonly string[])[]
  /** Ids of all shards of the ring. */
  readonly shards: readonly string[]
}

export function weigh(copies: readonly ShardCopy[]): Weights {
  const ring = newestRing(copies)
  const holders = ring.table.map((_, partition) => holdersOf(ring, partition))
  const weighed = copies.map(({ rows }) => bytesOf(rows, ring.table.length))
  // Whoever has most of a partition has all of it, or nearly.
  const bytes = ring.table.map((_, n) => Math.max(...weighed.map((one) => one[n] ?? 0)))
  return { bytes, holders, shards: ring.shards.map(({ id }) => id) }
}

function bytesOf(rows: ShardCopy['rows'], partitions: number): readonly number[] {
  const bytes = Array.from({ length: partitions }, () => 0)
  for (const [key, { partition, text }] of rows) {
    bytes[partition] = (bytes[partition] ?? 0) + key.length + (text?.length ?? 0)
  }
  return bytes
}

export interface Movement {
  readonly movedBytes: number
  readonly idealBytes: number
}

/** NaN where nothing had to move and nothing did, which is no change of the ring at all. */
export function movedToIdeal(before: Weights, after: Weights): number {
  const { movedBytes, idealBytes } = movementOf(before, after)
  return movedBytes / idealBytes
}

/**
 * At the least a shard that comes takes an equal share of all replicas, and what a shard held that
 * goes is taken by others.
 */
export function movementOf(before: Weights, after: Weights): Movement {
  const [shardsBefore, shardsAfter] = [new Set(before.shards), new Set(after.shards)]
  const moved = after.holders.map((holders, partition) => {
    const had = before.holders[partition] ?? []
    return holders.filter((id) => !had.includes(id)).length * (after.bytes[partition] ?? 0)
  })
  const all = after.holders.map((holders, n) => holders.length * (after.bytes[n] ?? 0))
  const came = [...shardsAfter].filter((id) => !shardsBefore.has(id)).length
  const gone = before.holders.map((holders, partition) => {
    const left = holders.filter((id) => !shardsAfter.has(id)).length
    return left * (after.bytes[partition] ?? 0)
  })
  const idealBytes = came > 0 ? (sum(all) * came) / shardsAfter.size : sum(gone)
  return { movedBytes: sum(moved), idealBytes }
}

/** Partitions of the shard that has most of them, beside the mean. */
export function unevenness({ holders, shards }: Weights): number {
  const counts = new Map<string, number>()
  for (const id of holders.flat()) counts.set(id, (counts.get(id) ?? 0) + 1)
  return Math.max(...counts.values()) / (holders.flat().length / shards.length)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
