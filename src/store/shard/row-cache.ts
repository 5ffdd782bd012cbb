/**
 * Rows kept in memory beside the engine. A row stands there with its version and expiry, so a cache
 * can answer nothing that the engine would not, and it is filled only with what is committed: a row
 * that a crash could still remove is never read.
 */
import type { Row } from '../../ports/key-value-engine.ts'

export interface CachedRow extends Row {
  readonly partition: number
}

/** Forgets by itself what was not used for longest. */
export interface RowCache {
  /** 0 = off. */
  readonly itemsMax: number
  readonly items: number
  get(key: string): CachedRow | undefined
  set(key: string, row: CachedRow): void
  /** Forgets the rows of which this holds; it looks at all of them. */
  forget(isGone: (row: CachedRow) => boolean): void
}

/** A cache that is off. */
export const NO_CACHE: RowCache = {
  ...{ itemsMax: 0, items: 0, get: () => undefined },
  set() {},
  forget() {},
}
