/**
 * Which partitions stay a member's own when its group is shared out anew: pure.
 *
 * A partition that was ours before and is ours now has been nobody else's in between only if no
 * sharing out went past us: same member, and the generation went on by at most one. Everything else
 * is lost and begun again from what the group has committed, even if it comes back to us.
 */
import type { JoinedMembership } from './client.ts'

export interface Sharing {
  readonly kept: readonly number[]
  readonly lost: readonly number[]
  readonly gained: readonly number[]
}

/** `own`: the partitions that the member holds; `before`: the sharing that gave them to it. */
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
