/**
 * The rows of one replica: its engine with a cache in front. A key has one partition for as long as
 * there is a ring, so placed rows are cached by their key alone; unplaced ones are not cached.
 */
import { compareVersions, type Version } from '../../model/version.ts'
import {
  type KeyValueEngine,
  type PartitionedRow,
  type Row,
  UNPLACED,
} from '../../ports/key-value-engine.ts'
import type { RowCache } from './row-cache.ts'

/** Unplaced rows that are looked at together when they are counted. */
const PAGE_ROWS = 64

export class ReplicaRows {
  readonly engine: KeyValueEngine
  readonly cache: RowCache

  constructor(engine: KeyValueEngine, cache: RowCache) {
    this.engine = engine
    this.cache = cache
  }

  get(partition: number, key: string): Row | undefined {
    if (partition === UNPLACED) return this.engine.get(partition, key)
    const cached = this.cache.get(key)
    if (cached) return cached
    const row = this.engine.get(partition, key)
    if (row) this.cache.set(key, row)
    return row
  }

  /** As the engine's; what won is in the cache afterwards. */
  apply(rows: readonly PartitionedRow[]): readonly Version[] {
    const versions = this.engine.apply(rows)
    for (const [index, row] of rows.entries()) {
      const held = versions[index]
      const hasWon = held && compareVersions(held, row.version) === 0
      if (hasWon && row.partition !== UNPLACED) this.cache.set(row.key, row)
    }
    return versions
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
}

/** Tombstones and expired rows count as deleted. */
export function isReadable(row: Row, nowMs: number): row is Row & { readonly text: string } {
  return row.text !== null && (row.expiresMs === null || row.expiresMs > nowMs)
}
