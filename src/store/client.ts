/**
 * The store as the other stages see it, and the only door to it: keys with JSON documents, written
 * and read by quorum. The coordinator is one such Store, a client of its HTTP face is another;
 * nothing on this side knows of shards, rows or partitions.
 *
 * No method rejects for what the world does: each key has its own outcome. A batch is not atomic.
 */
export interface StoreWrite {
  readonly key: string
  /** JSON text, kept as sent; null deletes. */
  readonly text: string | null
  /**
   * Event order in ms (fraction allowed): among writes of a key the larger order wins, and losing
   * to a larger one is a normal success. Absent: wall time, so the last writer wins.
   */
  readonly order?: number
  /** The value is gone so many seconds after the write. Integer >= 1. */
  readonly ttlSeconds?: number
  /** Conditional keys only: what stands there must have this etag; `*` = any. */
  readonly ifMatch?: string
  /** Conditional keys only: nothing may stand there. */
  readonly ifNoneMatch?: '*'
  /** Conditional keys only: the name of this change; under one name it takes effect once. */
  readonly requestId?: string
}

export type WriteOutcome =
  /** Held, fsynced, by a quorum. */
  | {
      readonly kind: 'done'
      readonly replicas: number
      readonly targets: readonly string[]
      /** Of conditional keys: what names the document now; null = it was deleted. */
      readonly etag?: string | null
    }
  /** The condition does not hold; nothing was changed. `etag`: of what stands there. */
  | { readonly kind: 'mismatch'; readonly etag: string | null }
  /** Certainly on no replica. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Perhaps on some replicas, not on a quorum. Writing the same again is safe. */
  | { readonly kind: 'unknown'; readonly needed: number; readonly had: number }
  | { readonly kind: 'no-shards' }
  | { readonly kind: 'invalid'; readonly field: string; readonly reason: string }
  /** A queue is full; nothing was tried. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number }

export type ReadOutcome =
  /** `etag`: of conditional keys, names this content of the document. */
  | {
      readonly kind: 'found'
      readonly text: string
      readonly order: number
      readonly etag?: string
    }
  /** A quorum says so. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly needed: number; readonly had: number }
  | { readonly kind: 'no-shards' }
  | { readonly kind: 'invalid'; readonly field: string; readonly reason: string }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }

export interface ScanQuery {
  readonly prefix?: string
  /** Inclusive. */
  readonly from?: string
  /** Exclusive. */
  readonly to?: string
  /** 1 .. SCAN_LIMIT_MAX entries. */
  readonly limit: number
  readonly reverse?: boolean
}

export type ScanOutcome =
  | {
      readonly kind: 'page'
      /** Ordered by the UTF-8 bytes of the key, descending when reversed. */
      readonly entries: readonly { readonly key: string; readonly text: string }[]
      /** Where the next page begins (`from`, or `to` when reversed); null = this was the last. */
      readonly next: string | null
    }
  | Exclude<ReadOutcome, { kind: 'found' } | { kind: 'absent' }>

/** Is the store ready to be written to? Ingestion waits while it has fewer shards than expected. */
export interface StoreStatus {
  readonly reachable: boolean
  readonly shards: number
}

export interface Store {
  /** One outcome for each write, in the order given. At most BATCH_KEYS_MAX. */
  write(writes: readonly StoreWrite[]): Promise<readonly WriteOutcome[]>
  /** One outcome for each key, in the order given. At most BATCH_KEYS_MAX. */
  read(keys: readonly string[]): Promise<readonly ReadOutcome[]>
  scan(query: ScanQuery): Promise<ScanOutcome>
  status(): Promise<StoreStatus>
}

/** Limits of the store; each has a test. Bytes are of UTF-8. */
export const KEY_BYTES_MAX = 512
export const VALUE_BYTES_MAX = 1024 * 1024
export const BATCH_KEYS_MAX = 2_000
/** Body of one `POST /batch`. */
export const BATCH_BODY_BYTES_MAX = 16 * 1024 * 1024
export const SCAN_LIMIT_MAX = 1_000
