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
}

export interface PartitionEntry {
  /** Grows whenever this partition's replicas change; every operation carries it. */
  readonly epoch: number
  /** Indices into `shards`, N of them, distinct; the first is the primary. */
  readonly replicas: readonly number[]
}

export interface RingDocument {
  /** Names the cluster since its founding; a shard refuses another. */
  readonly cluster: string
  /** Grows by one with each change of the document. */
  readonly version: number
  /**
   * Set while keys are about to be placed anew: a shard that holds this ring takes no writes. Once
   * all shards hold it, what they count is what there is, and stays so until the next version.
   */
  readonly sealed?: true
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
