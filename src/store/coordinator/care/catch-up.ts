/**
 * Brings those who are to hold a partition what it holds, while it is joint. Afterwards the goal
 * alone may be asked.
 *
 * Why nothing is lost then. Call a row acknowledged when a client was told of it.
 * - Acknowledged before the partition was joint: it is on a majority of `replicas`. Headers come
 *   from a majority of them too, so some replica is in both. That one answers for headers in the
 *   joint epoch alone, so it has persisted it, and from then on refuses whatever is sent in the
 *   epoch before. So the row was there before the first header was read, and one pass over the
 *   headers meets it, or a newer one of its key. Fewer sources than a majority might all have
 *   missed it.
 *   Where all digests agree one source speaks for all (row-stream.ts): they come from a majority
 *   too, in the joint epoch; whatever one of them counted all have, and it is read afterwards.
 * - Acknowledged while it is joint: the write itself went to a majority of the goal.
 * What the pass met was answered `held` by all who are new and by a majority of the goal, durably.
 * So one pass is enough, though clients write while it runs.
 *
 * Tombstones and expired rows are carried like any others, also those that a repair would leave out
 * as forgotten: one of `replicas` may still hold what they delete, and in the goal's majorities
 * nobody might remember that it was deleted. To carry one that others have forgotten costs a row;
 * they forget it once more after the next whole repair.
 */
import { majorityOf } from '../../ring/quorum.ts'
import type { PartitionView } from '../ring-view.ts'
import { type CareWorld, partitionIn } from './care-world.ts'
import { type RepairOutcome, repairPartition } from './partition-repair.ts'
import type { RowCarrier } from './row-carrier.ts'

export async function catchUp(
  care: CareWorld,
  carrier: RowCarrier,
  partition: number,
  signal: AbortSignal,
): Promise<RepairOutcome> {
  const isJoint = (partitionIn(care.store.view, partition)?.groups.length ?? 0) === 2
  if (!isJoint) return { kind: 'outdated' }
  const outcome = await repairPartition(
    care,
    carrier,
    { partition, graceMs: null, isEnough: mayFinish, isTarget: isInGoal, isMove: true },
    signal,
  )
  if (outcome.kind !== 'done' || outcome.isReadableLevel) return outcome
  return { kind: 'unreachable', reason: 'rows could not be fetched or were not taken' }
}

/**
 * A majority of those who hold it, whatever they lack; and of those who shall, all who are new and
 * a majority.
 */
export function mayFinish(
  { groups }: Pick<PartitionView, 'groups'>,
  took: ReadonlySet<number>,
): boolean {
  const [present = [], goal = []] = groups
  const newcomers = goal.filter((replica) => !present.includes(replica))
  return (
    [present, goal].every((group) => countIn(group, took) >= majorityOf(group.length)) &&
    newcomers.every((replica) => took.has(replica))
  )
}

function isInGoal({ groups }: PartitionView, replica: number): boolean {
  return groups[1]?.includes(replica) ?? false
}

function countIn(group: readonly number[], took: ReadonlySet<number>): number {
  return group.filter((replica) => took.has(replica)).length
}
