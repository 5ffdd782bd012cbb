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

export interface PartitionedRow extends Row {
  readonly partition: number
}

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
   * engine holds afterwards. Throws EngineError `full` when the disk has no room (nothing was
   * written, reading goes on), and `broken` for any other failure: the process must end, since a
   * failed fsync must never be retried.
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
