/**
 * How a ring comes to be, is remembered, and is changed.
 */
import assert from 'node:assert/strict'
import { must } from '../../src/model/must.ts'
import { FAST_CARE, settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { members, reasonOf, write } from '../support/ring-stories.ts'
import { foundedCluster, ready, storeCluster, story } from '../support/store-cluster.ts'

story('without shards every operation says so', async (t) => {
  const { store } = storeCluster(t, 0).startCoordinator()
  assert.deepEqual(await store.write([{ key: 'a', text: '1' }]), [{ kind: 'no-shards' }])
  assert.deepEqual(await store.read(['a']), [{ kind: 'no-shards' }])
  assert.deepEqual(await store.scan({ limit: 1 }), { kind: 'no-shards' })
  assert.deepEqual(await store.status(), { reachable: false, shards: 0 })
})

story('the shards named at start found the ring once, and it stands on each of them', async (t) => {
  const { coordinator, shards, addresses } = await foundedCluster(t)
  const info = coordinator.ring.info()
  assert.deepEqual(
    [info.totalNodes, info.replicationFactor, info.virtualNodesPerNode, info.totalVirtualNodes],
    [3, 3, 8, 24],
  )
  assert.deepEqual([info.partitions, info.version, info.problems], [32, 1, []])
  assert.deepEqual(info.nodes, addresses)
  for (const shard of shards) assert.equal(shard.ring?.cluster, info.cluster)
})

story('shards registered one after another make a ring, each registration at once', async (t) => {
  const cluster = storeCluster(t, 3)
  const coordinator = cluster.startCoordinator({ bootstrap: [] })
  for (const [count, address] of cluster.addresses.entries()) {
    const outcome = await coordinator.ring.addNode(`${address}/`)
    assert.deepEqual(outcome, { kind: 'changed', nodes: cluster.addresses.slice(0, count + 1) })
    assert.equal(coordinator.ring.info().replicationFactor, count + 1)
    assert.equal((await coordinator.ring.addNode(address)).kind, 'already')
  }
  assert.equal(await write(coordinator, 'a'), 'done')
  const said = coordinator.trace.facts.map(({ sentence }) => String(sentence))
  assert.ok(said.some((sentence) => /two replicas.*both must answer/i.test(sentence)))
})

story('a bootstrap shard that comes late is taken in while the store is empty', async (t) => {
  const cluster = storeCluster(t, 3)
  const [, , third] = cluster.shards
  assert.ok(third)
  third.mood = 'stopped'
  const coordinator = cluster.startCoordinator()
  await ready(coordinator, 2)
  third.mood = 'well'
  await ready(coordinator, 3)
  assert.equal(coordinator.ring.info().replicationFactor, 3)
})

story('a minority of the bootstrap shards founds nothing', async (t) => {
  const cluster = storeCluster(t, 3)
  for (const shard of cluster.shards.slice(0, 2)) shard.mood = 'stopped'
  const coordinator = cluster.startCoordinator({ foundingGraceMs: 0 })
  const last = cluster.shards[2]
  await eventually('it was greeted', () => (last?.arrived.hello ?? 0) > 5)
  assert.equal(coordinator.ring.info().totalNodes, 0)
  const outcome = await coordinator.ring.addNode('local:shard-3')
  assert.match(reasonOf(outcome), /2 of them must answer/)
  assert.equal(last?.ring, null)
})

story('a coordinator that starts anew finds the ring and the keys', async (t) => {
  const { coordinator, ...cluster } = await foundedCluster(t)
  await write(coordinator, 'a')
  await coordinator.stop()
  const [first] = cluster.addresses
  assert.ok(first)
  const next = cluster.startCoordinator({ bootstrap: [first], virtualNodes: 100 })
  await ready(next, 3)
  assert.deepEqual(next.ring.info().partitions, 32, 'the partitions stay as they were founded')
  assert.equal((await next.store.read(['a']))[0]?.kind, 'found')
})

story('two coordinators found one ring, and see the same whoever changes it', async (t) => {
  const cluster = storeCluster(t, 4)
  const bootstrap = cluster.addresses.slice(0, 3)
  const one = cluster.startCoordinator({ bootstrap })
  const two = cluster.startCoordinator({ bootstrap })
  await Promise.all([ready(one, 3), ready(two, 3)])
  assert.equal(one.ring.info().cluster, two.ring.info().cluster)
  assert.equal((await one.ring.addNode('local:shard-4')).kind, 'changed')
  assert.equal(
    await write(two, 'a'),
    'done',
    'an older ring is fenced, fetched anew and left behind',
  )
  await ready(two, 4)
  assert.equal((await one.store.read(['a']))[0]?.kind, 'found')
  assert.equal((await two.ring.removeNode('local:shard-1')).kind, 'changed')
  await ready(one, 3)
})

story('two coordinators change the ring at the same time, one after the other', async (t) => {
  const cluster = storeCluster(t, 5)
  const bootstrap = cluster.addresses.slice(0, 3)
  const [one, two] = [
    cluster.startCoordinator({ bootstrap }),
    cluster.startCoordinator({ bootstrap }),
  ]
  await Promise.all([ready(one, 3), ready(two, 3)])
  const outcomes = await Promise.all([
    one.ring.addNode('local:shard-4'),
    two.ring.addNode('local:shard-5'),
  ])
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['changed', 'changed'],
  )
  await Promise.all([ready(one, 5), ready(two, 5)])
  await settled(one)
  await eventually(
    'all shards of the ring hold it',
    () => new Set(members(cluster.shards, one).map(({ ring }) => JSON.stringify(ring))).size === 1,
  )
})

