/**
 * One replica's rows on one disk, ordered by (partition, key). Synchronous on purpose: a function
 * that cannot be suspended keeps its assertions true to the end, SQLite in Node is synchronous
 * anyway, and memory and SQLite then give the same run in simulation.
 *
 * The engine knows the one rule of merging (the larger version wins) and nothing of quorums or
 * rings.
 */
import type { Version } from '../model/version.ts'

export interface Row {
  readonly key: string
  /** JSON text as it was sent; null is a tombstone. */
  readonly text: string | null
  readonly version: Version
  /** Absolute wall time in ms after which the row counts as deleted; null = never. */
  readonly expiresMs: number | null
}

/**
 * How a row is taken in. `merge`: the larger version wins. The two others belong to conditional
 * keys, which are registers of CASPaxos (Rystsov, 2018); their versions are ballots. `promise`:
 * only the ballot counts (text and expiry do not); from then on nothing below it is taken, and what
 * is held stays. A key that has nothing but a promise is shown by nothing that reads. `accept`:
 * taken unless a larger ballot was promised or accepted.
 */
export type Intake = 'merge' | 'promise' | 'accept'

export interface PartitionedRow extends Row {
  readonly partition: number
  /** Absent: `merge`. A key is only ever written in one of the two manners. */
  readonly intake?: Exclude<Intake, 'merge'>
  /** Shards (ids) that are known to miss this row; noted as hints in the same transaction. */
  readonly missedBy?: readonly string[]
}

/** A row without its text: enough to tell whether two replicas hold the same. */
export interface RowHeader {
  readonly key: string
  readonly version: Version
  /** Of the text as it stands on this disk now, not as it was written; null of a tombstone. */
  readonly hash: number | null
}

/** A row that another shard misses: whose (a shard's id), and which. */
export interface Hint {
  readonly target: string
  readonly partition: number
  readonly key: string
}

/** How many rows of a partition fall into each of DIGEST_BUCKETS, and the sums of their hashes. */
export interface PartitionDigest {
  /** Equal sums of all buckets mean equal rows (but for chance, 2^-64 for each bucket). */
  readonly sums: readonly string[]
  readonly rows: number
}

/** Buckets of a digest; `bucketOf` (store/row-digest.ts) says which one a key falls into. */
export const DIGEST_BUCKETS = 256

/** Stands in place of a partition for rows that belong to no ring; they are never counted. */
export const UNPLACED = -1

/** Half open: from <= key < to. `to` null = to the end. Keys compare by UTF-8 bytes. */
export interface KeyRange {
  readonly from: string
  readonly to: string | null
}

/**
 * Reading throws EngineError `damaged` when a row is not what was written (its hash tells), so that
 * nobody takes it for the row; everything else goes on.
 */
export interface KeyValueEngine {
  get(partition: number, key: string): Row | undefined
  /**
   * All or nothing, in order; for each key the larger version wins, and of equal ones the first,
   * unless it is damaged. Durable on return (fsynced). Returns for each row the version that the
   * engine holds afterwards; of a `promise` the ballot that is promised then, and of an `accept`
   * that was not taken the larger ballot that stands against it. Hints are noted of rows that were
   * not taken too: what is held then is at least as new. Throws EngineError `full` when the disk
   * has no room (nothing was written, reading goes on), and `broken` for any other failure: the
   * process must end, since a failed fsync must never be retried.
   */
  apply(rows: readonly PartitionedRow[]): readonly Version[]
  /** Rows of one partition in a range, tombstones and expired ones included, ascending by key. */
  scan(partition: number, range: KeyRange, limit: number, reverse: boolean): readonly Row[]
  /** The keys of what `scan` would give, without reading the values. */
  keys(partition: number, range: KeyRange, limit: number, reverse: boolean): readonly string[]
  /**
   * Rows that are not tombstones and not expired at nowMs; system keys and unplaced rows do not
   * count. Exact, and cheap enough to ask several times a second.
   */
  count(nowMs: number): number
  /**
   * Of the rows of one partition. Rows that are dead before `deadBeforeMs` are left out, on all
   * replicas alike: tombstones whose version's time, and rows whose expiry and time, are below it.
   * Rows of conditional keys are never dead.
   */
  digest(partition: number, deadBeforeMs: number): PartitionDigest
  /**
   * Headers of the rows that a digest counts, ascending by key, of all buckets or of those given.
   * Looks at up to `limit` rows from `from` on and gives what falls into the buckets; `next` is
   * where to go on, null = it is through. Damaged rows are among them, with the hash they have now.
   */
  headers(
    partition: number,
    query: {
      readonly from: string
      readonly limit: number
      readonly deadBeforeMs: number
      readonly buckets: ReadonlySet<number> | null
    },
  ): { readonly headers: readonly RowHeader[]; readonly next: string | null }
  /**
   * Deletes for good up to `limit` rows of a partition that are dead before `deadBeforeMs` (see
   * digest). Returns how many. Throws as `apply` does.
   */
  purge(partition: number, deadBeforeMs: number, limit: number): number
  /**
   * Deletes up to `limit` rows of a partition, of whatever kind and with what was promised for
   * them, and its hints; how many rows. Throws as `apply` does.
   */
  clear(partition: number, limit: number): number
  /** Partitions of which there is any row or promise, UNPLACED left out; ascending. */
  partitions(): readonly number[]
  /** Notes hints; one that stands already is no second one. Durable; throws as `apply` does. */
  noteHints(hints: readonly Hint[]): void
  /** Hints for a shard, by partition and key. */
  hints(target: string, limit: number): readonly Hint[]
  /** How many hints stand for each shard that there are any for. */
  hintCounts(): ReadonlyMap<string, number>
  /** Forgets hints. Throws as `apply` does. */
  dropHints(hints: readonly Hint[]): void
  /** Facts about this replica itself (its identity, the ring it last saw). Durable on return. */
  getMeta(name: string): string | undefined
  /** Throws as `apply` does. */
  setMeta(name: string, value: string): void
  close(): void
}

export type EngineFailure = 'full' | 'damaged' | 'broken'

export class EngineError extends Error {
  readonly code: EngineFailure
  constructor(code: EngineFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineError'
    this.code = code
  }
}
