/**
 * The ring changes while other coordinators write, while shards are silent, and while whoever
 * changes it is killed: no key is lost, and no change stays half done.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { THRESHOLDS_KEY } from '../../src/model/keys.ts'
import { must } from '../../src/model/must.ts'
import type { Network } from '../../src/ports/network.ts'
import type { Coordinator, CoordinatorOptions } from '../../src/store/coordinator/coordinator.ts'
import { begun, partitionsToMove } from '../../src/store/ring/moves.ts'
import { FAST_CARE, settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import type { TestShard } from '../support/fake-shards.ts'
import {
  foundedCluster,
  ready,
  startCoordinatorOn,
  storeCluster,
  story,
} from '../support/store-cluster.ts'

const write = async ({ store }: Coordinator, key: string) =>
  (await store.write([{ key, text: '1' }]))[0]?.kind
const reasonOf = (outcome: { kind: string; reason?: string }) => outcome.reason ?? outcome.kind
/** Nobody carries changes out, so that they can be looked at. */
const CARELESS: CoordinatorOptions = { care: { beatMs: 3_600_000 }, changeWaitMs: 100 }

/** Two shards with one replica of each key, the second in no ring yet, and two coordinators. */
async function twoCoordinators(t: TestContext, changer: CoordinatorOptions = {}) {
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

story('the thresholds are where they are looked for, whichever shards come and go', async (t) => {
  const { one } = await twoCoordinators(t)
  const key = THRESHOLDS_KEY
  await one.systemStore.write([{ key, text: '{"set":1}' }])
  const [first, second] = ['local:shard-1', 'local:shard-2'] as const
  for (const change of [
    () => one.ring.addNode(second),
    () => one.ring.removeNode(first),
    () => one.ring.addNode(first),
    () => one.ring.removeNode(second),
  ]) {
    const outcome = await change()
    assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    await settled(one)
    const found = (await one.systemStore.read([key]))[0]
    assert.equal(found?.kind === 'found' ? found.text : found?.kind, '{"set":1}')
  }
})

story(
  'while one change is under way another waits a little and is told how far it is',
  async (t) => {
    const { coordinator, addShard } = await foundedCluster(t, 3, CARELESS)
    addShard('local:late', 'id-late')
    addShard('local:later', 'id-later')
    const { ring } = coordinator
    assert.equal((await ring.addNode('local:late')).kind, 'changed')
    const { rebalance, shards } = ring.info()
    const left = must(rebalance).partitionsLeft
    assert.ok(left > 0)
    const underWay = {
      kind: 'add',
      shard: 'local:late',
      partitionsLeft: left,
      partitionsTotal: left,
      partitionsMoving: 0,
      ...{ state: 'elsewhere', rowsMoved: null, bytesMoved: null, waitingFor: null },
    }
    assert.deepEqual(rebalance, underWay)
    assert.deepEqual(
      shards.map(({ partitions }) => partitions),
      [32, 32, 32, 0],
    )
    for (const change of [
      () => ring.addNode('local:later'),
      () => ring.removeNode('local:shard-1'),
      () => ring.reconfigure({ replicationFactor: 2 }),
    ]) {
      const outcome = await change()
      assert.equal(outcome.kind, 'conflict')
      const sentence = new RegExp(`add local:late.*${left} of ${left} partitions.*ring cancel`)
      assert.match(reasonOf(outcome), sentence)
    }
    assert.equal((await ring.addNode('local:late')).kind, 'already')
    const replaced = await ring.replaceNode('local:late', 'local:later')
    assert.equal(replaced.kind, 'changed', 'a shard that may be dead is replaced at any time')
    assert.equal(must(ring.info().rebalance).partitionsLeft, left)
  },
)

story('what is under way is taken back, once', async (t) => {
  const { coordinator, addShard, startCoordinator } = await foundedCluster(t, 3, CARELESS)
  addShard('local:late', 'id-late')
  await write(coordinator, 'a')
  assert.equal((await coordinator.ring.cancel()).kind, 'absent', 'nothing is under way')
  await coordinator.ring.addNode('local:late')
  const [first, second] = [coordinator.ring.cancel(), coordinator.ring.cancel()]
  const outcomes = [(await first).kind, (await second).kind].sort()
  assert.deepEqual(outcomes, ['absent', 'changed'], 'the way back is not taken back')
  assert.equal(coordinator.ring.info().rebalance?.kind, 'remove')
  assert.deepEqual(
    coordinator.ring.info().shards.map(({ isLeaving }) => isLeaving),
    [false, false, false, true],
  )
  const careful = startCoordinator()
  await ready(careful, 3)
  await settled(careful)
  assert.equal(careful.ring.info().shards.length, 3)
  assert.equal((await careful.store.read(['a']))[0]?.kind, 'found')
})

story('a preview says what would move, and changes nothing', async (t) => {
  const { coordinator, shards, addShard } = await foundedCluster(t)
  addShard('local:late', 'id-late')
  for (let i = 0; i < 90; i += 1) await write(coordinator, `k${i}`)
  await eventually('the shards have counted', () =>
    coordinator.ring.info().shards.every(({ keys }) => keys === 90),
  )
  const before = JSON.stringify(shards.map(({ ring }) => ring))
  const preview = await coordinator.ring.preview({ kind: 'add', address: 'local:late' })
  assert.ok(preview.kind === 'preview')
  assert.deepEqual([preview.partitionsToMove, preview.of], [24, 32])
  assert.deepEqual(
    preview.perShard.map(({ address, before, after }) => [address, before, after]),
    [
      ['local:shard-1', 32, 24],
      ['local:shard-2', 32, 24],
      ['local:shard-3', 32, 24],
      ['local:late', 0, 24],
    ],
  )
  assert.equal(preview.keysEstimate, Math.round((90 * 24) / 32))
  assert.equal(JSON.stringify(shards.map(({ ring }) => ring)), before)
  const away = await coordinator.ring.preview({ kind: 'add', address: 'local:nobody' })
  assert.equal(away.kind, 'unreachable')
  const there = await coordinator.ring.preview({ kind: 'remove', address: 'local:nobody' })
  assert.equal(there.kind, 'absent')
})

story('a shard that lost its disk takes its own place again', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first, second] = shards
  assert.ok(first && second)
  for (let i = 0; i < 20; i += 1) await write(coordinator, `k${i}`)
  const same = await coordinator.ring.replaceNode(first.address, first.address)
  assert.match(reasonOf(same), /is the one that the ring knows/)
  first.emptyDisk('id-fresh')
  await eventually('it is seen', () => coordinator.ring.info().problems.length === 1)
  const outcome = await coordinator.ring.replaceNode(first.address, first.address)
  assert.equal(outcome.kind, 'changed', reasonOf(outcome))
  await settled(coordinator)
  const { problems, nodes } = coordinator.ring.info()
  assert.deepEqual(problems, [])
  assert.deepEqual([...nodes].sort(), ['local:shard-1', 'local:shard-2', 'local:shard-3'])
  second.mood = 'stopped'
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
  const found = await coordinator.store.read(keys)
  assert.ok(found.every(({ kind }) => kind === 'found'))
})

