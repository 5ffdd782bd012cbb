/**
 * What `GET /sharding/info` says of the members of the ring and of a move under way. A coordinator
 * that knows nothing of moves has no such field: then nothing moves.
 */
export interface RingSeen {
  readonly nodes: readonly string[]
  /** Null = nothing moves. */
  readonly partitionsLeft: number | null
}

export function ringSeen(info: Readonly<Record<string, unknown>>): RingSeen {
  const { nodes, rebalance } = info
  const moves = (rebalance ?? null) as { readonly partitions_left: number } | null
  return {
    nodes: Array.isArray(nodes) ? nodes.map(String) : [],
    partitionsLeft: moves === null ? null : Number(moves.partitions_left),
  }
}

/** Who must and who must not be in the ring in the end. */
export interface Members {
  readonly present?: string
  readonly absent?: string
}

export function isSettled({ nodes, partitionsLeft }: RingSeen, members: Members): boolean {
  const { present, absent } = members
  if (partitionsLeft !== null) return false
  const hasCome = present === undefined || nodes.includes(present)
  return hasCome && (absent === undefined || !nodes.includes(absent))
}
