/**
 * How one ring document follows from another: founding, a shard that comes or goes, another factor.
 * Pure, and whether a change is allowed is part of the answer: a ring is changed only while the
 * store certainly holds no keys, since moving rows is more than writing a document. So there is no
 * state in between in which a key that was acknowledged is looked for where it never was.
 */
import { assert, must } from '../../model/must.ts'
import type { PartitionEntry, Placement, RingDocument, RingShard } from './document.ts'
import { mixBits, murmur3 } from './hash.ts'
import { place } from './placement.ts'

/** A fixed factor, or one that follows the number of shards. */
export type ReplicationWish =
  | { readonly kind: 'factor'; readonly factor: number }
  | { readonly kind: 'ratio'; readonly ratio: number }

/** What is known of the keys in the store when a change is asked for. */
export interface Occupancy {
  /** The most keys that any shard reports. */
  readonly keys: number
  /** Shards that could not be asked; they may hold keys. */
  readonly unknown: readonly RingShard[]
}

export type RingDecision =
  | { readonly kind: 'changed'; readonly ring: RingDocument }
  | { readonly kind: 'already-there' }
  | { readonly kind: 'not-there' }
  | { readonly kind: 'holds-keys'; readonly keys: number }
  | { readonly kind: 'keys-unknown'; readonly unknown: readonly RingShard[] }
  /**
   * The address belongs to a shard of the ring, but another one answers there: its disk was
   * emptied.
   */
  | { readonly kind: 'emptied'; readonly known: RingShard }

/** The asked-for factor when there are so many shards. At least 1. */
export function factorOf(wish: ReplicationWish, shards: number): number {
  return wish.kind === 'factor' ? wish.factor : Math.max(1, Math.round(wish.ratio * shards))
}

/** How many replicas a partition of this ring has: never more than there are shards. */
export function replicasOf(ring: RingDocument): number {
  return Math.min(ring.replicationFactor, ring.shards.length)
}

/** The smallest number of replicas such that any two such sets share one. */
export function majorityOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1
}

/**
 * The first ring of a cluster. Its name follows from the shards' ids, so that two coordinators that
 * found a cluster from the same shards at the same time write the very same document.
 */
export function foundRing(
  shards: readonly RingShard[],
  wish: ReplicationWish,
  partitions: number,
): RingDocument {
  assert(shards.length > 0, 'a ring is founded with at least one shard')
  const sorted = [...shards].sort((a, b) => (a.id < b.id ? -1 : 1))
  const blank = {
    cluster: clusterName(sorted),
    version: 0,
    ...wishFields(wish, shards.length),
    shards: [],
    table: Array.from({ length: partitions }, () => ({ epoch: 0, replicas: [] })),
  }
  return rebuilt(blank, sorted)
}

/**
 * Takes a shard in. One that is known under another address gets the new one; no keys move then.
 */
export function addShard(ring: RingDocument, shard: RingShard, occupancy: Occupancy): RingDecision {
  const sameId = ring.shards.find(({ id }) => id === shard.id)
  const sameAddress = ring.shards.find(({ address }) => address === shard.address)
  if (sameId && sameId === sameAddress) return { kind: 'already-there' }
  if (sameAddress) return { kind: 'emptied', known: sameAddress }
  if (sameId) {
    return { kind: 'changed', ring: must(readdressed(ring, [shard]), 'the address is free') }
  }
  return unlessKeys(occupancy, () => rebuilt(ring, [...ring.shards, shard]))
}

/** Takes the shard at an address out. */
export function removeShard(
  ring: RingDocument,
  address: string,
  occupancy: Occupancy,
): RingDecision {
  const rest = ring.shards.filter((shard) => shard.address !== address)
  if (rest.length === ring.shards.length) return { kind: 'not-there' }
  return unlessKeys(occupancy, () => rebuilt(ring, rest))
}

/** Asks for another factor; from then on it no longer follows the number of shards. */
export function withReplicationFactor(
  ring: RingDocument,
  factor: number,
  occupancy: Occupancy,
): RingDecision {
  assert(Number.isSafeInteger(factor) && factor >= 1, 'a replication factor is an integer >= 1')
  if (ring.replicationFactor === factor && ring.replicationRatio === undefined) {
    return { kind: 'already-there' }
  }
  const { replicationRatio: _, ...rest } = ring
  return unlessKeys(occupancy, () => rebuilt({ ...rest, replicationFactor: factor }, ring.shards))
}

/**
 * The same ring with other addresses for shards that it knows by their ids: no keys move. Undefined
 * when two shards would end up at one address.
 */
export function readdressed(
  ring: RingDocument,
  moved: readonly RingShard[],
): RingDocument | undefined {
  const shards = ring.shards.map((shard) => moved.find(({ id }) => id === shard.id) ?? shard)
  const addresses = new Set(shards.map(({ address }) => address))
  if (addresses.size < shards.length) return undefined
  return { ...ring, version: ring.version + 1, shards }
}

/** Would keys be looked for elsewhere than before? */
export function movesKeys(before: RingDocument, after: RingDocument): boolean {
  return after.table.some(({ epoch }, partition) => epoch !== before.table[partition]?.epoch)
}

/** The same ring, in which nothing is written. */
export function sealed(ring: RingDocument): RingDocument {
  return { ...ring, version: ring.version + 1, sealed: true }
}

/** The same ring, in which writes go on. */
export function unsealed({ sealed: _, ...ring }: RingDocument): RingDocument {
  return { ...ring, version: ring.version + 1 }
}

function unlessKeys(occupancy: Occupancy, change: () => RingDocument): RingDecision {
  if (occupancy.keys > 0) return { kind: 'holds-keys', keys: occupancy.keys }
  if (occupancy.unknown.length > 0) return { kind: 'keys-unknown', unknown: occupancy.unknown }
  return { kind: 'changed', ring: change() }
}

/** The next version of the document, for these shards. Epochs grow where the replicas changed. */
function rebuilt(ring: RingDocument, shards: readonly RingShard[]): RingDocument {
  const ids = shards.map(({ id }) => id)
  const before = placementOf(ring)
  const wish: ReplicationWish =
    ring.replicationRatio === undefined
      ? { kind: 'factor', factor: ring.replicationFactor }
      : { kind: 'ratio', ratio: ring.replicationRatio }
  const fields = wishFields(wish, shards.length)
  const after = place(before, ids, fields.replicationFactor, ring.table.length)
  const table = ring.table.map((entry, p): PartitionEntry => {
    const isSame = must(before[p]).join() === must(after[p]).join()
    return {
      epoch: isSame && ring.version > 0 ? entry.epoch : entry.epoch + 1,
      replicas: must(after[p]).map((id) => ids.indexOf(id)),
    }
  })
  return { ...unsealed(ring), ...fields, shards: [...shards], table }
}

function placementOf(ring: RingDocument): Placement {
  return ring.table.map(({ replicas }) => replicas.map((index) => must(ring.shards[index]).id))
}

function wishFields(wish: ReplicationWish, shards: number) {
  const replicationFactor = factorOf(wish, shards)
  return wish.kind === 'factor'
    ? { replicationFactor }
    : { replicationFactor, replicationRatio: wish.ratio }
}

function clusterName(shards: readonly RingShard[]): string {
  const ids = shards.map(({ id }) => id).join()
  const halves = [murmur3(ids, 1), mixBits(murmur3(ids, 2))]
  return halves.map((half) => half.toString(16).padStart(8, '0')).join('')
}
