/**
 * Shards that come back otherwise than they went: without their disk, behind another address,
 * behind the ring, or as one of another cluster.
 */
import assert from 'node:assert/strict'
import { settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { reasonOf, write } from '../support/ring-stories.ts'
import { foundedCluster, ready, story } from '../support/store-cluster.ts'

story('a shard of another cluster at a known address counts for nothing', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first, second] = shards
  assert.ok(first?.ring && second)
  await write(coordinator, 'a')
  first.ring = { ...first.ring, cluster: 'elsewhere' }
  assert.equal((await coordinator.store.read(['a']))[0]?.kind, 'found', 'two others know it')
  second.mood = 'stopped'
  const gone = { kind: 'unavailable', needed: 2, had: 1 }
  assert.deepEqual(await coordinator.store.read(['a', 'never']), [gone, gone])
  assert.deepEqual(await coordinator.store.scan({ limit: 9 }), gone)
  assert.equal(await write(coordinator, 'b'), 'unknown')
  assert.equal(first.rows.has('b'), false)
})

story('a later ring of another cluster is not taken for ours', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first] = shards
  assert.ok(first?.ring)
  await write(coordinator, 'a')
  const { cluster } = coordinator.ring.info()
  first.ring = { ...first.ring, cluster: 'elsewhere', version: first.ring.version + 5 }
  const greetings = () => first.arrived.hello ?? 0
  const before = greetings()
  await eventually('what it says was heard', () => greetings() > before + 2)
  assert.equal(coordinator.ring.info().cluster, cluster)
  assert.equal((await coordinator.store.read(['a']))[0]?.kind, 'found')
  assert.equal(await write(coordinator, 'b'), 'done')
})

story('a shard whose disk was emptied is kept out and a person is told what to do', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first, second] = shards
  assert.ok(first && second)
  await write(coordinator, 'a')
  first.emptyDisk('id-fresh')
  const [problem] = await eventually('the problem is seen', () =>
    coordinator.ring.info().problems.length > 0 ? coordinator.ring.info().problems : null,
  )
  assert.match(
    problem ?? '',
    /lost its data folder.*restore.*ring replace local:shard-1.*data folders of all/,
  )
  assert.equal(coordinator.trace.facts.filter(({ level }) => level === 'error').length, 1)
  assert.match(reasonOf(await coordinator.ring.addNode(first.address)), /lost its data folder/)
  assert.equal(first.ring, null)
  second.mood = 'stopped'
  const outcome = (await coordinator.store.read(['a']))[0]
  assert.equal(outcome?.kind, 'unavailable', 'its empty answer does not count')
  assert.equal(first.rows.size, 0)
})

story('an emptied shard is known by a coordinator that starts anew as well', async (t) => {
  const { coordinator, ...cluster } = await foundedCluster(t)
  await write(coordinator, 'a')
  await coordinator.stop()
  cluster.shards[0]?.emptyDisk('id-fresh')
  const next = cluster.startCoordinator()
  await ready(next, 3)
  await eventually('it is told', () => next.ring.info().problems.length === 1)
  assert.equal((await next.store.read(['a']))[0]?.kind, 'found')
})

story('all data folders deleted together is a new cluster', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  await write(coordinator, 'a')
  const before = coordinator.ring.info().cluster
  for (const [i, shard] of shards.entries()) shard.emptyDisk(`id-new-${i}`)
  await eventually('a new cluster', () => coordinator.ring.info().cluster !== before)
  await eventually('it works', async () => (await write(coordinator, 'b')) === 'done')
  assert.equal((await coordinator.store.read(['a']))[0]?.kind, 'absent')
})

story('a shard that was away while the ring changed is brought up to date', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first] = shards
  assert.ok(first?.ring)
  const old = first.ring
  const outcome = await coordinator.ring.reconfigure({ replicationFactor: 2 })
  assert.equal(outcome.kind, 'changed', reasonOf(outcome))
  await settled(coordinator)
  first.ring = old
  const { version } = coordinator.ring.info()
  await eventually('it holds the new ring', () => first.ring?.version === version)
})

story('shards that come back at other addresses are found again by their ids', async (t) => {
  const { coordinator, network, ...cluster } = await foundedCluster(t)
  await write(coordinator, 'a')
  await coordinator.stop()
  const moved = cluster.shards.map((shard, i) => {
    network.shards.delete(shard.address)
    return network.add(shard.movedTo(`local:moved-${i}`))
  })
  const next = cluster.startCoordinator({ bootstrap: moved.map(({ address }) => address) })
  await eventually('it reads', async () => (await next.store.read(['a']))[0]?.kind === 'found')
  assert.deepEqual(
    next.ring.info().nodes,
    moved.map(({ address }) => address),
  )
})
