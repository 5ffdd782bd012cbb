/**
 * How one ring document follows from another when an operator asks for it: founding, a shard that
 * comes, goes or takes another's place, another factor, and taking such a change back. Pure. A
 * change only says where partitions shall be (their goals, see moves.ts); keys stay where they are
 * looked for until the partition has moved.
 */
import { assert, must } from '../../model/must.ts'
import type { PartitionEntry, RingChange, RingDocument, RingShard } from './document.ts'
import { mixBits, murmur3 } from './hash.ts'
import { newcomersOf, planned, turnedBack, withGoals, withoutGoals } from './moves.ts'
import { place } from './placement.ts'

/** A fixed factor, or one that follows the number of shards. */
export type ReplicationWish =
  | { readonly kind: 'factor'; readonly factor: number }
  | { readonly kind: 'ratio'; readonly ratio: number }

export type RingDecision =
  | { readonly kind: 'changed'; readonly ring: RingDocument }
  | { readonly kind: 'already-there' }
  | { readonly kind: 'not-there' }
  /** Partitions still move for another change. */
  | { readonly kind: 'under-way'; readonly change: RingChange }
  /** Nothing moves that could be taken back. */
  | { readonly kind: 'settled' }
  /** It is the last one, and holds keys. */
  | { readonly kind: 'last-shard' }
  /**
   * The address belongs to a shard of the ring, but another one answers there: its disk was
   * emptied.
   */
  | { readonly kind: 'emptied'; readonly known: RingShard }

/** The asked-for factor when there are so many shards. At least 1. */
export function factorOf(wish: ReplicationWish, shards: number): number {
  return wish.kind === 'factor' ? wish.factor : Math.max(1, Math.round(wish.ratio * shards))
}

/** What this ring was asked for. */
export function askedOf({ replicationFactor, replicationRatio }: RingDocument): ReplicationWish {
  return replicationRatio === undefined
    ? { kind: 'factor', factor: replicationFactor }
    : { kind: 'ratio', ratio: replicationRatio }
}

/** How many replicas a partition of this ring shall have: never more than shards that stay. */
export function replicasOf(ring: RingDocument): number {
  return Math.min(ring.replicationFactor, staying(ring.shards).length)
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
  const fields = wishFields(wish, sorted.length)
  const ids = sorted.map(({ id }) => id)
  const placement = place(null, sorted, fields.replicationFactor, partitions)
  const table = placement.map((holders): PartitionEntry => {
    return { epoch: 1, replicas: holders.map((id) => ids.indexOf(id)) }
  })
  return { cluster: clusterName(sorted), version: 1, ...fields, shards: sorted, table }
}

/**
 * Takes a shard in. One that is known under another address gets the new one; no keys move then.
 */
export function addShard(ring: RingDocument, shard: RingShard): RingDecision {
  const sameId = ring.shards.find(({ id }) => id === shard.id)
  const sameAddress = ring.shards.find(({ address }) => address === shard.address)
  if (sameId && sameId === sameAddress && !sameId.leaving) return { kind: 'already-there' }
  if (sameAddress && sameAddress !== sameId) return { kind: 'emptied', known: sameAddress }
  if (sameId && !sameId.leaving) {
    return { kind: 'changed', ring: must(readdressed(ring, [shard]), 'the address is free') }
  }
  if (ring.change) return { kind: 'under-way', change: ring.change }
  const shards = [...ring.shards, shard]
  return changedTo(rewished({ ...ring, shards }), { kind: 'add', id: shard.id })
}

/** The same where the ring may have been emptied: what was asked for since stands nowhere yet. */
export function takeIn(ring: RingDocument, wish: ReplicationWish, shard: RingShard): RingDecision {
  if (ring.shards.length > 0) return addShard(ring, shard)
  const { replicationRatio: _, ...rest } = ring
  return addShard({ ...rest, ...wishFields(wish, 0) }, shard)
}

/**
 * Takes the shard at an address out, once all that it holds is held elsewhere. Also while another
 * change is under way, for the same reason as a replacement.
 */
export function removeShard(ring: RingDocument, address: string, keys: number): RingDecision {
  const at = ring.shards.findIndex((one) => one.address === address)
  const shard = ring.shards[at]
  if (!shard) return { kind: 'not-there' }
  const isLast = staying(ring.shards).length === 1
  if (ring.change && (shard.leaving || isLast)) return { kind: 'under-way', change: ring.change }
  if (isLast) {
    const isEmpty = keys === 0 && ring.shards.length === 1
    return isEmpty ? { kind: 'changed', ring: deserted(ring) } : { kind: 'last-shard' }
  }
  const back = turnedBack(ring, (entry) => newcomersOf(entry).includes(at))
  return changedTo(rewished(leaving(back, shard.id)), { kind: 'remove', id: shard.id })
}

/**
 * Puts a new shard into the place of another, which may be dead: partition by partition. Also while
 * another change is under way, since that may wait for the very shard that is dead; it goes on with
 * the new one, and then it is the replacement that can be taken back. The new one may also be one
 * that was to leave.
 */
export function replaceShard(ring: RingDocument, address: string, by: RingShard): RingDecision {
  const old = ring.shards.findIndex((one) => one.address === address)
  const known = ring.shards[old]
  if (!known) return { kind: 'not-there' }
  const present = ring.shards.find(({ id }) => id === by.id)
  if (present && !present.leaving) return { kind: 'already-there' }
  if (known.leaving && ring.change) return { kind: 'under-way', change: ring.change }
  const back = turnedBack(ring, (entry) => newcomersOf(entry).includes(old))
  const withBoth = present ? returning(back, by.id) : { ...back, shards: [...back.shards, by] }
  return { kind: 'changed', ring: replacing(withBoth, known.id, by.id) }
}

