/**
 * Which step a change of the ring takes next: pure, so that every rule about the order of things
 * stands in one place and can be tried on any state. Whoever carries it out may be killed at any
 * moment; the next one sees the same document and goes on.
 *
 * A step of a partition begins only when majorities of its present and of its future replicas hold
 * the ring with the step before: then nobody can still gather a quorum in an epoch before that, and
 * quorums of two epochs that follow each other always share a replica. One document takes several
 * partitions a step further, some of them the last and others the first, for each document costs
 * every shard an fsync, and clients a retry where it meets theirs.
 */
import { must } from '../../../model/must.ts'
import type { PartitionEntry, RingDocument } from '../../ring/document.ts'
import {
  completed,
  jointPartitions,
  newcomersOf,
  partitionsToMove,
  type Steps,
  stepped,
} from '../../ring/moves.ts'
import { majorityOf } from '../../ring/quorum.ts'
import type { CareLimits } from './care-world.ts'

export interface MoveFacts {
  readonly ring: RingDocument
  /** Does this shard (its index) hold this very ring, or a later one, on its disk? */
  readonly holdsRing: (shard: number) => boolean
  readonly isUp: (shard: number) => boolean
  /** Has it removed what it held at an earlier time of this partition, which comes to it? */
  readonly isReady: (shard: number, partition: number) => boolean
  /** Joint partitions whose goal holds what it needs, in their present epoch. */
  readonly caughtUp: ReadonlySet<number>
  /** Joint partitions that could not be brought up to date lately; they are let be for a while. */
  readonly stuck: ReadonlySet<number>
  /** How many rows a partition has on average, which decides how many may move at once. */
  readonly rowsEach: number
}

export type NextMove =
  | (Steps & {
      readonly kind: 'propose'
      /** `complete`: nothing moves any more. */
      readonly step: 'move' | 'complete'
      readonly after: RingDocument
    })
  | { readonly kind: 'catch-up'; readonly partitions: readonly number[] }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'settled' }

export type MoveLimits = Pick<CareLimits, 'movesPerShardMax' | 'moveRowsMax'>

export function nextMove(facts: MoveFacts, limits: MoveLimits): NextMove {
  const { ring, caughtUp, stuck } = facts
  if (partitionsToMove(ring).length === 0) return completion(ring)
  const joint = jointPartitions(ring)
  const behind = joint.filter((partition) => !caughtUp.has(partition) && !stuck.has(partition))
  if (behind.length > 0) return { kind: 'catch-up', partitions: behind }
  const finish = joint.filter((one) => caughtUp.has(one) && mayStep(facts, entryOf(ring, one)))
  const waiting = partitionsToMove(ring).filter((one) => !entryOf(ring, one).isJoint)
  const ready = waiting.filter((one) => mayBegin(facts, one))
  const staying = joint.filter((one) => !finish.includes(one))
  const begin = chosen(facts, staying, ready, limits)
  if (finish.length + begin.length > 0) {
    const after = stepped(ring, { begin, finish })
    return { kind: 'propose', step: 'move', after, begin, finish }
  }
  const reason = ready.length === 0 ? waitingFor(facts, waiting) : BEHIND_SENTENCE
  return { kind: 'wait', reason }
}

function completion(ring: RingDocument): NextMove {
  const after = completed(ring)
  if (after === null) return { kind: 'settled' }
  return { kind: 'propose', step: 'complete', after, begin: [], finish: [] }
}

/**
 * Small ones go together, up to so many rows; beyond that a shard takes a few partitions at a time.
 * `moving`: those that already do.
 */
function chosen(
  { ring, rowsEach }: MoveFacts,
  moving: readonly number[],
  ready: readonly number[],
  { movesPerShardMax, moveRowsMax }: MoveLimits,
): readonly number[] {
  const load = new Map<number, number>()
  let rowsMoving = 0
  const take = (partition: number) => {
    rowsMoving += rowsEach
    for (const shard of newcomersOf(entryOf(ring, partition))) {
      load.set(shard, (load.get(shard) ?? 0) + 1)
    }
  }
  for (const partition of moving) take(partition)
  return ready.filter((partition) => {
    const isSmall = rowsEach === 0 || rowsMoving + rowsEach <= moveRowsMax
    const newcomers = newcomersOf(entryOf(ring, partition))
    const isTaken = newcomers.every((shard) => (load.get(shard) ?? 0) < movesPerShardMax)
    if (isSmall || isTaken) take(partition)
    return isSmall || isTaken
  })
}

function mayBegin(facts: MoveFacts, partition: number): boolean {
  const entry = entryOf(facts.ring, partition)
  const isWelcoming = (shard: number) => facts.isUp(shard) && facts.isReady(shard, partition)
  return newcomersOf(entry).every(isWelcoming) && mayStep(facts, entry)
}

function mayStep({ holdsRing }: MoveFacts, { replicas, goal }: PartitionEntry): boolean {
  return [replicas, goal ?? []].every(
    (group) => group.filter(holdsRing).length >= majorityOf(group.length),
  )
}

const BEHIND_SENTENCE = 'The shards that the partitions move to are not caught up yet.'

/** For people: why nothing begins. */
function waitingFor(facts: MoveFacts, waiting: readonly number[]): string {
  const { ring, isUp, isReady, holdsRing } = facts
  if (waiting.length === 0) return BEHIND_SENTENCE
  const concerned = new Set(waiting.flatMap((one) => newcomersOf(entryOf(ring, one))))
  const down = [...concerned].filter((shard) => !isUp(shard))
  const addressOf = (shard: number) => must(ring.shards[shard]).address
  if (down.length > 0) return `Not reachable: ${down.map(addressOf).join(', ')}.`
  const isBusy = (shard: number) =>
    waiting.some((one) => newcomersOf(entryOf(ring, one)).includes(shard) && !isReady(shard, one))
  const busy = [...concerned].filter(isBusy)
  if (busy.length > 0) return `Not ready to take partitions yet: ${busy.map(addressOf).join(', ')}.`
  const held = ring.shards.flatMap((_, shard) => (holdsRing(shard) ? [shard] : []))
  return `Only ${held.length} of ${ring.shards.length} shards hold the present ring.`
}

function entryOf(ring: RingDocument, partition: number): PartitionEntry {
  return must(ring.table[partition])
}
