/**
 * The messages between coordinators and shards, and the guards that admit them. One coordinator
 * sends a shard all operations of one event-loop turn, or of a few, as one `ops` message; names are
 * short because they are repeated for each operation.
 *
 * Both sides use the same guards, over HTTP and within one process: what does not pass is treated
 * as if nothing had answered.
 */
import type { RingDocument } from './ring/document.ts'
import type { RepairReply, RepairRequest } from './wire-repair.ts'
import type { StreamReply, StreamRequest } from './wire-stream.ts'

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
  /** `bare`: of the row the version is enough. */
  | {
      readonly op: 'get'
      readonly p: number
      readonly e: number
      readonly k: string
      readonly bare?: true
    }
  /**
   * A plain key: the row is merged. A conditional key: it is accepted, its version is the ballot.
   * `missedBy`: ids of shards that miss it, noted as hints together with the row.
   */
  | {
      readonly op: 'apply'
      readonly p: number
      readonly e: number
      readonly row: WireRow
      readonly missedBy?: readonly string[]
    }
  /** Of a conditional key: nothing below this ballot is taken any more. */
  | {
      readonly op: 'promise'
      readonly p: number
      readonly e: number
      readonly k: string
      readonly ballot: WireVersion
    }
  /** Shards that miss the present row of a key, where that was known only afterwards. */
  | {
      readonly op: 'hint'
      readonly p: number
      readonly e: number
      readonly k: string
      readonly missedBy: readonly string[]
    }

/** A version by its names on the wire. */
export type WireVersion = Pick<WireRow, 'o' | 't' | 'n'>

/** A ring that a shard was asked to accept, and under which ballot. */
export interface RingProposal {
  readonly ballot: WireVersion
  readonly ring: RingDocument
}

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
 * clock. fenced: the sender's epoch is older than the shard's. not-mine: the
 * shard is not a replica of that partition, does not know the sender's epoch yet, or is of another
 * cluster. late: the deadline had passed before work began. busy: a queue was full. damaged: the
 * row on this disk is not what was written.
 */
export type Refusal = (typeof REFUSALS)[number]

/** What became of one operation; results stand in the order of the operations. */
export type OperationResult =
  /** Answer to get: the row with its version (tombstones and expired rows too), or null. */
  | { readonly r: 'row'; readonly row: WireRow | null }
  /** Answer to a bare get, where there is a row: its version. */
  | { readonly r: 'version'; readonly o: number; readonly t: number; readonly n: string }
  /**
   * Answer to apply: durable; the version that the shard holds now. Of a conditional key it is the
   * row's own when it was accepted, else the larger ballot that stands against it.
   */
  | { readonly r: 'held'; readonly o: number; readonly t: number; readonly n: string }
  /**
   * Answer to promise: the ballot that is promised now, which is the one asked for or a larger one,
   * and the row that was accepted last (null = none).
   */
  | { readonly r: 'promised'; readonly ballot: WireVersion; readonly row: WireRow | null }
  /** Answer to hint. */
  | { readonly r: 'noted' }
  /** Certainly not done. */
  | { readonly r: 'refused'; readonly why: Refusal }

/**
 * In place of the `held` of an apply: what is held now is the version that was sent. Nearly all
 * answers are this one, and the sender knows the version.
 */
export type AsSent = true

export type ShardRequest =
  | { readonly kind: 'hello' }
  | {
      readonly kind: 'ops'
      /** Whose ring the epochs are of. */
      readonly cluster: string
      readonly budgetMs: number
      readonly ops: readonly ShardOperation[]
      /** `AsSent` is understood. A shard of before does not know this and answers in full. */
      readonly terse?: true
    }
  | {
      readonly kind: 'scan'
      readonly cluster: string
      readonly from: string
      /** Exclusive; null = to the end. */
      readonly to: string | null
      readonly limit: number
      readonly reverse: boolean
    }
  /**
   * Which ring comes after version `ring.version` is decided by one round of Paxos among the
   * deciders of that ring. `ring.promise`: nothing below this ballot is accepted for `version`.
   */
  | {
      readonly kind: 'ring.promise'
      /** Null = founding; then `version` is 1. */
      readonly cluster: string | null
      /** Of the ring that is to be decided. */
      readonly version: number
      readonly ballot: WireVersion
    }
  | {
      readonly kind: 'ring.accept'
      readonly cluster: string | null
      readonly version: number
      readonly proposal: RingProposal
    }
  /** A ring that was decided. */
  | { readonly kind: 'ring.store'; readonly ring: RingDocument }
  | RepairRequest
  | StreamRequest

/** How often the rows in memory could answer, and how many they are. */
export interface CacheTally {
  readonly hits: number
  readonly misses: number
  readonly items: number
}

export type ShardReply =
  | {
      readonly kind: 'hello'
      readonly shardId: string
      readonly ring: RingDocument | null
      /**
       * Rows that count for clients (tombstones, expired rows and system keys do not), those of
       * `outgoing` partitions among them.
       */
      readonly keys: number
      /** Reads of keys since the shard started. Absent: it does not say. */
      readonly cache?: CacheTally
      /** False once the disk is full. */
      readonly writable: boolean
      /** For how many rows hints stand here, by the id of the shard that misses them. */
      readonly hints: Readonly<Record<string, number>>
      /**
       * Partitions that the ring's goals will bring here while rows of an earlier time still stand;
       * they are on their way out.
       */
      readonly leftovers: number
      /** Partitions that have moved away and whose rows are still to be removed. Absent: none. */
      readonly outgoing?: number
      /** Operations that it was asked for since it started. Absent: it does not say. */
      readonly operations?: number
      /** The label of what it fails together with. */
      readonly zone?: string
    }
  | { readonly kind: 'ops'; readonly results: readonly (OperationResult | AsSent)[] }
  /**
   * Rows of all partitions held, ascending (or descending) by key; `more` = the limit cut it short.
   * `version`: of the ring by which the shard knows what it holds.
   */
  | {
      readonly kind: 'scan'
      readonly version: number
      readonly rows: readonly WireRow[]
      readonly more: boolean
    }
  /**
   * `promised`: the largest ballot that was promised for that version; what was asked for counts
   * only when it is the same. `accepted`: what was accepted for that version. `ring`: the decided
   * ring that the shard goes by; when it is not the one before `version`, nothing was promised.
   */
  | {
      readonly kind: 'ring.promise'
      readonly promised: WireVersion | null
      readonly accepted: RingProposal | null
      readonly ring: RingDocument | null
    }
  /** As for `ring.promise`; it was accepted when `accepted.ballot` is the one asked for. */
  | {
      readonly kind: 'ring.accept'
      readonly promised: WireVersion | null
      readonly accepted: RingProposal | null
      readonly ring: RingDocument | null
    }
  /** The ring that the shard holds afterwards: the one sent, or its own newer or foreign one. */
  | { readonly kind: 'ring.store'; readonly stored: boolean; readonly ring: RingDocument | null }
  | RepairReply
  | StreamReply
  /** The request was not understood or could not be served at all; certainly nothing was done. */
  | { readonly kind: 'error'; readonly reason: string }

/** The reply that belongs to a kind of request. */
export type ReplyOf<K extends ShardRequest['kind']> = Extract<ShardReply, { kind: K }>