/** Asks for another factor; from then on it no longer follows the number of shards. */
export function withReplicationFactor(ring: RingDocument, factor: number): RingDecision {
  assert(Number.isSafeInteger(factor) && factor >= 1, 'a replication factor is an integer >= 1')
  const { replicationFactor, replicationRatio, ...rest } = ring
  if (replicationFactor === factor && replicationRatio === undefined) {
    return { kind: 'already-there' }
  }
  if (ring.change) return { kind: 'under-way', change: ring.change }
  const former = {
    replicationFactor,
    ...(replicationRatio === undefined ? {} : { replicationRatio }),
  }
  const change = { kind: 'reconfigure', ...former } as const
  return changedTo({ ...rest, replicationFactor: factor }, change)
}

/**
 * Takes back what is under way: partitions that are joint stay where they were, those that have
 * moved already move back.
 */
export function cancelled(ring: RingDocument): RingDecision {
  const { change } = ring
  if (!change) return { kind: 'settled' }
  const back = turnedBack(ring)
  switch (change.kind) {
    case 'add':
      return changedTo(rewished(leaving(back, change.id)), { kind: 'remove', id: change.id })
    case 'remove':
      return changedTo(rewished(returning(back, change.id)), { kind: 'add', id: change.id })
    case 'replace':
      return { kind: 'changed', ring: replacing(returning(back, change.id), change.by, change.id) }
    case 'reconfigure': {
      const { replicationFactor, replicationRatio, ...rest } = back
      const former = wishOf(ring)
      const wish =
        change.replicationRatio === undefined
          ? { replicationFactor: change.replicationFactor }
          : {
              replicationFactor: change.replicationFactor,
              replicationRatio: change.replicationRatio,
            }
      return changedTo({ ...rest, ...wish }, { kind: 'reconfigure', ...former })
    }
  }
}

/**
 * The same ring with other addresses for shards that it knows by their ids: no keys move. Undefined
 * when two shards would end up at one address.
 */
export function readdressed(
  ring: RingDocument,
  moved: readonly RingShard[],
): RingDocument | undefined {
  const shards = ring.shards.map((shard) => {
    const address = moved.find(({ id }) => id === shard.id)?.address
    return address === undefined ? shard : { ...shard, address }
  })
  const addresses = new Set(shards.map(({ address }) => address))
  if (addresses.size < shards.length) return undefined
  return { ...ring, version: ring.version + 1, shards }
}

type ChangeKind<C = RingChange> = C extends RingChange ? Omit<C, 'partitions'> : never

/** The next document, with goals for whatever must move. */
function changedTo(ring: RingDocument, change: ChangeKind): RingDecision {
  const { change: _, ...rest } = withoutGoals(ring)
  const next = planned({ ...rest, version: ring.version + 1 })
  return { kind: 'changed', ring: underWay(next, change) }
}

function replacing(ring: RingDocument, old: string, by: string): RingDocument {
  const [from, to] = [old, by].map((id) => ring.shards.findIndex((shard) => shard.id === id))
  const { change: _, ...rest } = leaving(ring, old)
  const next = withGoals({ ...rest, version: ring.version + 1 }, ({ replicas, goal }) =>
    exchanged(goal ?? replicas, must(from), must(to)),
  )
  return underWay(next, { kind: 'replace', id: old, by })
}

/** Whoever holds it already takes no other's place; it is planned anew when the rest is done. */
function exchanged(group: readonly number[], from: number, to: number): readonly number[] {
  return group.includes(to) ? group : group.map((shard) => (shard === from ? to : shard))
}

/** A change is under way until moves.ts finds nothing left to do. */
function underWay(ring: RingDocument, change: ChangeKind): RingDocument {
  const partitions = ring.table.filter(({ goal }) => goal !== undefined).length
  return { ...ring, change: { ...change, partitions } as RingChange }
}

function leaving(ring: RingDocument, id: string): RingDocument {
  const shards = ring.shards.map((shard) =>
    shard.id === id ? { ...shard, leaving: true as const } : shard,
  )
  return { ...ring, shards }
}

function returning(ring: RingDocument, id: string): RingDocument {
  const shards = ring.shards.map((shard) => {
    const { leaving: _, ...rest } = shard
    return shard.id === id ? rest : shard
  })
  return { ...ring, shards }
}

/** A ring without shards: nothing is kept, and anybody may be the first of it again. */
function deserted(ring: RingDocument): RingDocument {
  const { change: _, ...rest } = ring
  const table = ring.table.map(({ epoch }): PartitionEntry => ({ epoch: epoch + 1, replicas: [] }))
  return { ...rest, version: ring.version + 1, shards: [], table }
}

/** The factor, where it follows the number of shards. */
function rewished(ring: RingDocument): RingDocument {
  const { replicationRatio } = ring
  if (replicationRatio === undefined) return ring
  const wish = { kind: 'ratio', ratio: replicationRatio } as const
  return { ...ring, ...wishFields(wish, staying(ring.shards).length) }
}

function staying(shards: readonly RingShard[]): readonly RingShard[] {
  return shards.filter((shard) => !shard.leaving)
}

function wishOf({ replicationFactor, replicationRatio }: RingDocument) {
  return replicationRatio === undefined
    ? { replicationFactor }
    : { replicationFactor, replicationRatio }
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