story('while the store holds keys shards come and go and the factor changes', async (t) => {
  const { coordinator, addShard } = await foundedCluster(t)
  addShard('local:late', 'id-late')
  await write(coordinator, 'a')
  for (const change of [
    () => coordinator.ring.addNode('local:late'),
    () => coordinator.ring.removeNode('local:shard-1'),
    () => coordinator.ring.reconfigure({ replicationFactor: 2 }),
    () => coordinator.ring.removeNode('local:shard-2'),
  ]) {
    const outcome = await change()
    assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    assert.equal((await coordinator.store.read(['a']))[0]?.kind, 'found')
  }
  await settled(coordinator)
  const { nodes, shards, replicationFactor } = coordinator.ring.info()
  assert.deepEqual([...nodes].sort(), ['local:late', 'local:shard-3'])
  assert.deepEqual([shards.length, replicationFactor], [2, 2])
  assert.equal((await coordinator.store.read(['a']))[0]?.kind, 'found')
  assert.equal((await coordinator.ring.reconfigure({ replicationFactor: 2 })).kind, 'already')
  assert.equal((await coordinator.ring.removeNode('local:nobody')).kind, 'absent')
})

story('the last shard stays while it holds keys, and may go and come back without', async (t) => {
  const { coordinator } = await foundedCluster(t, 1)
  await write(coordinator, 'a')
  await eventually('it has said so', () => coordinator.ring.info().shards[0]?.keys === 1)
  const refused = await coordinator.ring.removeNode('local:shard-1')
  assert.match(reasonOf(refused), /last shard.*Nothing was changed/)
  await coordinator.store.write([{ key: 'a', text: null }])
  const outcome = await coordinator.ring.removeNode('local:shard-1')
  assert.deepEqual(outcome, { kind: 'changed', nodes: [] })
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(coordinator.ring.info().totalNodes, 0, 'it is not taken in again by itself')
  assert.equal((await coordinator.ring.addNode('local:shard-1')).kind, 'changed')
  await eventually('it works', async () => (await write(coordinator, 'b')) === 'done')
  assert.equal((await coordinator.store.read(['a']))[0]?.kind, 'absent')
})

story(
  'a ring that was emptied may be asked for another factor, and is cared for again',
  async (t) => {
    const cluster = storeCluster(t, 2)
    const { ring, ...one } = cluster.startCoordinator({ bootstrap: [], care: FAST_CARE })
    await ring.addNode('local:shard-1')
    await ring.removeNode('local:shard-1')
    assert.equal(ring.info().replicationFactor, 3, 'what was asked for at first')
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal((await ring.reconfigure({ replicationFactor: 1 })).kind, 'changed')
    assert.equal(ring.info().replicationFactor, 1)
    await ring.addNode('local:shard-1')
    await eventually('somebody cares', () => one.care())
    await settled({ ring, ...one })
    assert.equal((await ring.addNode('local:shard-2')).kind, 'changed')
    await settled({ ring, ...one })
    const { totalNodes, replicationFactor } = ring.info()
    assert.deepEqual([totalNodes, replicationFactor], [2, 1])
  },
)

