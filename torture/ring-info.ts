/**
 * What `GET /sharding/info` says of a move under way. A coordinator that knows nothing of moves has
 * no such field: then nothing moves.
 */
export interface Rebalance {
  readonly partitionsLeft: number
  readonly partitionsTotal: number
}

export function rebalanceOf(info: Readonly<Record<string, unknown>>): Rebalance | null {
  const { rebalance } = info
  if (typeof rebalance !== 'object' || rebalance === null) return null
  const { partitions_left: left, partitions_total: total } = rebalance as Record<string, unknown>
  return { partitionsLeft: Number(left), partitionsTotal: Number(total) }
}
