/**
 * The rows of one replica: its engine with a cache in front. A key has one partition for as long as
 * there is a ring, so placed rows are cached by their key alone; unplaced ones are not cached.
 */
import { compareVersions, type Version } from '../../model/version.ts'
import {
  type KeyValueEngine,
  type PartitionDigest,
  type PartitionedRow,
  type Row,
  UNPLACED,
} from '../../ports/key-value-engine.ts'
import type { CacheTally } from '../wire.ts'
import type { CachedRow, RowCache } from './row-cache.ts'

/** Unplaced rows that are looked at together when they are counted. */
const PAGE_ROWS = 64

/** So long a digest is believed of a partition that nobody writes to. */
export const DIGEST_LASTS_MS = 5 * 60_000

type KnownDigest = PartitionDigest & { readonly deadBeforeMs: number; readonly atMs: number }

export class ReplicaRows {
  readonly engine: KeyValueEngine
  readonly cache: RowCache
  /** Reads that the cache could answer, and that it could not, since the start. */
  private reads = { hits: 0, misses: 0 }
  /** The last digest of each partition that was not written to since. */
  private readonly digests = new Map<number, KnownDigest>()

  constructor(engine: KeyValueEngine, cache: RowCache) {
    this.engine = engine
    this.cache = cache
  }

  get(partition: number, key: string): Row | undefined {
    if (partition === UNPLACED) return this.engine.get(partition, key)
    const cached = this.cache.get(key)
    if (cached) {
      this.reads.hits += 1
      return cached
    }
    this.reads.misses += 1
    const row = this.engine.get(partition, key)
    if (row) this.cache.set(key, { ...row, partition })
    return row
  }

  /** How well the cache does. */
  get cacheTally(): CacheTally {
    return { ...this.reads, items: this.cache.items }
  }

  /** As the engine's; what won is in the cache afterwards. */
  apply(rows: readonly PartitionedRow[]): readonly Version[] {
    const versions = this.engine.apply(rows)
    for (const [index, row] of rows.entries()) {
      const held = versions[index]
      const hasWon = held && compareVersions(held, row.version) === 0 && row.intake !== 'promise'
      if (hasWon && row.partition !== UNPLACED) this.cache.set(row.key, toCache(row))
      this.digests.delete(row.partition)
    }
    return versions
  }

  /**
   * As the engine's, which is asked when there may be something new, and now and then without: a
   * disk may change a row by itself. `nowMs` is monotonic.
   */
  digest(partition: number, deadBeforeMs: number, nowMs: number): PartitionDigest {
    const known = this.digests.get(partition)
    const isFresh = known !== undefined && nowMs - known.atMs < DIGEST_LASTS_MS
    if (isFresh && known.deadBeforeMs === deadBeforeMs) return known
    const digest = { ...this.engine.digest(partition, deadBeforeMs), deadBeforeMs, atMs: nowMs }
    this.digests.set(partition, digest)
    return digest
  }

  /** As the engine's; what went is in the cache no more. */
  purge(partition: number, deadBeforeMs: number, limit: number): number {
    const purged = this.engine.purge(partition, deadBeforeMs, limit)
    if (purged === 0) return 0
    const mayBeDead = (row: CachedRow) => row.text === null || row.expiresMs !== null
    this.forget(partition, mayBeDead)
    return purged
  }

  /** As the engine's; nothing of the partition is in the cache afterwards. */
  clear(partition: number, limit: number): number {
    const cleared = this.engine.clear(partition, limit)
    if (cleared > 0) this.forget(partition, () => true)
    return cleared
  }

  /** Keys that can be read here, in the ring's partitions and beside them. */
  countAll(nowMs: number): number {
    let unplaced = 0
    let from = ''
    for (;;) {
      const page = this.engine.scan(UNPLACED, { from, to: null }, PAGE_ROWS, false)
      for (const row of page) if (isReadable(row, nowMs)) unplaced += 1
      const last = page.at(-1)
      if (last === undefined) return this.engine.count(nowMs) + unplaced
      from = `${last.key}\0`
    }
  }

  private forget(partition: number, isGone: (row: CachedRow) => boolean): void {
    this.digests.delete(partition)
    this.cache.forget((row) => row.partition === partition && isGone(row))
  }
}

/** Without what was to become of it; nearly always that spares a copy. */
function toCache(row: PartitionedRow): CachedRow {
  const { partition, key, text, version, expiresMs, intake, missedBy } = row
  if (intake === undefined && missedBy === undefined) return row
  return { partition, key, text, version, expiresMs }
}

/** Tombstones and expired rows count as deleted. */
export function isReadable(row: Row, nowMs: number): row is Row & { readonly text: string } {
  return row.text !== null && (row.expiresMs === null || row.expiresMs > nowMs)
}
