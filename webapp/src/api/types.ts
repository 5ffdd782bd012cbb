/**
 * What the coordinator says, as types. The first half is the wire contract; the second half stands
 * beside it and may be missing on another coordinator, which then answers 404: whoever asks for it
 * must be able to go on without.
 */
import type { Alert, Metric } from '../../../src/model/alert.ts'
import type { Notification, Severity } from '../../../src/model/notification.ts'
import type { Reading } from '../../../src/model/reading.ts'
import type { ThresholdSet, Thresholds } from '../../../src/model/thresholds.ts'

export type { Alert, Metric, Notification, Reading, Severity, ThresholdSet, Thresholds }

export interface NotificationPage {
  readonly items: readonly Notification[]
  readonly total: number
}

export interface ShardRow {
  readonly id: string
  readonly node: string
  readonly health: 'up' | 'suspect' | 'down'
  readonly keys: number | null
  readonly writable: boolean | null
  readonly problem: string | null
  readonly partitions: number
  readonly hints: number
  readonly leaving: boolean
}

/** `GET /sharding/info`; the contract has only the first five. */
export interface RingInfo {
  readonly total_nodes: number
  readonly replication_factor: number
  readonly virtual_nodes_per_node: number
  readonly total_virtual_nodes: number
  readonly nodes: readonly string[]
  readonly reachable?: boolean
  readonly partitions?: number
  readonly version?: number
  readonly shards?: readonly ShardRow[]
  readonly rebalance?: {
    readonly kind: 'add' | 'remove' | 'replace' | 'reconfigure'
    readonly partitions_left: number
    readonly partitions_total: number
  } | null
  readonly problems?: readonly string[]
}

/** `GET /api/v1/readings?floor&metric&from&to&step`; steps without readings are left out. */
export interface ReadingsAnswer {
  readonly floor: number
  readonly metric: Metric
  readonly from: string
  readonly to: string
  readonly step: number
  readonly points: readonly ReadingPoint[]
}

export interface ReadingPoint {
  /** Epoch seconds at which the step begins. */
  readonly t: number
  readonly min: number
  readonly mean: number
  readonly max: number
  readonly count: number
}

/** `GET /api/v1/thresholds/preview?floor&metric&value&from&to`. */
export interface ThresholdPreview {
  readonly readings: number
  /** Readings over the value. */
  readonly over: number
  /** What would have been shown, after the cooldown. */
  readonly notifications: number
}

/** `GET /api/v1/system`. */
export interface SystemAnswer {
  readonly pipeline: readonly StageRow[]
  readonly store: RingInfo
}

export interface StageRow {
  readonly stage: string
  readonly ratePerSecond: number
  /** Null: nobody can say. */
  readonly lag: number | null
  readonly errors: number
}
