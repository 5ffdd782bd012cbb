/**
 * Which step a change of the ring takes next: pure, so that every rule about the order of things
 * stands in one place and can be tried on any state. Whoever carries it out may be killed at any
 * moment; the next one sees the same document and goes on.
 *
 * A step of a partition begins only when majorities of its present and of its future replicas hold
 * the ring with the step before: then nobody can still gather a quorum in an epoch before that, and
 * quorums of two epochs that follow each other always share a replica.
 */
import { must } from '../../../model/must.ts'
import type { PartitionEntry, RingDocument } from '../../ring/document.ts'
import {
  begun,
  completed,
  finished,
  jointPartitions,
  newcomersOf,
  partitionsToMove,
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
  /** How many rows a partition has, roughly; undefined = not counted yet. */
  readonly rowsOf: (partition: number) => number | undefined
}

export type MoveStep = 'begin' | 'finish' | 'complete'

export type NextMove =
  | {
      readonly kind: 'propose'
      readonly step: MoveStep
      readonly after: RingDocument
      readonly partitions: readonly number[]
    }
  /** Their rows decide how many partitions may move at once. */
  | { readonly kind: 'count'; readonly partitions: readonly number[] }
  | { readonly kind: 'catch-up'; readonly partitions: readonly number[] }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'settled' }

export type MoveLimits = Pick<CareLimits, 'movesPerShardMax' | 'moveRowsMax'>

/** Partitions whose rows are counted at once, before a step. */
export const COUNTED_AT_ONCE = 64

export function nextMove(facts: MoveFacts, limits: MoveLimits): NextMove {
  const { ring, caughtUp, stuck } = facts
  if (partitionsToMove(ring).length === 0) return completion(ring)
  const joint = jointPartitions(ring)
  const behind = joint.filter((partition) => !caughtUp.has(partition) && !stuck.has(partition))
  if (behind.length > 0) return { kind: 'catch-up', partitions: behind }
  const through = joint.filter((one) => caughtUp.has(one) && mayStep(facts, entryOf(ring, one)))
  if (through.length > 0) {
    const after = finished(ring, through)
    return { kind: 'propose', step: 'finish', after, partitions: through }
  }
  return beginning(facts, limits)
}

function completion(ring: RingDocument): NextMove {
  const after = completed(ring)
  if (after === null) return { kind: 'settled' }
  return { kind: 'propose', step: 'complete', after, partitions: [] }
}

function beginning(facts: MoveFacts, limits: MoveLimits): NextMove {
  const { ring, rowsOf } = facts
  const waiting = partitionsToMove(ring).filter((one) => !entryOf(ring, one).isJoint)
  const ready = waiting.filter((one) => mayBegin(facts, one))
  if (ready.length === 0) return { kind: 'wait', reason: waitingFor(facts, waiting) }
  const uncounted = ready.filter((one) => rowsOf(one) === undefined)
  const choice = chosen(facts, ready, limits)
  // As long as there is room, what was not counted may be small and go along.
  if (uncounted.length > 0 && !choice.isFull) {
    return { kind: 'count', partitions: uncounted.slice(0, COUNTED_AT_ONCE) }
  }
  if (choice.partitions.length === 0) return { kind: 'wait', reason: BEHIND_SENTENCE }
  const { partitions } = choice
  return { kind: 'propose', step: 'begin', after: begun(ring, partitions), partitions }
}

/**
 * Small ones go together, up to so many rows; beyond that a shard takes a few partitions at a time.
 */
function chosen(
  { ring, rowsOf }: MoveFacts,
  ready: readonly number[],
  { movesPerShardMax, moveRowsMax }: MoveLimits,
): { readonly partitions: readonly number[]; readonly isFull: boolean } {
  const load = new Map<number, number>()
  let rowsMoving = 0
  const take = (partition: number) => {
    rowsMoving += rowsOf(partition) ?? 0
    for (const shard of newcomersOf(entryOf(ring, partition))) {
      load.set(shard, (load.get(shard) ?? 0) + 1)
    }
  }
  for (const partition of jointPartitions(ring)) take(partition)
  const partitions: number[] = []
  let isFull = false
  for (const partition of ready) {
    const rows = rowsOf(partition)
    if (rows === undefined) continue
    const isSmall = rows === 0 || rowsMoving + rows <= moveRowsMax
    const newcomers = newcomersOf(entryOf(ring, partition))
    if (!isSmall && newcomers.some((shard) => (load.get(shard) ?? 0) >= movesPerShardMax)) {
      isFull = true
      continue
    }
    take(partition)
    partitions.push(partition)
  }
  return { partitions, isFull }
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
