/**
 * The rows of a shard that were used last. Bounded in rows, as the setting says, and in bytes,
 * since twenty thousand rows may be anything from a few megabytes to twenty gigabytes.
 */
import { LRUCache } from 'lru-cache'
import { shortHash } from '../store/ring/hash.ts'
import { type CachedRow, NO_CACHE, type RowCache } from '../store/shard/row-cache.ts'
import { rowBytes } from '../store/shard/wire-rows.ts'

/** All rows together, estimated. A row that is larger than a quarter of it is not kept. */
export const CACHE_BYTES_MAX = 64 * 1024 * 1024

/** `itemsMax` 0 turns it off. */
export function lruRowCache(itemsMax: number): RowCache {
  if (itemsMax === 0) return NO_CACHE
  // By a number in place of the key; of two keys that share one the later row is kept.
  const cache = new LRUCache<number, CachedRow>({
    max: itemsMax,
    maxSize: CACHE_BYTES_MAX,
    maxEntrySize: CACHE_BYTES_MAX / 4,
    sizeCalculation: rowBytes,
  })
  return {
    itemsMax,
    get items() {
      return cache.size
    },
    get(key) {
      const row = cache.get(shortHash(key))
      return row?.key === key ? row : undefined
    },
    set: (key, row) => void cache.set(shortHash(key), row),
    forget(isGone) {
      for (const [hash, row] of [...cache.entries()]) if (isGone(row)) cache.delete(hash)
    },
  }
}
