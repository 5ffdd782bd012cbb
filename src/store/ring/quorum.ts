/**
 * When replies make a quorum. A partition has one group of replicas, or two while it moves; a
 * quorum is a majority of each group, so any two quorums of one epoch share a replica, and so do
 * those of two epochs that follow each other.
 */
import type { PartitionEntry } from './document.ts'

/** Positions of replicas; a replica may be in both groups. */
export type QuorumGroups = readonly (readonly number[])[]

/** The smallest number of replicas such that any two such sets share one. */
export function majorityOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1
}

/**
 * Who holds a partition: indices of shards, those who are new in a joint goal behind the others,
 * and the groups that quorums are made of, as positions in that list.
 */
export function holdersOf({ replicas, goal, isJoint }: PartitionEntry): {
  readonly members: readonly number[]
  readonly groups: QuorumGroups
} {
  const present = replicas.map((_, position) => position)
  if (!goal || !isJoint) return { members: replicas, groups: [present] }
  const members = [...replicas, ...goal.filter((shard) => !replicas.includes(shard))]
  return { members, groups: [present, goal.map((shard) => members.indexOf(shard))] }
}

/** Is there a majority of each group among the replicas of which this holds? */
export function isQuorum(groups: QuorumGroups, has: (replica: number) => boolean): boolean {
  for (const group of groups) if (countOf(group, has) < majorityOf(group.length)) return false
  return true
}

/** Of the group that is worst off: how many there are and how many are needed. */
export function quorumCount(
  groups: QuorumGroups,
  has: (replica: number) => boolean,
): { readonly needed: number; readonly had: number } {
  const counts = groups.map((group) => ({
    needed: majorityOf(group.length),
    had: countOf(group, has),
  }))
  return counts.reduce((worst, one) =>
    one.needed - one.had > worst.needed - worst.had ? one : worst,
  )
}

function countOf(group: readonly number[], has: (replica: number) => boolean): number {
  let count = 0
  for (const replica of group) if (has(replica)) count += 1
  return count
}
