/**
 * The rows of a shard that were used last. Bounded in rows, as the setting says, and in bytes,
 * since twenty thousand rows may be anything from a few megabytes to twenty gigabytes.
 */
import { LRUCache } from 'lru-cache'
import { murmur3 } from '../store/ring/hash.ts'
import { type CachedRow, NO_CACHE, type RowCache } from '../store/shard/row-cache.ts'
import { rowBytes } from '../store/shard/wire-rows.ts'

/** All rows together, estimated. A row that is larger than a quarter of it is not kept. */
export const CACHE_BYTES_MAX = 64 * 1024 * 1024

/** `itemsMax` 0 turns it off. */
export function lruRowCache(itemsMax: number): RowCache {
  if (itemsMax === 0) return NO_CACHE
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
      const row = cache.get(placeOf(key))
      return row?.key === key ? row : undefined
    },
    set: (key, row) => void cache.set(placeOf(key), row),
    forget(isGone) {
      for (const [place, row] of [...cache.entries()]) if (isGone(row)) cache.delete(place)
    },
  }
}

/**
 * A small number in place of the key: a text that has just arrived would first have to be entered
 * in the engine's table of texts, which costs more than all the rest. Of two keys that share a
 * place the later one is kept; a cache may forget.
 */
function placeOf(key: string): number {
  return murmur3(key) >>> 2
}
