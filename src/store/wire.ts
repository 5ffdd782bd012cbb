/**
 * The messages between coordinators and shards, and the guards that admit them. One coordinator
 * sends a shard all operations of one event-loop turn as one `ops` message; names are short because
 * they are repeated for each operation.
 *
 * Both sides use the same guards, over HTTP and within one process: what does not pass is treated
 * as if nothing had answered.
 */
import type { RingDocument } from './ring/document.ts'

/**
 * A row on the wire: key, JSON text (null = tombstone), version (order, time, writer), expiry in
 * ms.
 */
export interface WireRow {
  readonly k: string
  readonly v: string | null
  readonly o: number
  readonly t: number
  readonly n: string
  readonly e: number | null
}

/** `p` partition, `e` the partition's epoch as the sender knows it. */
export type ShardOperation =
  | { readonly op: 'get'; readonly p: number; readonly e: number; readonly k: string }
  | { readonly op: 'apply'; readonly p: number; readonly e: number; readonly row: WireRow }

export const REFUSALS = [
  'full',
  'clock-ahead',
  'fenced',
  'not-mine',
  'late',
  'busy',
  'damaged',
] as const
/**
 * full: the disk has no room. clock-ahead: the version's time is more than 2 s ahead of the shard's
 * clock. fenced: the sender's epoch is older than the shard's, or the ring is sealed. not-mine: the
 * shard is not a replica of that partition, does not know the sender's epoch yet, or is of another
 * cluster. late: the deadline had passed before work began. busy: a queue was full. damaged: the
 * row on this disk is not what was written.
 */
export type Refusal = (typeof REFUSALS)[number]

/** What became of one operation; results stand in the order of the operations. */
export type OperationResult =
  /** Answer to get: the row with its version (tombstones and expired rows too), or null. */
  | { readonly r: 'row'; readonly row: WireRow | null }
  /** Answer to apply: durable; the version that the shard holds now. */
  | { readonly r: 'held'; readonly o: number; readonly t: number; readonly n: string }
  /** Certainly not done. */
  | { readonly r: 'refused'; readonly why: Refusal }

export type ShardRequest =
  | { readonly kind: 'hello' }
  | {
      readonly kind: 'ops'
      /** Whose ring the epochs are of. */
      readonly cluster: string
      readonly budgetMs: number
      readonly ops: readonly ShardOperation[]
    }
  | {
      readonly kind: 'scan'
      readonly cluster: string
      /** Of the ring by which the sender counts who covers what; another one is refused. */
      readonly version: number
      readonly from: string
      /** Exclusive; null = to the end. */
      readonly to: string | null
      readonly limit: number
      readonly reverse: boolean
    }
  | { readonly kind: 'ring.store'; readonly ring: RingDocument }

export type ShardReply =
  | {
      readonly kind: 'hello'
      readonly shardId: string
      readonly ring: RingDocument | null
      /** How many keys a client could read here; system keys do not count. */
      readonly keys: number
      /** False once the disk is full. */
      readonly writable: boolean
    }
  | { readonly kind: 'ops'; readonly results: readonly OperationResult[] }
  /**
   * Rows of all partitions held, ascending (or descending) by key; `more` = the limit cut it short.
   */
  | { readonly kind: 'scan'; readonly rows: readonly WireRow[]; readonly more: boolean }
  /** The ring that the shard holds afterwards: the one sent, or its own newer or foreign one. */
  | { readonly kind: 'ring.store'; readonly stored: boolean; readonly ring: RingDocument | null }
  /** The request was not understood or could not be served at all; certainly nothing was done. */
  | { readonly kind: 'error'; readonly reason: string }

/** The reply that belongs to a kind of request. */
export type ReplyOf<K extends ShardRequest['kind']> = Extract<ShardReply, { kind: K }>
