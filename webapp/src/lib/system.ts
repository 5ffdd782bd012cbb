/**
 * What the System page says of the store, made out of what a coordinator tells of it; whatever it
 * does not tell stays unknown, and is never shown as a zero.
 */
import type { Care, RingInfo, ShardRow } from '../api/types.ts'

/**
 * In the order of their addresses. A coordinator that speaks only the contract says no more of a
 * shard than that.
 */
export function shardsOf(info: RingInfo): readonly ShardRow[] {
  const rows: readonly ShardRow[] = info.shards ?? info.nodes.map((node) => ({ node }))
  return [...rows].sort((one, other) => (one.node < other.node ? -1 : 1))
}

/** The part of all reads that rows in memory answered, 0 to 1; undefined: nothing was read yet. */
export function hitRate(cache: ShardRow['cache'] | undefined): number | undefined {
  const reads = cache ? cache.hits + cache.misses : 0
  return cache && reads > 0 ? cache.hits / reads : undefined
}

/** A change of the ring that is under way. */
export interface Moving {
  readonly done: number
  readonly total: number
  /** 0 to 1. */
  readonly part: number
  readonly rows: number | undefined
  readonly bytes: number | undefined
  readonly waitingFor: string | undefined
}

export function movingOf(info: RingInfo): Moving | undefined {
  const { rebalance } = info
  if (!rebalance) return undefined
  const { partitions_left: left, partitions_total: total } = rebalance
  return {
    done: total - left,
    total,
    part: total === 0 ? 1 : (total - left) / total,
    rows: rebalance.rows_moved ?? undefined,
    bytes: rebalance.bytes_moved ?? undefined,
    waitingFor: rebalance.waiting_for || undefined,
  }
}

export type CareState =
  /** This coordinator does not tell. */
  | { readonly kind: 'untold' }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'here'; readonly care: Care }

export function careStateOf(system: { readonly care?: Care | null } | null | undefined): CareState {
  if (system?.care === undefined) return { kind: 'untold' }
  return system.care === null ? { kind: 'elsewhere' } : { kind: 'here', care: system.care }
}