story('a ring that was emptied keeps the factor that it was asked for before', async (t) => {
  const cluster = storeCluster(t, 1)
  const { ring, ...one } = cluster.startCoordinator({ bootstrap: [], care: FAST_CARE })
  await ring.addNode('local:shard-1')
  assert.equal((await ring.reconfigure({ replicationFactor: 2 })).kind, 'changed')
  await settled({ ring, ...one })
  assert.equal((await ring.removeNode('local:shard-1')).kind, 'changed')
  assert.equal(ring.info().replicationFactor, 2)
})

story(
  'what an emptied ring was asked for counts for a bootstrap shard that comes late',
  async (t) => {
    const cluster = storeCluster(t, 3)
    const [first = '', second = ''] = cluster.addresses
    const third = must(cluster.shards[2])
    third.mood = 'stopped'
    const { ring, ...one } = cluster.startCoordinator({ care: FAST_CARE, foundingGraceMs: 0 })
    await ready({ ring, ...one }, 2)
    assert.equal((await ring.removeNode(first)).kind, 'changed')
    await settled({ ring, ...one })
    assert.equal((await ring.removeNode(second)).kind, 'changed')
    assert.equal((await ring.reconfigure({ replicationFactor: 1 })).kind, 'changed')
    third.mood = 'well'
    await ready({ ring, ...one }, 1)
    assert.equal((await ring.addNode(first)).kind, 'changed')
    assert.equal(ring.info().replicationFactor, 1)
  },
)

story(
  'a shard that is away holds no change up, a majority of deciders that is away does',
  async (t) => {
    const { coordinator, shards, addShard } = await foundedCluster(t)
    addShard('local:late', 'id-late')
    const [first, second] = shards
    assert.ok(first && second)
    first.mood = 'stopped'
    const outcome = await coordinator.ring.addNode('local:late')
    assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    second.mood = 'stopped'
    const stuck = await coordinator.ring.cancel()
    assert.equal(stuck.kind, 'unreachable')
    assert.match(reasonOf(stuck), /2 of the shards that decide.*shard-1.*must answer/)
  },
)

story('an address where nobody answers is unreachable, a foreign shard is refused', async (t) => {
  const { coordinator, network, addShard } = await foundedCluster(t)
  assert.equal((await coordinator.ring.addNode('local:nobody')).kind, 'unreachable')
  const foreign = addShard('local:foreign', 'id-foreign')
  const { ring } = network.shards.get('local:shard-1') ?? {}
  assert.ok(ring)
  foreign.ring = { ...ring, cluster: 'elsewhere' }
  assert.match(reasonOf(await coordinator.ring.addNode('local:foreign')), /another cluster/)
  assert.equal(coordinator.ring.info().totalNodes, 3)
})

story(
  'a factor given as a ratio follows the number of shards until one is asked for',
  async (t) => {
    const cluster = storeCluster(t, 4)
    const replication = { kind: 'ratio', ratio: 0.5 } as const
    const { ring } = cluster.startCoordinator({ bootstrap: [], replication })
    const factors: number[] = []
    for (const address of cluster.addresses) {
      await ring.addNode(address)
      factors.push(ring.info().replicationFactor)
    }
    assert.deepEqual(factors, [1, 1, 2, 2])
    assert.equal((await ring.reconfigure({ replicationFactor: 3 })).kind, 'changed')
    assert.equal(ring.info().replicationFactor, 3)
    assert.equal((await ring.reconfigure({ replicationFactor: 0 })).kind, 'invalid')
  },
)

story('a key written at any moment of a registration is never lost', async (t) => {
  for (let round = 0; round < 24; round += 1) {
    const turns = (round % 8) * 2
    const cluster = storeCluster(t, 2)
    cluster.network.operationTurns = 1 + 2 * Math.floor(round / 8)
    const coordinator = cluster.startCoordinator({
      bootstrap: [],
      pingEveryMs: 10_000,
      care: FAST_CARE,
    })
    await coordinator.ring.addNode('local:shard-1')
    await coordinator.ring.reconfigure({ replicationFactor: 1 })
    const registering = coordinator.ring.addNode('local:shard-2')
    for (let turn = 0; turn < turns; turn += 1)
      await new Promise((resolve) => setImmediate(resolve))
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    const written = await coordinator.store.write(keys.map((key) => ({ key, text: '1' })))
    const { kind } = await registering
    assert.equal(kind, 'changed')
    assert.ok(written.every((one) => one.kind === 'done'))
    const found = await coordinator.store.read(keys)
    assert.ok(
      found.every((one) => one.kind === 'found'),
      `after ${turns} turns and ${kind}`,
    )
  }
})
