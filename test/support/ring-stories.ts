/**
 * Small words for stories about changes of the ring.
 */
import type { TestContext } from 'node:test'
import type { Coordinator, CoordinatorOptions } from '../../src/store/coordinator/coordinator.ts'
import { FAST_CARE, settled } from './cared-cluster.ts'
import type { TestShard } from './fake-shards.ts'
import { ready, storeCluster } from './store-cluster.ts'

export const write = async ({ store }: Coordinator, key: string) =>
  (await store.write([{ key, text: '1' }]))[0]?.kind
export const reasonOf = (outcome: { kind: string; reason?: string }) =>
  outcome.reason ?? outcome.kind
/** Nobody carries changes out, so that they can be looked at. */
export const CARELESS: CoordinatorOptions = { care: { beatMs: 3_600_000 }, changeWaitMs: 100 }

/** Two shards with one replica of each key, the second in no ring yet, and two coordinators. */
export async function twoCoordinators(t: TestContext, changer: CoordinatorOptions = {}) {
  const cluster = storeCluster(t, 2)
  const one = cluster.startCoordinator({ bootstrap: [], care: FAST_CARE, ...changer })
  await one.ring.addNode('local:shard-1')
  const two = cluster.startCoordinator({ bootstrap: ['local:shard-1'], care: FAST_CARE })
  await ready(two, 1)
  await two.ring.reconfigure({ replicationFactor: 1 })
  await settled(two)
  await one.ring.reconfigure({ replicationFactor: 1 })
  return { ...cluster, one, two }
}

/** Those of the shards that stand in the ring. */
export function members(
  shards: readonly TestShard[],
  coordinator: Coordinator,
): readonly TestShard[] {
  const { nodes } = coordinator.ring.info()
  return shards.filter(({ address }) => nodes.includes(address))
}