story(
  'a shard whose replacement was taken back is looked for nowhere, and a person is told',
  async (t) => {
    const { coordinator, network, shards, addShard } = await foundedCluster(t, 3, CARELESS)
    const [first] = shards
    assert.ok(first)
    addShard('local:spare', 'id-spare')
    await write(coordinator, 'a')
    first.emptyDisk('id-fresh')
    await coordinator.ring.replaceNode(first.address, first.address)
    assert.equal((await coordinator.ring.cancel()).kind, 'changed')
    await coordinator.stop()
    const careful = startCoordinatorOn(t, network, { bootstrap: ['local:shard-2'] })
    await ready(careful, 3)
    await settled(careful)
    const lost = must(careful.ring.info().shards.find(({ id }) => id === 'id-1'))
    assert.deepEqual([lost.address, lost.health], ['lost:id-1', 'down'])
    assert.match(lost.problem ?? '', /lost its data folder.*ring replace lost:id-1 URL/)
    assert.equal((await careful.store.status()).reachable, true)
    const outcome = await careful.ring.replaceNode('lost:id-1', 'local:spare')
    assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    await settled(careful)
    assert.deepEqual(careful.ring.info().problems, [])
    assert.equal(careful.ring.info().shards.length, 3)
    assert.equal((await careful.store.read(['a']))[0]?.kind, 'found')
  },
)

story('answers of a fresh shard never count as those of the one it replaces', async (t) => {
  const { coordinator, shards } = await foundedCluster(t, 3, CARELESS)
  const [first, second, third] = shards
  assert.ok(first && second && third)
  third.mood = 'stopped'
  assert.equal(await write(coordinator, 'a'), 'done', 'the first and the second hold it')
  third.mood = 'well'
  first.emptyDisk('id-fresh')
  const outcome = await coordinator.ring.replaceNode(first.address, first.address)
  assert.equal(outcome.kind, 'changed', reasonOf(outcome))
  const ring = must(third.ring)
  const joint = begun(ring, partitionsToMove(ring))
  for (const shard of shards) shard.ring = joint
  await eventually('it moves', () => coordinator.ring.info().version === joint.version)
  second.mood = 'stopped'
  const [read] = await coordinator.store.read(['a'])
  assert.equal(read?.kind, 'unavailable', 'one of three is no majority')
})

