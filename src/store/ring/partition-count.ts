/**
 * How many partitions a cluster is cut into. Fixed at founding: every key's place hangs on it.
 * `VIRTUAL_NODES` is the number of partitions that each shard of a small cluster should at least be
 * primary of, and a small cluster has three shards.
 */
const SMALL_CLUSTER_SHARDS = 3

/** The smallest power of two that is at least three times `virtualNodes` (an integer >= 1). */
export function partitionCount(virtualNodes: number): number {
  let count = 1
  while (count < SMALL_CLUSTER_SHARDS * virtualNodes) count *= 2
  return count
}
