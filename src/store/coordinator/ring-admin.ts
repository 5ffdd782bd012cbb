/**
 * The ring as operators see and change it. Every outcome is a value: a change is either begun or
 * refused with the reason. Begun means decided: from then on partitions move until they are where
 * they shall be, whatever becomes of the coordinator that was asked.
 */

export type RingOutcome =
  | { readonly kind: 'changed'; readonly nodes: readonly string[] }
  /** It was so before. */
  | { readonly kind: 'already'; readonly nodes: readonly string[] }
  /** No such shard is in the ring, or nothing is under way. */
  | { readonly kind: 'absent'; readonly nodes: readonly string[] }
  /** Not allowed as things stand; nothing was changed. */
  | { readonly kind: 'conflict'; readonly reason: string }
  /** Shards that are needed for it do not answer. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly field: string; readonly reason: string }

export interface ShardInfo {
  readonly id: string
  readonly address: string
  /** The label of what it fails together with; null = it has none. */
  readonly zone: string | null
  readonly health: 'up' | 'suspect' | 'down'
  /** Keys on its disk, those of outgoing partitions among them; null = it has not said yet. */
  readonly keys: number | null
  /** Partitions that have moved away and whose rows it has still to remove. */
  readonly partitionsOutgoing: number
  /** False once its disk is full; null = it has not said yet. */
  readonly isWritable: boolean | null
  /** What is wrong there and what to do; null = nothing. */
  readonly problem: string | null
  /** How often rows in its memory could answer since it started; null = it has not said yet. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly items: number } | null
  /** How many it is a replica of. */
  readonly partitions: number
  /** Rows that other shards keep in mind for it. */
  readonly hints: number
  /** It is to go, as soon as others hold what it holds. */
  readonly isLeaving: boolean
}

/** How far a change is that is under way. */
export interface RebalanceProgress {
  readonly kind: 'add' | 'remove' | 'replace' | 'reconfigure'
  /** Address of the shard that comes or goes. */
  readonly shard?: string
  readonly partitionsLeft: number
  readonly partitionsTotal: number
}

/** What is known beside that of how it goes. */
export interface RebalanceInfo extends RebalanceProgress {
  /** `elsewhere`: another coordinator carries it out, or none does yet. */
  readonly state: 'moving' | 'waiting' | 'elsewhere'
  /** Of those that are left: their old and new replicas decide together at present. */
  readonly partitionsMoving: number
  /** Since the coordinator that carries it out took it up; null = that one knows. */
  readonly rowsMoved: number | null
  readonly bytesMoved: number | null
  /** Why it does not go on, in a sentence; null = it does, or that one knows. */
  readonly waitingFor: string | null
}

/** What `/sharding/info` shows. */
export interface RingInfo {
  /** Those that are to go do not count. */
  readonly totalNodes: number
  /**
   * The factor in effect: never more than there are shards. The asked-for one while there are none.
   */
  readonly replicationFactor: number
  readonly virtualNodesPerNode: number
  /** The formula of the contract: virtual nodes x max(1, shards). */
  readonly totalVirtualNodes: number
  readonly nodes: readonly string[]
  readonly partitions: number
  /** 0 = no ring yet. */
  readonly version: number
  readonly cluster: string | null
  readonly shards: readonly ShardInfo[]
  /** Null = every partition is where it shall be. */
  readonly rebalance: RebalanceInfo | null
  /** What a person should know or do, also about addresses outside the ring. */
  readonly problems: readonly string[]
}

/** What would follow from a change. */
export interface RingPreview {
  readonly kind: 'preview'
  readonly partitionsToMove: number
  readonly of: number
  /** Partitions that each shard holds. */
  readonly perShard: readonly {
    readonly address: string
    readonly before: number
    readonly after: number
  }[]
  /** About so many keys would be copied, each counted once for each new copy. */
  readonly keysEstimate: number
}

export type RingWish =
  | { readonly kind: 'add'; readonly address: string }
  | { readonly kind: 'remove'; readonly address: string }
  /** `by`: where the new shard answers; may be the same address, after a disk was lost. */
  | { readonly kind: 'replace'; readonly address: string; readonly by: string }
  | { readonly kind: 'reconfigure'; readonly replicationFactor: number }

export interface RingAdmin {
  info(): RingInfo
  /** Takes in the shard at an address (URL). */
  addNode(address: string): Promise<RingOutcome>
  removeNode(address: string): Promise<RingOutcome>
  /** Puts the shard that answers at `by` into the place of another, which may be dead. */
  replaceNode(address: string, by: string): Promise<RingOutcome>
  reconfigure(wish: { readonly replicationFactor: number }): Promise<RingOutcome>
  /** Takes back what is under way; what has moved already moves back. */
  cancel(): Promise<RingOutcome>
  /** What a wish would come to; nothing is changed. */
  preview(wish: RingWish): Promise<RingPreview | RingOutcome>
}
