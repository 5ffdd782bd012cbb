/**
 * How partitions come to where they shall be, one document after another: goals are set, some
 * partitions become joint, those are finished, others become joint, until nothing is left to do.
 * Pure; whoever carries it out sees to it that each step is on the disks of majorities, and that
 * the rows have been copied, before the next one is asked for.
 *
 * Any coordinator can take over at any step, since the document says how far it is.
 */
import { must } from '../../model/must.ts'
import type { PartitionEntry, RingDocument } from './document.ts'
import { place } from './placement.ts'

/** Partitions that are not where they shall be. */
export function partitionsToMove(ring: RingDocument): readonly number[] {
  return indicesOf(ring, ({ goal }) => goal !== undefined)
}

/** Of these, those whose quorums count both sets. */
export function jointPartitions(ring: RingDocument): readonly number[] {
  return indicesOf(ring, ({ isJoint }) => isJoint === true)
}

/** Positions in the goal (indices of shards) of those who do not hold the partition yet. */
export function newcomersOf({ replicas, goal }: PartitionEntry): readonly number[] {
  return goal?.filter((shard) => !replicas.includes(shard)) ?? []
}

/**
 * Goals for every partition that does not stand where it should: on shards that stay, as evenly as
 * can be, as many replicas as are asked for. Joint partitions keep theirs.
 */
export function planned(ring: RingDocument): RingDocument {
  const staying = ring.shards.filter(({ leaving }) => !leaving)
  const before = ring.table.map(({ replicas, goal, isJoint }) =>
    (isJoint && goal ? goal : replicas).map((shard) => must(ring.shards[shard]).id),
  )
  const after = place(before, staying, ring.replicationFactor, ring.table.length)
  const indexOf = new Map(ring.shards.map(({ id }, index) => [id, index]))
  return withGoals(ring, (_, p) => must(after[p]).map((id) => must(indexOf.get(id))))
}

/** Sets a goal where it differs from the replicas; an order alone is taken over at once. */
export function withGoals(
  ring: RingDocument,
  goalOf: (entry: PartitionEntry, partition: number) => readonly number[],
): RingDocument {
  const table = ring.table.map((entry, partition): PartitionEntry => {
    if (entry.isJoint) return entry
    const goal = goalOf(entry, partition)
    const { goal: _, ...rest } = entry
    if (isSameSet(goal, entry.replicas)) return inOrder(rest, goal)
    return entry.replicas.length === 0 ? firstHeld(rest, goal) : { ...rest, goal }
  })
  return { ...ring, table }
}

/** Goals that nobody has begun with are given up. */
export function withoutGoals(ring: RingDocument): RingDocument {
  const table = ring.table.map((entry): PartitionEntry => {
    const { goal: _, ...rest } = entry
    return entry.isJoint ? entry : rest
  })
  return { ...ring, table }
}

/** Such joint partitions go by their present replicas alone again; what they shall have stays. */
export function turnedBack(
  ring: RingDocument,
  isSuch: (entry: PartitionEntry) => boolean = () => true,
): RingDocument {
  const table = ring.table.map((entry): PartitionEntry => {
    const { isJoint, ...rest } = entry
    return isJoint && isSuch(entry) ? { ...rest, epoch: entry.epoch + 1 } : entry
  })
  return { ...ring, table }
}

/** One step of several partitions, each of its own. */
export interface Steps {
  /** They have goals and are not joint: they become so. */
  readonly begin: readonly number[]
  /** They are joint, and have moved. */
  readonly finish: readonly number[]
}

/** The next document, in which these partitions have taken these steps. */
export function stepped(ring: RingDocument, { begin, finish }: Steps): RingDocument {
  const [beginning, finishing] = [new Set(begin), new Set(finish)]
  const table = ring.table.map((entry, partition) => {
    if (beginning.has(partition)) return begunEntry(entry)
    return finishing.has(partition) ? finishedEntry(entry) : entry
  })
  return { ...ring, version: ring.version + 1, table }
}

function begunEntry(entry: PartitionEntry): PartitionEntry {
  return { ...entry, epoch: entry.epoch + 1, isJoint: true }
}

function finishedEntry({ epoch, replicas, since, goal }: PartitionEntry): PartitionEntry {
  const moved = must(goal, 'a partition that has moved had a goal')
  const sinceOf = (shard: number) => {
    const position = replicas.indexOf(shard)
    return position < 0 ? epoch : (since?.[position] ?? 0)
  }
  return { epoch: epoch + 1, replicas: moved, since: moved.map(sinceOf) }
}

/**
 * What follows when no partition has a goal any more: shards that were to leave are let go, or,
 * where there is still something on them or too few or many replicas, further goals. Null = nothing
 * is left to do.
 */
export function completed(ring: RingDocument): RingDocument | null {
  if (partitionsToMove(ring).length > 0) return null
  const next = { ...ring, version: ring.version + 1 }
  const replanned = planned(next)
  const isWanted = ring.table.some(({ replicas }) => isMisplaced(ring, replicas))
  if (isWanted && partitionsToMove(replanned).length > 0) return replanned
  if (!ring.change && !ring.shards.some(({ leaving }) => leaving)) return null
  const { change: _, ...rest } = next
  return withoutLeavers(rest)
}

/** Does a set of replicas contradict what the document asks for, however even it may be? */
export function isMisplaced(ring: RingDocument, replicas: readonly number[]): boolean {
  const staying = ring.shards.filter(({ leaving }) => !leaving).length
  const isOnLeaver = replicas.some((shard) => must(ring.shards[shard]).leaving)
  return isOnLeaver || replicas.length !== Math.min(ring.replicationFactor, staying)
}

function withoutLeavers(ring: RingDocument): RingDocument {
  const shards = ring.shards.filter(({ leaving }) => !leaving)
  const indexOf = new Map(shards.map(({ id }, index) => [id, index]))
  const moved = (shard: number) =>
    must(indexOf.get(must(ring.shards[shard]).id), 'a shard that leaves holds nothing')
  const table = ring.table.map((entry) => ({ ...entry, replicas: entry.replicas.map(moved) }))
  return { ...ring, shards, table }
}

/** A partition that nobody holds has no rows to move. */
function firstHeld({ epoch }: PartitionEntry, replicas: readonly number[]): PartitionEntry {
  return { epoch: epoch + 1, replicas, since: replicas.map(() => epoch + 1) }
}

function inOrder(entry: PartitionEntry, order: readonly number[]): PartitionEntry {
  const { since } = entry
  if (!since) return { ...entry, replicas: order }
  const sinceOf = (shard: number) => since[entry.replicas.indexOf(shard)] ?? 0
  return { ...entry, replicas: order, since: order.map(sinceOf) }
}

function isSameSet(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}

function indicesOf(ring: RingDocument, is: (entry: PartitionEntry) => boolean): readonly number[] {
  return ring.table.flatMap((entry, partition) => (is(entry) ? [partition] : []))
}
