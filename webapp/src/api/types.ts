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
import type { AnswerOf } from './route.ts'

export type { Alert, Metric, Notification, Reading, Severity, ThresholdSet, Thresholds }

type Info = AnswerOf<'GET /sharding/info'>
/** All that the contract promises of it. */
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
type Change = NonNullable<Info['rebalance']>
/** What every coordinator that tells of a change says of it. */
type HowFar = 'kind' | 'partitions_left' | 'partitions_total'
type Optional = 'rebalance' | 'shards'

/** `GET /sharding/info`: of another coordinator perhaps no more than the contract has. */
export type RingInfo = Pick<Info, ContractInfo> &
  Partial<Omit<Info, ContractInfo | Optional>> & {
    readonly rebalance?: (Pick<Change, HowFar> & Partial<Omit<Change, HowFar>> & Progress) | null
    readonly shards?: readonly ShardRow[]
  }

type Shard = Info['shards'][number]
/** Whatever beside the address is not told is null or absent. */
export type ShardRow = { readonly [Fact in keyof Shard]?: Shard[Fact] | null } & {
  readonly node: string
}

/** How the replicas are cared for; null: another coordinator does. */
export type Care = AnswerOf<'GET /api/v1/system'>['care']

/** A stage of the pipeline. */
export type StageRow = AnswerOf<'GET /api/v1/system'>['pipeline'][number]

/** What a floor measured in one step; steps without readings are left out. */
export type ReadingPoint = AnswerOf<'GET /api/v1/readings'>['points'][number]
