/**
 * A ring document made ready for use: for each partition the links to its shards and the numbers
 * that make a quorum. A view never changes; a newer ring is another view, and an operation keeps
 * the one that it began with, so it lives in one epoch or begins again.
 */
import { must } from '../../model/must.ts'
import type { PartitionEntry, RingDocument, RingShard } from '../ring/document.ts'
import { partitionOf } from '../ring/hash.ts'
import { majorityOf, replicasOf } from '../ring/membership.ts'
import type { ShardLink } from './hop.ts'

export interface PartitionView {
  readonly cluster: string
  readonly partition: number
  readonly epoch: number
  /** In the order of the placement; the first is the primary. */
  readonly links: readonly ShardLink[]
  readonly addresses: readonly string[]
}

export class RingView {
  readonly ring: RingDocument
  /** One for each shard of the ring, in its order. */
  readonly links: readonly ShardLink[]
  /** Replicas of each partition. */
  readonly replicas: number
  /** Replies that make a quorum, of reads as of writes. */
  readonly quorum: number
  private readonly partitions: readonly PartitionView[]

  constructor(ring: RingDocument, linkTo: (shard: RingShard) => ShardLink) {
    this.ring = ring
    this.links = ring.shards.map(linkTo)
    this.replicas = replicasOf(ring)
    this.quorum = majorityOf(this.replicas)
    this.partitions = ring.table.map((entry, partition) => this.partitionView(entry, partition))
  }

  /** Where a key lives. */
  locate(key: string): PartitionView {
    return must(this.partitions[partitionOf(key, this.partitions.length)])
  }

  private partitionView({ epoch, replicas }: PartitionEntry, partition: number): PartitionView {
    const links = replicas.map((index) => must(this.links[index], 'a replica is a shard'))
    const addresses = links.map(({ address }) => address)
    return { cluster: this.ring.cluster, partition, epoch, links, addresses }
  }
}