story('a key that another coordinator writes at any moment of a change is kept', async (t) => {
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
  for (let moment = 1; moment <= 10; moment += 1) {
    const { network, one, two } = await twoCoordinators(t)
    let left = moment
    let written: Promise<readonly { readonly kind: string }[]> | null = null
    const write = () => two.store.write(keys.map((key) => ({ key, text: '1' })))
    network.watch = async (_, { kind }) => {
      if (kind.startsWith('ring.')) left -= 1
      if (left > 0 || written) return
      written = write()
      await Promise.race([written, new Promise((resolve) => setTimeout(resolve, 50))])
    }
    assert.equal((await one.ring.addNode('local:shard-2')).kind, 'changed')
    await settled(one)
    const outcomes = await (written ?? write())
    const found = await one.store.read(keys)
    for (const [i, outcome] of outcomes.entries()) {
      assert.equal(outcome.kind, 'done', `moment ${moment}`)
      assert.equal(found[i]?.kind, 'found', `moment ${moment}`)
    }
    await Promise.all([one.stop(), two.stop()])
  }
})

story('a coordinator killed at any moment of a change leaves a ring that works', async (t) => {
  const ends = new Set<number>()
  for (let moment = 1; moment <= 8; moment += 1) {
    const { network, shards, one, two } = await twoCoordinators(t, CARELESS)
    let left = moment
    let isKilled = false
    network.watch = (_, { kind }) => {
      if (kind.startsWith('ring.') && !isKilled) left -= 1
      if (left > 0 || isKilled) return
      isKilled = true
      void one.stop()
      return new Promise(() => {})
    }
    void one.ring.addNode('local:shard-2')
    await eventually('it is killed, or through', () => isKilled || one.ring.info().totalNodes === 2)
    network.watch = () => {}
    await eventually('the other writes', async () => (await write(two, 'a')) === 'done')
    assert.equal((await two.store.read(['a']))[0]?.kind, 'found')
    const outcome = await two.ring.addNode('local:shard-2')
    assert.ok(outcome.kind === 'changed' || outcome.kind === 'already', reasonOf(outcome))
    await settled(two)
    assert.equal((await two.store.read(['a']))[0]?.kind, 'found')
    await eventually('no shard of the ring is behind', () => {
      const rings = members(shards, two).map(({ ring }) => ring)
      return rings.every((ring) => ring && ring.version === rings[0]?.version)
    })
    ends.add(moment)
    await two.stop()
  }
  assert.equal(ends.size, 8)
})

story('what was decided and told to nobody is completed by the next one', async (t) => {
  const cluster = storeCluster(t, 5)
  const bootstrap = cluster.addresses.slice(0, 3)
  let isDoomed = false
  let isDead = false
  const network: Network = {
    ask: async (to, request) => {
      isDead ||= isDoomed && request.kind === 'ring.store'
      if (isDead) return { kind: 'silence', reason: 'it is dead' }
      return cluster.network.ask(to, request)
    },
    close: async () => {},
  }
  const one = startCoordinatorOn(t, network, { bootstrap, ...CARELESS })
  const two = cluster.startCoordinator({ bootstrap, ...CARELESS })
  await Promise.all([ready(one, 3), ready(two, 3)])
  isDoomed = true
  await one.ring.addNode('local:shard-4')
  assert.ok(isDead, 'it is decided')
  assert.equal(two.ring.info().totalNodes, 3)
  const outcome = await two.ring.addNode('local:shard-5')
  assert.equal(outcome.kind, 'conflict', 'the decided change is under way')
  assert.match(reasonOf(outcome), /add local:shard-4/)
  assert.deepEqual(two.ring.info().nodes, cluster.addresses.slice(0, 4))
  await eventually('the shards know it', () => cluster.shards[3]?.ring?.version === 2)
})

story('a shard that misses a change is brought up to date when it is back', async (t) => {
  for (const absent of [0, 2]) {
    const { coordinator, network, shards, addShard } = await foundedCluster(t)
    addShard('local:late', 'id-late')
    const shard = must(shards[absent])
    network.watch = (to, { kind }) => {
      if (kind === 'ring.promise' && to === shard.address) shard.mood = 'silent'
    }
    const outcome = await coordinator.ring.addNode('local:late')
    assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    network.watch = () => {}
    await eventually('writes go on', async () => (await write(coordinator, 'a')) === 'done')
    shard.mood = 'well'
    await settled(coordinator)
    await eventually('all hold one ring', () =>
      shards.every(({ ring }) => ring?.version === coordinator.ring.info().version),
    )
    assert.equal(coordinator.ring.info().totalNodes, 4)
  }
})

function members(shards: readonly TestShard[], coordinator: Coordinator): readonly TestShard[] {
  const { nodes } = coordinator.ring.info()
  return shards.filter(({ address }) => nodes.includes(address))
}
