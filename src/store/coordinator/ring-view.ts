/**
 * A ring document made ready for use: for each partition the links to its shards and the groups
 * that make a quorum. A view never changes; a newer ring is another view, and an operation keeps
 * the one that it began with, so it lives in one epoch or begins again.
 */
import { must } from '../../model/must.ts'
import type { PartitionEntry, RingDocument, RingShard } from '../ring/document.ts'
import { partitionOf } from '../ring/hash.ts'
import { replicasOf } from '../ring/membership.ts'
import { holdersOf, majorityOf, type QuorumGroups } from '../ring/quorum.ts'
import type { ShardLink } from './hop.ts'

export interface PartitionView {
  readonly cluster: string
  readonly partition: number
  readonly epoch: number
  /**
   * All whose answers count, in the order of the placement; the first is the primary. While the
   * partition moves those who are new stand behind the others.
   */
  readonly links: readonly ShardLink[]
  readonly addresses: readonly string[]
  /** The shards' ids. */
  readonly ids: readonly string[]
  /** A quorum is a majority of each group; positions in `links`. */
  readonly groups: QuorumGroups
  /** The same for all partitions that have the same shards; null while this one moves. */
  readonly shardSet: number | null
}

export class RingView {
  readonly ring: RingDocument
  /** One for each shard of the ring, in its order. */
  readonly links: readonly ShardLink[]
  /** Replicas of a partition that does not move. */
  readonly replicas: number
  /** Replies that make a quorum of those. */
  readonly quorum: number
  private readonly partitions: readonly PartitionView[]

  constructor(ring: RingDocument, linkTo: (shard: RingShard) => ShardLink) {
    this.ring = ring
    this.links = ring.shards.map(linkTo)
    this.replicas = replicasOf(ring)
    this.quorum = majorityOf(this.replicas)
    const shardSetOf = shardSets()
    this.partitions = ring.table.map((entry, partition) => ({
      ...this.partitionView(entry, partition),
      shardSet: entry.goal ? null : shardSetOf(entry.replicas),
    }))
  }

  /** Nobody holds anything: there are no shards. */
  get isEmpty(): boolean {
    return this.links.length === 0
  }

  /** Where a key lives. */
  locate(key: string): PartitionView {
    return this.at(partitionOf(key, this.partitions.length))
  }

  at(partition: number): PartitionView {
    return must(this.partitions[partition], 'the partition exists')
  }

  private partitionView(entry: PartitionEntry, partition: number): Omit<PartitionView, 'shardSet'> {
    const { members, groups } = holdersOf(entry)
    const links = members.map((index) => must(this.links[index], 'a replica is a shard'))
    const shards = members.map((index) => must(this.ring.shards[index], 'a replica is a shard'))
    return {
      cluster: this.ring.cluster,
      partition,
      epoch: entry.epoch,
      links,
      addresses: shards.map(({ address }) => address),
      ids: shards.map(({ id }) => id),
      groups,
    }
  }
}

/** Gives each set of shards a number, in whatever order they are named. */
function shardSets(): (shards: readonly number[]) => number {
  const numbers = new Map<string, number>()
  return (shards) => {
    const name = [...shards].sort((a, b) => a - b).join()
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    return number
  }
}
