/**
 * Sharing out the partitions of a group: who gets what, and what of it a member had all the time.
 * Pure.
 */
import type { JoinedMembership } from './faces.ts'

/**
 * Each topic goes in turn to the members that asked for it, in the order of their ids. By member,
 * then by topic.
 */
export function assignByTopic(
  wishes: ReadonlyMap<string, readonly string[]>,
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, ReadonlyMap<string, readonly number[]>> {
  const members = [...wishes.keys()].sort()
  const shares = new Map(members.map((member) => [member, new Map<string, number[]>()]))
  for (const [topic, count] of partitionCounts) {
    const takers = members.filter((member) => wishes.get(member)?.includes(topic))
    for (const [place, taker] of takers.entries()) {
      const own = Array.from({ length: count }, (_, partition) => partition)
      const share = own.filter((partition) => partition % takers.length === place)
      if (share.length > 0) shares.get(taker)?.set(topic, share)
    }
  }
  return shares
}

export interface Sharing {
  readonly kept: readonly number[]
  readonly lost: readonly number[]
  readonly gained: readonly number[]
}

/**
 * A partition that was ours before and is ours now has been nobody else's in between only if no
 * sharing out went past us: same member, and the generation went on by at most one. Everything else
 * is lost and begun again from what the group has committed, even if it comes back to us.
 *
 * `own`: the partitions that the member holds; `before`: the sharing that gave them to it.
 */
export function compareSharing(
  own: readonly number[],
  before: JoinedMembership | undefined,
  now: JoinedMembership,
): Sharing {
  const isUnbroken =
    before?.memberId === now.memberId &&
    now.generation >= before.generation &&
    now.generation - before.generation <= 1
  const mayKeep = new Set(isUnbroken ? now.partitions : [])
  const kept = own.filter((partition) => mayKeep.has(partition))
  return {
    kept,
    lost: own.filter((partition) => !mayKeep.has(partition)),
    gained: now.partitions.filter((partition) => !kept.includes(partition)),
  }
}
