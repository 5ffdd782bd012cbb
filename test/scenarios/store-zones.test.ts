/**
 * Shards say what they fail together with, and the store outlives the loss of all of one zone:
 * every key has a quorum in the others, and so has the ring itself.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { must } from '../../src/model/must.ts'
import { FAST_CARE, settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import type { TestShard } from '../support/fake-shards.ts'
import { RealShard } from '../support/real-shards.ts'
import { ready, storeCluster, story } from '../support/store-cluster.ts'

const KEYS = Array.from({ length: 60 }, (_, i) => `key-${i}`)

/** Shards in these zones, one after the other taken into the ring. */
async function zonedCluster(t: TestContext, zones: readonly string[]) {
  const { network, startCoordinator } = storeCluster(t, 0)
  const add = (name: string, zone: string) => {
    const shard = new RealShard(`local:${name}`, `id-${name}`, { zone })
    network.add(shard)
    return shard
  }
  const shards = zones.map((zone, at) => add(`${zone}-${at}`, zone))
  const coordinator = startCoordinator({ bootstrap: [], care: FAST_CARE })
  for (const { address } of shards) {
    const outcome = await coordinator.ring.addNode(address)
    assert.equal(outcome.kind, 'changed')
    await settled(coordinator)
  }
  await ready(coordinator, zones.length)
  return { coordinator, shards, network, add, startCoordinator }
}

/** The most replicas that any partition has in one zone, by the document that a shard holds. */
function crowdIn({ ring }: TestShard): number {
  const { shards, table } = must(ring)
  const counts = table.map(({ replicas }) => {
    const zones = replicas.map((shard) => must(shards[shard]).zone)
    return Math.max(...zones.map((zone) => zones.filter((one) => one === zone).length))
  })
  return Math.max(...counts)
}

story('when a whole zone is lost, every key is read and written in the others', async (t) => {
  const { coordinator, shards } = await zonedCluster(t, ['a', 'a', 'b', 'b', 'c', 'c'])
  assert.equal(crowdIn(must(shards[0])), 1)
  assert.deepEqual(
    coordinator.ring.info().shards.map(({ zone }) => zone),
    ['a', 'a', 'b', 'b', 'c', 'c'],
  )
  const write = async (text: string) =>
    (await coordinator.store.write(KEYS.map((key) => ({ key, text })))).map(({ kind }) => kind)
  const read = async () =>
    (await coordinator.store.read(KEYS)).map((one) => (one.kind === 'found' ? one.text : one.kind))
  assert.deepEqual(new Set(await write('1')), new Set(['done']))
  for (const shard of shards.slice(0, 2)) shard.mood = 'stopped'
  assert.deepEqual(new Set(await read()), new Set(['1']))
  assert.deepEqual(new Set(await write('2')), new Set(['done']))
  assert.deepEqual(new Set(await read()), new Set(['2']))
})

story('when a whole zone is lost, the ring is still changed by the others', async (t) => {
  const { coordinator, shards, add } = await zonedCluster(t, ['a', 'a', 'a', 'b', 'c'])
  for (const shard of shards.slice(0, 3)) shard.mood = 'stopped'
  const outcome = await coordinator.ring.addNode(add('late', 'd').address)
  assert.equal(outcome.kind, 'changed')
  assert.equal(coordinator.ring.info().totalNodes, 6)
})

story('shards that come and go leave the replicas in different zones', async (t) => {
  const { coordinator, shards, add } = await zonedCluster(t, ['a', 'b', 'c'])
  const late = add('late', 'a')
  assert.equal((await coordinator.ring.addNode(late.address)).kind, 'changed')
  await settled(coordinator)
  assert.equal(crowdIn(late), 1)
  const [first, second] = shards
  assert.equal((await coordinator.ring.removeNode(must(second).address)).kind, 'changed')
  await settled(coordinator)
  assert.equal(crowdIn(must(first)), 2, 'three replicas in two zones')
})

story('a shard that comes back under another label is told of, and keeps its own', async (t) => {
  const { coordinator, network, shards } = await zonedCluster(t, ['a', 'b', 'c'])
  const known = must(shards[1])
  network.add(known.inZone('c'))
  const zoneOf = () => coordinator.ring.info().shards.find(({ id }) => id === known.id)?.zone
  await eventually('a person is told', () =>
    coordinator.ring
      .info()
      .problems.some((sentence) => /zone c.*in b, which counts/.test(sentence)),
  )
  assert.equal(zoneOf(), 'b')
})
