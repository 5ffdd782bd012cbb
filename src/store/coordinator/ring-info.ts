/**
 * The ring in the numbers that operators are shown: how it stands, how far a change is, and what
 * one would come to.
 */
import type { Address } from '../../ports/network.ts'
import type { RingChange, RingDocument } from '../ring/document.ts'
import { isLost } from '../ring/lost-shard.ts'
import { factorOf } from '../ring/membership.ts'
import { jointPartitions, newcomersOf, partitionsToMove } from '../ring/moves.ts'
import { holdersOf } from '../ring/quorum.ts'
import type { CareAbsence } from './care/caretaker.ts'
import type { RebalanceStatus } from './care/rebalancer.ts'
import type { ShardLink } from './hop.ts'
import type {
  RebalanceInfo,
  RebalanceProgress,
  RingInfo,
  RingPreview,
  ShardInfo,
} from './ring-admin.ts'
import type { RingKeeper } from './ring-keeper.ts'

/** What is known beside the ring and what its shards say. */
export interface RingSurroundings {
  readonly linkTo: (address: Address) => ShardLink
  readonly virtualNodes: number
  /** Null = it is not this coordinator that moves partitions. */
  readonly rebalance: () => RebalanceStatus | null
  /** Null = whoever moves partitions is there. */
  readonly absence: () => CareAbsence | null
}

export function infoOf(keeper: RingKeeper, surroundings: RingSurroundings): RingInfo {
  const { ring, nodes, options } = keeper
  const { linkTo, virtualNodes } = surroundings
  const isEmpty = ring === null || ring.shards.length === 0
  const wanted = isEmpty ? factorOf(keeper.replication, 0) : ring.replicationFactor
  return {
    totalNodes: nodes.length,
    replicationFactor: nodes.length > 0 ? Math.min(wanted, nodes.length) : wanted,
    virtualNodesPerNode: virtualNodes,
    totalVirtualNodes: virtualNodes * Math.max(1, nodes.length),
    nodes,
    partitions: ring?.table.length ?? options.partitions,
    version: ring?.version ?? 0,
    cluster: ring?.cluster ?? null,
    shards: ring ? shardInfos(keeper, ring, linkTo) : [],
    rebalance: ring ? rebalanceOf(ring, surroundings) : null,
    problems: [...keeper.problems.values()],
  }
}

function shardInfos(
  keeper: RingKeeper,
  ring: RingDocument,
  linkTo: (address: Address) => ShardLink,
): readonly ShardInfo[] {
  const partitions = countsOf(ring, (entry) => holdersOf(entry).members)
  return ring.shards.map(({ id, address, zone, leaving }, shard) => {
    const hello = keeper.hellos.get(address)
    return {
      ...{ id, address, zone: zone ?? null, health: healthAt(linkTo(address)) },
      keys: hello?.keys ?? null,
      partitionsOutgoing: hello?.outgoing ?? 0,
      isWritable: hello?.writable ?? null,
      problem: keeper.problems.get(address) ?? null,
      cache: hello?.cache ?? null,
      partitions: partitions[shard] ?? 0,
      hints: hintsFor(keeper, ring, id),
      isLeaving: leaving === true,
    }
  })
}

/** At the address of a lost shard nobody is asked, so nothing is learnt of it. */
function healthAt({ address, health }: ShardLink): ShardInfo['health'] {
  return isLost(address) ? 'down' : health.state
}

function hintsFor(keeper: RingKeeper, ring: RingDocument, id: string): number {
  return ring.shards.reduce(
    (sum, { address }) => sum + (keeper.hellos.get(address)?.hints[id] ?? 0),
    0,
  )
}

/** How far the change is that is under way; null = none is. */
export function progressOf(ring: RingDocument): RebalanceProgress | null {
  const { change } = ring
  if (!change) return null
  const partitionsLeft = partitionsToMove(ring).length
  const partitionsTotal = Math.max(change.partitions, partitionsLeft)
  const progress = { kind: change.kind, partitionsLeft, partitionsTotal }
  const shard = shardOf(ring, change)
  return shard === undefined ? progress : { ...progress, shard }
}

/**
 * Before this coordinator has taken it up, its numbers are those of the change before and count for
 * nothing.
 */
function rebalanceOf(
  ring: RingDocument,
  { rebalance, absence }: Pick<RingSurroundings, 'rebalance' | 'absence'>,
): RebalanceInfo | null {
  const progress = progressOf(ring)
  if (!progress) return null
  const known = { ...progress, partitionsMoving: jointPartitions(ring).length }
  const waitingFor = whatItWaitsFor({ rebalance, absence })
  const status = rebalance()
  if (!status) {
    return { ...known, state: 'elsewhere', rowsMoved: null, bytesMoved: null, waitingFor }
  }
  const { sinceMs } = status
  const { rowsMoved, bytesMoved } = sinceMs === null ? { rowsMoved: 0, bytesMoved: 0 } : status
  const state = waitingFor === null ? 'moving' : 'waiting'
  return { ...known, state, rowsMoved, bytesMoved, waitingFor }
}

/** Why a change does not go on, in sentences; null = it does, or another coordinator knows. */
export function whatItWaitsFor({
  rebalance,
  absence,
}: Pick<RingSurroundings, 'rebalance' | 'absence'>): string | null {
  const status = rebalance()
  if (status) return status.waitingFor
  const one = absence()
  return one && absenceSentence(one)
}

function absenceSentence({ silentMs, takeOverInMs, isInSight }: CareAbsence): string {
  if (!isInSight) return 'This coordinator cannot tell at present whether another one goes on.'
  const left = Math.ceil(takeOverInMs / 1_000)
  return (
    'The coordinator that carries changes out has not been heard of for ' +
    `${Math.floor(silentMs / 1_000)} s. Another one takes over ` +
    `${left === 0 ? 'at any moment' : `in about ${left} s`}.`
  )
}

/** What `after` would move, of a store in which shards hold about `keys` each. */
export function previewOf(
  before: RingDocument,
  after: RingDocument,
  keys: readonly number[],
): RingPreview {
  const held = countsOf(before, ({ replicas }) => replicas)
  const planned = countsOf(after, ({ replicas, goal }) => goal ?? replicas)
  const perShard = after.shards.map(({ id, address }, shard) => {
    const former = before.shards.findIndex((one) => one.id === id)
    return { address, before: held[former] ?? 0, after: planned[shard] ?? 0 }
  })
  const copies = held.reduce((sum, count) => sum + count, 0)
  const moved = after.table.reduce((sum, entry) => sum + newcomersOf(entry).length, 0)
  const keysPerCopy = keys.reduce((sum, count) => sum + count, 0) / Math.max(1, copies)
  return {
    kind: 'preview',
    partitionsToMove: partitionsToMove(after).length,
    of: after.table.length,
    perShard,
    keysEstimate: Math.round(keysPerCopy * moved),
  }
}

function shardOf(ring: RingDocument, change: RingChange): Address | undefined {
  const id = change.kind === 'reconfigure' ? undefined : change.id
  return ring.shards.find((shard) => shard.id === id)?.address
}

/** How often each shard occurs. */
function countsOf(
  ring: RingDocument,
  shardsOf: (entry: RingDocument['table'][number]) => readonly number[],
): readonly number[] {
  const counts = ring.shards.map(() => 0)
  for (const entry of ring.table) {
    for (const shard of shardsOf(entry)) counts[shard] = (counts[shard] ?? 0) + 1
  }
  return counts
}
