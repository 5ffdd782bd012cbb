/**
 * Which shard holds what: the ring document. It is computed once by whoever proposes a ring (see
 * placement.ts) and then stored on the shards; nobody recomputes it, so the placement may change
 * freely.
 */
export interface RingShard {
  /** UUID written in the shard's own database; an emptied disk comes back under another. */
  readonly id: string
  /** Where it is reached (URL, or `local:NAME`). */
  readonly address: string
  /** The label of what it fails together with (see zones.ts), as it said when it was taken in. */
  readonly zone?: string
  /** It is to go: nothing new is placed on it, and it leaves when it holds nothing any more. */
  readonly leaving?: true
}

/**
 * Who holds one partition. A partition moves in two steps, each of which is a change of the
 * document under a new epoch. Joint: every quorum, of reads as of writes, is a majority of the
 * present replicas and a majority of those of the goal (as in Raft's joint consensus), while
 * whoever is new there gets what a quorum of the present ones holds. Then the goal alone.
 */
export interface PartitionEntry {
  /** Grows whenever the quorums of this partition change; every operation carries it. */
  readonly epoch: number
  /** Indices into `shards`, distinct; the first is the primary. */
  readonly replicas: readonly number[]
  /** Since which epoch each of `replicas` holds it without a break. Absent: since the founding. */
  readonly since?: readonly number[]
  /** The replicas that it shall have instead. Absent: it stays where it is. */
  readonly goal?: readonly number[]
  /** Set once the goal counts too. Then those who are new in it hold it since `epoch`. */
  readonly isJoint?: true
}

/** What is under way, so that it can be shown and taken back. */
export type RingChange = (
  | { readonly kind: 'add'; readonly id: string }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'replace'; readonly id: string; readonly by: string }
  | {
      readonly kind: 'reconfigure'
      /** The wish before. */
      readonly replicationFactor: number
      readonly replicationRatio?: number
    }
) & {
  /** How many partitions were to move when it began. */
  readonly partitions: number
}

export interface RingDocument {
  /** Names the cluster since its founding; a shard refuses another. */
  readonly cluster: string
  /** Grows by one with each change of the document. */
  readonly version: number
  /** The last change that was asked for, as long as partitions still move for it. */
  readonly change?: RingChange
  /** The factor that was asked for; a partition has min(this, shards) replicas. */
  readonly replicationFactor: number
  /**
   * When the factor follows the number of shards: replicationFactor is then max(1, round(ratio x
   * shards)), computed anew whenever a shard comes or goes. Absent: the factor is as it was asked
   * for.
   */
  readonly replicationRatio?: number
  readonly shards: readonly RingShard[]
  /** One entry for each partition; its length is Q, a power of two, fixed at founding. */
  readonly table: readonly PartitionEntry[]
}

/** For each partition the ids of its shards; the first is the primary. */
export type Placement = readonly (readonly string[])[]
