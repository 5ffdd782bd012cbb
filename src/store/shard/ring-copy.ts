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
import type { RingDocument } from '../ring/document.ts'
import { partitionOf } from '../ring/hash.ts'
import type { Refusal } from '../wire.ts'

export class RingCopy {
  readonly document: RingDocument
  /** The partitions that this shard is a replica of, ascending. */
  readonly owned: readonly number[]
  private readonly isOwned: readonly boolean[]

  constructor(document: RingDocument, shardId: string) {
    const self = document.shards.findIndex(({ id }) => id === shardId)
    this.document = document
    this.isOwned = document.table.map(({ replicas }) => self >= 0 && replicas.includes(self))
    this.owned = this.isOwned.flatMap((isOwned, partition) => (isOwned ? [partition] : []))
  }

  /** Why an operation on this key, sent in this epoch, is not for this shard; undefined: it is. */
  refusal(partition: number, epoch: number, key: string): Refusal | undefined {
    const entry = this.document.table[partition]
    if (entry !== undefined && epoch < entry.epoch) return 'fenced'
    if (entry === undefined || epoch > entry.epoch || !this.isOwned[partition]) return 'not-mine'
    return this.partitionOf(key) === partition ? undefined : 'not-mine'
  }

  /** Nothing is written while the ring is being changed. */
  get isSealed(): boolean {
    return this.document.sealed === true
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.document.table.length)
  }

  owns(partition: number): boolean {
    return this.isOwned[partition] ?? false
  }

  /** Where the replicas of a partition are. */
  addressesOf(partition: number): readonly string[] {
    const { table, shards } = this.document
    return table[partition]?.replicas.flatMap((index) => shards[index]?.address ?? []) ?? []
  }
}

/** Does a shard that holds `present` take `offered` in its place? Never another cluster's. */
export function isSuccessor(offered: RingDocument, present: RingDocument | null): boolean {
  if (present === null) return true
  return offered.cluster === present.cluster && offered.version > present.version
}
