/**
 * The doors to the store, on one suite: the coordinator within its process, and a client of its
 * HTTP face. Behind both are the same coordinator and shards in memory.
 */
import type { TestContext } from 'node:test'
import { createHttpStore } from '../../src/adapters/http-store.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { coordinatorFace } from '../support/face.ts'
import { foundedCluster, storeCluster } from '../support/store-cluster.ts'
import { storeSuite } from './store.suite.ts'

storeSuite('coordinator', async (t, shardCount) => {
  const { coordinator, shards } = await clusterOf(t, shardCount)
  return { store: coordinator.store, shards }
})

storeSuite('http-store', async (t, shardCount) => {
  const { coordinator, shards } = await clusterOf(t, shardCount)
  const { store: inner, ring } = coordinator
  const { url } = await coordinatorFace(t, { store: inner, ring })
  const store = createHttpStore({ url, clock: systemClock })
  t.after(() => store.close())
  return { store, shards }
})

async function clusterOf(t: TestContext, shardCount: number) {
  if (shardCount > 0) return await foundedCluster(t, shardCount)
  const cluster = storeCluster(t, 0)
  return { ...cluster, coordinator: cluster.startCoordinator() }
}
