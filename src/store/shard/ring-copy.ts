/**
 * The ring as one shard holds it: which partitions are its own, and whether an operation belongs
 * here at all. Pure; a newer ring is another copy.
 *
 * An operation is let through only in the epoch that the shard itself knows. The sender's may be
 * older: it must fetch the ring first, or two coordinators could each reach "their" majority. It
 * may be newer: then the shard was away while the ring changed and cannot know whether the
 * partition is still its own. Both are refused whole, and the coordinator brings whoever is behind
 * up to date.
 */
import type { PartitionEntry, RingDocument } from '../ring/document.ts'
import { partitionOf } from '../ring/hash.ts'
import { holdersOf } from '../ring/quorum.ts'
import type { Refusal } from '../wire.ts'

export type Misplaced = Extract<Refusal, 'fenced' | 'not-mine'>

export class RingCopy {
  readonly document: RingDocument
  /** The partitions that this shard holds, or is about to in a joint epoch; ascending. */
  readonly owned: readonly number[]
  /** The partitions that it shall hold and does not yet. */
  readonly coming: ReadonlySet<number>
  /** For each partition the epoch since which it is held here without a break; null = it is not. */
  private readonly heldSince: readonly (number | null)[]

  constructor(document: RingDocument, shardId: string) {
    const self = document.shards.findIndex(({ id }) => id === shardId)
    this.document = document
    this.heldSince = document.table.map((entry) => (self < 0 ? null : sinceWhen(entry, self)))
    this.owned = this.heldSince.flatMap((since, partition) => (since === null ? [] : [partition]))
    this.coming = new Set(
      document.table.flatMap(({ goal }, partition) =>
        goal?.includes(self) && !this.owns(partition) ? [partition] : [],
      ),
    )
  }

  /** Why an operation on this key, sent in this epoch, is not for this shard; undefined: it is. */
  refusal(partition: number, epoch: number, key: string): Misplaced | undefined {
    const misplaced = this.refusalOfAll(partition, epoch)
    return misplaced ?? (this.partitionOf(key) === partition ? undefined : 'not-mine')
  }

  /** The same of what asks for a whole partition. */
  refusalOfAll(partition: number, epoch: number): Misplaced | undefined {
    const present = this.epochOf(partition)
    if (present !== undefined && epoch < present) return 'fenced'
    return present === epoch && this.owns(partition) ? undefined : 'not-mine'
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.document.table.length)
  }

  owns(partition: number): boolean {
    return typeof this.heldSince[partition] === 'number'
  }

  names(shardId: string): boolean {
    return this.document.shards.some(({ id }) => id === shardId)
  }

  epochOf(partition: number): number | undefined {
    return this.document.table[partition]?.epoch
  }

  /**
   * What this shard has by `former` may go on standing under this ring; of another partition it may
   * have missed deletions, which its old rows would undo.
   */
  hasHeldSince(partition: number, former: RingCopy | null): boolean {
    const since = this.heldSince[partition]
    const epoch = former?.owns(partition) ? former.epochOf(partition) : undefined
    return typeof since === 'number' && epoch !== undefined && since <= epoch
  }

  /** Where the replicas of a partition are. */
  addressesOf(partition: number): readonly string[] {
    const { table, shards } = this.document
    return table[partition]?.replicas.flatMap((index) => shards[index]?.address ?? []) ?? []
  }
}

function sinceWhen(entry: PartitionEntry, self: number): number | null {
  const position = entry.replicas.indexOf(self)
  if (position >= 0) return entry.since?.[position] ?? 0
  return holdersOf(entry).members.includes(self) ? entry.epoch : null
}

/** Does a shard that holds `present` take `offered` in its place? Never another cluster's. */
export function isSuccessor(offered: RingDocument, present: RingDocument | null): boolean {
  if (present === null) return true
  return offered.cluster === present.cluster && offered.version > present.version
}
