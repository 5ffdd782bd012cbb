/**
 * What the coordinator says, as types. Documents of the store are those of the sources' model;
 * answers of routes come out of the coordinator's own document (`wire.generated.ts`). What stands
 * beside the contract may be missing on another coordinator: whoever asks for it must be able to go
 * on without.
 */
import type { Alert, Metric } from '../../../src/model/alert.ts'
import type { Notification, Severity } from '../../../src/model/notification.ts'
import type { Reading } from '../../../src/model/reading.ts'
import type { ThresholdSet, Thresholds } from '../../../src/model/thresholds.ts'
import type { Rebalance, RingInfo as RingToldInFull, ShardInfo } from './wire.generated.ts'

/** How the replicas are cared for, a stage of the pipeline, and what a floor measured in a step. */
export type { Care, ReadingPoint, Stage } from './wire.generated.ts'
export type { Alert, Metric, Notification, Reading, Severity, ThresholdSet, Thresholds }

/** All that the contract promises of the ring. */
type ContractInfo = 'total_nodes' | 'replication_factor' | 'nodes' | VirtualNodes
type VirtualNodes = 'virtual_nodes_per_node' | 'total_virtual_nodes'

/** Told by some coordinators of a change that is under way. */
interface Progress {
  /** Why it does not go on, in a sentence. */
  readonly waiting_for?: string | null
  /** Null: another coordinator carries it out and knows. */
  readonly rows_moved?: number | null
  readonly bytes_moved?: number | null
}
/** What every coordinator that tells of a change says of it. */
type HowFar = 'kind' | 'partitions_left' | 'partitions_total'
type Optional = 'rebalance' | 'shards'

/** `GET /sharding/info`: of another coordinator perhaps no more than the contract has. */
export type RingInfo = Pick<RingToldInFull, ContractInfo> &
  Partial<Omit<RingToldInFull, ContractInfo | Optional>> & {
    readonly rebalance?:
      | (Pick<Rebalance, HowFar> & Partial<Omit<Rebalance, HowFar>> & Progress)
      | null
    readonly shards?: readonly ShardRow[]
  }

/** Whatever beside the address is not told is null or absent. */
export type ShardRow = { readonly [Fact in keyof ShardInfo]?: ShardInfo[Fact] | null } & {
  readonly node: string
}
