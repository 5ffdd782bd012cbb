/**
 * The changes that operators ask for, from the request to the outcome, and the picture of the ring
 * that they are shown.
 */
import { must } from '../../model/must.ts'
import type { Address } from '../../ports/network.ts'
import {
  addShard,
  factorOf,
  majorityOf,
  removeShard,
  withReplicationFactor,
} from '../ring/membership.ts'
import type { ShardLink } from './hop.ts'
import type { RingAdmin, RingInfo, RingOutcome, ShardInfo } from './ring-admin.ts'
import { foreignSentence } from './ring-evidence.ts'
import type { RingKeeper } from './ring-keeper.ts'

export function ringAdmin(
  keeper: RingKeeper,
  linkTo: (address: Address) => ShardLink,
  virtualNodes: number,
): RingAdmin {
  return {
    info: () => infoOf(keeper, linkTo, virtualNodes),
    addNode: (address) => keeper.oneAtATime(() => addNode(keeper, trimmed(address))),
    removeNode: (address) => keeper.oneAtATime(() => removeNode(keeper, trimmed(address))),
    reconfigure: ({ replicationFactor }) =>
      keeper.oneAtATime(() => reconfigure(keeper, replicationFactor)),
  }
}

async function addNode(keeper: RingKeeper, address: Address): Promise<RingOutcome> {
  if (address === '') return { kind: 'invalid', field: 'node', reason: 'must be an address' }
  await keeper.look([address])
  const { hello } = await keeper.greet(address)
  if (keeper.addresses.includes(address) && (!hello || isMember(keeper, hello.shardId))) {
    return { kind: 'already', nodes: keeper.addresses }
  }
  if (!hello) return { kind: 'unreachable', reason: `No shard answers at ${address}.` }
  const shard = { id: hello.shardId, address }
  const { ring } = keeper
  if (!ring) return foundWith(keeper, shard)
  if (hello.ring && hello.ring.cluster !== ring.cluster) {
    const reason = foreignSentence(address, hello.ring.cluster, ring.cluster)
    return { kind: 'conflict', reason }
  }
  if (isMember(keeper, hello.shardId) && (await answersAtHome(keeper, hello.shardId))) {
    return { kind: 'already', nodes: keeper.addresses }
  }
  return keeper.change((before, known) => addShard(before, shard, known), [address])
}

/** The first registration founds the ring, unless a list of shards was named to found it with. */
function foundWith(
  keeper: RingKeeper,
  shard: { id: string; address: Address },
): Promise<RingOutcome> | RingOutcome {
  const { bootstrap } = keeper.options
  if (bootstrap.length === 0) return keeper.found([shard], 1)
  const needed = majorityOf(bootstrap.length)
  const reason =
    `The ring is founded by the shards named at start (${bootstrap.join(', ')}), and ${needed} ` +
    'of them must answer first.'
  return { kind: 'unreachable', reason }
}

/** The same shard may be reached under two names; the one in the ring stays while it works. */
async function answersAtHome(keeper: RingKeeper, id: string): Promise<boolean> {
  const home = must(keeper.ring?.shards.find((shard) => shard.id === id)).address
  const { hello } = await keeper.greet(home)
  return hello?.shardId === id
}

async function removeNode(keeper: RingKeeper, address: Address): Promise<RingOutcome> {
  await keeper.look()
  if (!keeper.addresses.includes(address)) return { kind: 'absent', nodes: keeper.addresses }
  return keeper.change((ring, known) => removeShard(ring, address, known))
}

async function reconfigure(keeper: RingKeeper, factor: number): Promise<RingOutcome> {
  if (!Number.isSafeInteger(factor) || factor < 1) {
    return { kind: 'invalid', field: 'replication_factor', reason: 'must be a whole number >= 1' }
  }
  await keeper.look()
  if (keeper.ring) return keeper.change((ring, known) => withReplicationFactor(ring, factor, known))
  keeper.replication = { kind: 'factor', factor }
  return { kind: 'changed', nodes: [] }
}

function infoOf(
  keeper: RingKeeper,
  linkTo: (address: Address) => ShardLink,
  virtualNodes: number,
): RingInfo {
  const { ring, addresses, options } = keeper
  const wanted = ring?.replicationFactor ?? factorOf(keeper.replication, 0)
  return {
    totalNodes: addresses.length,
    replicationFactor: addresses.length > 0 ? Math.min(wanted, addresses.length) : wanted,
    virtualNodesPerNode: virtualNodes,
    totalVirtualNodes: virtualNodes * Math.max(1, addresses.length),
    nodes: addresses,
    partitions: ring?.table.length ?? options.partitions,
    version: ring?.version ?? 0,
    cluster: ring?.cluster ?? null,
    shards: ring?.shards.map(({ id, address }) => shardInfo(keeper, linkTo(address), id)) ?? [],
    problems: [...keeper.problems.values()],
  }
}

function shardInfo(keeper: RingKeeper, link: ShardLink, id: string): ShardInfo {
  const hello = keeper.hellos.get(link.address)
  return {
    id,
    address: link.address,
    health: link.health.state,
    keys: hello?.keys ?? null,
    isWritable: hello?.writable ?? null,
    problem: keeper.problems.get(link.address) ?? null,
  }
}

function isMember(keeper: RingKeeper, id: string): boolean {
  return keeper.ring?.shards.some((shard) => shard.id === id) ?? false
}

function trimmed(address: Address): Address {
  return address.trim().replace(/\/+$/, '')
}
