/**
 * Are the replicas of each partition equal, byte for byte? And what stands in the store when all of
 * them are taken together? Pure, over copies of the disks.
 */
import type { History, Lane, ReadEntry } from '../sim/history.ts'
import { isSystemKey } from '../src/model/keys.ts'
import { must } from '../src/model/must.ts'
import type { RingDocument } from '../src/store/ring/document.ts'
import type { UsedKey } from './keys.ts'
import type { CopiedRow, ShardCopy } from './snapshot.ts'
import { unpadded } from './texts.ts'

export interface Comparison {
  /** Keys of which some replica holds something. */
  readonly keys: number
  /** Keys whose replicas differ. */
  readonly differing: number
  /** Some of them, each with what is where. */
  readonly unequal: readonly string[]
}

/**
 * Of keys with the prefix. The newest ring says who is a replica of what. The system's own keys are
 * left out: a lease that beats is never at rest.
 */
export function compareReplicas(
  copies: readonly ShardCopy[],
  nowMs: number,
  prefix = '',
  examplesMax = Number.POSITIVE_INFINITY,
): Comparison {
  const ring = newestRing(copies)
  const byId = new Map(copies.map((copy) => [copy.id, copy]))
  const keys = new Map<string, number>()
  for (const { rows } of copies) {
    for (const [key, { partition }] of rows) {
      if (key.startsWith(prefix) && !isSystemKey(key)) keys.set(key, partition)
    }
  }
  const unequal: string[] = []
  for (const [key, partition] of keys) {
    const holders = holdersOf(ring, partition).map((id) => byId.get(id))
    const held = holders.map((copy) => heldText(copy?.rows.get(key), nowMs))
    if (new Set(held).size <= 1) continue
    const facts = holders.map((copy, n) => `${copy?.name ?? 'a shard that is away'}: ${held[n]}`)
    unequal.push(`${key} (partition ${partition}) ${facts.join('; ')}`)
  }
  return { keys: keys.size, differing: unequal.length, unequal: unequal.slice(0, examplesMax) }
}

export function newestRing(copies: readonly ShardCopy[]): RingDocument {
  const rings = copies.flatMap(({ ring }) => ring ?? [])
  return must(rings.sort((a, b) => b.version - a.version)[0], 'a shard holds a ring')
}

/** Ids of the shards that are replicas of a partition. */
export function holdersOf(ring: RingDocument, partition: number): readonly string[] {
  const { replicas } = must(ring.table[partition], `partition ${partition} of the ring`)
  return replicas.map((index) => must(ring.shards[index], `shard ${index} of the ring`).id)
}

/**
 * Keys whose value stands on the disks of a majority of their replicas, as is promised of whatever
 * was acknowledged; what other shards still have of it does not count.
 */
export function keysOnMajorities(copies: readonly ShardCopy[]): ReadonlySet<string> {
  const ring = newestRing(copies)
  const holders = ring.table.map((_, partition) => holdersOf(ring, partition))
  const disks = new Map<string, number>()
  const kept = new Set<string>()
  for (const { id, rows } of copies) {
    for (const [key, { partition, text }] of rows) {
      const replicas = must(holders[partition], `partition ${partition} of the ring`)
      if (text === null || !replicas.includes(id)) continue
      const count = (disks.get(key) ?? 0) + 1
      disks.set(key, count)
      if (count > replicas.length / 2) kept.add(key)
    }
  }
  return kept
}

/** A value that has expired is as good as a tombstone, whether it was swept yet or not. */
function heldText(row: CopiedRow | undefined, nowMs: number): string {
  if (!row) return 'nothing'
  const { text, order, stamp, writer, expiresMs, hash } = row
  const version = `${order}/${stamp}/${writer}`
  if (isGone(row, nowMs)) return `gone at ${version}`
  return `${unpadded(text ?? '')} ${version} ${expiresMs} ${hash}`
}

function isGone({ text, expiresMs }: CopiedRow, nowMs: number): boolean {
  return text === null || (expiresMs !== null && expiresMs <= nowMs)
}

/**
 * The newest of what the disks hold, as if each key had been read after everything else: so the
 * checker of reads also judges what was written down.
 */
export function readsOfDisks(
  copies: readonly ShardCopy[],
  keys: readonly UsedKey[],
  history: History,
  nowMs: number,
): readonly ReadEntry[] {
  return keys.map(({ key, lane }) => {
    const rows = copies.flatMap(({ rows }) => rows.get(key) ?? [])
    const newest = rows.reduce<CopiedRow | undefined>(newerOf, undefined)
    const text = newest && !isGone(newest, nowMs) ? newest.text : null
    return diskRead(history, key, lane, text === null ? null : unpadded(text), nowMs)
  })
}

function diskRead(
  history: History,
  key: string,
  lane: Lane,
  text: string | null,
  nowMs: number,
): ReadEntry {
  return {
    ...{ id: history.nextId(), key, lane, via: 'the disks', isScan: false, text, order: null },
    ...{ start: history.tick(), end: history.tick(), wallMinMs: nowMs, wallMaxMs: nowMs },
  }
}

function newerOf(a: CopiedRow | undefined, b: CopiedRow): CopiedRow {
  if (!a) return b
  if (a.order !== b.order) return a.order > b.order ? a : b
  if (a.stamp !== b.stamp) return a.stamp > b.stamp ? a : b
  return a.writer >= b.writer ? a : b
}
