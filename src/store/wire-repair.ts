/**
 * The messages by which replicas are compared and brought to hold the same: digests and headers of
 * a partition, that it was found whole, and hints for a shard that missed rows.
 */
import type { WireVersion } from './wire.ts'
import type { Place } from './wire-stream.ts'

/** A row without its text (see RowHeader): key, version, hash of the text. */
export interface WireHeader extends WireVersion {
  readonly k: string
  readonly h: number | null
}

/** A hint that was delivered: the version that the target holds now. */
export interface DeliveredHint extends WireVersion {
  readonly p: number
  readonly k: string
}

export type RepairRequest =
  | (Place & {
      readonly kind: 'digest'
      readonly deadBeforeMs: number
    })
  | (Place & {
      readonly kind: 'headers'
      readonly deadBeforeMs: number
      readonly from: string
      readonly limit: number
      /** Null = all. */
      readonly buckets: readonly number[] | null
    })
  /**
   * All replicas were found to hold the same, in a repair that began at `atMs`: remembered. What is
   * dead before `deadBeforeMs` goes.
   */
  | (Place & {
      readonly kind: 'repaired'
      readonly atMs: number
      readonly deadBeforeMs: number
    })
  /** Hints for one shard, and partitions of which it misses more than hints could say. */
  | {
      readonly kind: 'hints'
      readonly cluster: string
      readonly target: string
      readonly limit: number
    }
  | {
      readonly kind: 'hints.done'
      readonly cluster: string
      readonly target: string
      readonly delivered: readonly DeliveredHint[]
      /** Partitions that were repaired whole since. */
      readonly clean: readonly number[]
    }

export type RepairReply =
  /** `repairedMs`: when the last repair began that is remembered (see `repaired`); 0 = none. */
  | {
      readonly kind: 'digest'
      readonly sums: readonly string[]
      readonly rows: number
      readonly repairedMs: number
    }
  | {
      readonly kind: 'headers'
      readonly headers: readonly WireHeader[]
      /** Where to go on (`from`); null = it is through. */
      readonly next: string | null
    }
  | { readonly kind: 'repaired'; readonly purged: number }
  | {
      readonly kind: 'hints'
      readonly hints: readonly { readonly p: number; readonly k: string }[]
      readonly dirty: readonly number[]
    }
  | { readonly kind: 'hints.done'; readonly left: number }
