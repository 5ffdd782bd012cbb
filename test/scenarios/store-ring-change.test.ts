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

/**
 * As `twoCoordinators`; the first one sees nothing of the shards from the moment when it has sealed
 * the ring until it may.
 */
async function halfWayThrough(t: TestContext, twoPingsEveryMs: number) {
  const cluster = storeCluster(t, 2)
  let mayGoOn: Promise<unknown> | null = null
  const { promise: isSealed, resolve: sealed } = Promise.withResolvers<void>()
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  const network: Network = {
    ask: async (to, request) => {
      if (request.kind === 'hello') await mayGoOn
      const answer = await cluster.network.ask(to, request)
      if (!cluster.shards[0]?.ring?.sealed) return answer
      mayGoOn ??= promise
      sealed()
      return answer
    },
    close: async () => {},
  }
  const one = startCoordinatorOn(t, network, { bootstrap: [], pingEveryMs: 60_000 })
  await one.ring.addNode('local:shard-1')
  await one.ring.reconfigure({ replicationFactor: 1 })
  const two = cluster.startCoordinator({
    bootstrap: ['local:shard-1'],
    pingEveryMs: twoPingsEveryMs,
  })
  await ready(two, 1)
  const outcome = one.ring.addNode('local:shard-2')
  await isSealed
  return { ...cluster, one, two, outcome, goOn }
}

story('the thresholds are taken along, whichever shards come and go', async (t) => {
  const { one } = await twoCoordinators(t)
  const key = THRESHOLDS_KEY
  await one.systemStore.write([{ key, text: '{"set":1}', order: 5 }])
  const [first, second] = ['local:shard-1', 'local:shard-2'] as const
  const changes = [
    () => one.ring.addNode(second),
    () => one.ring.removeNode(first),
    () => one.ring.addNode(first),
    () => one.ring.removeNode(second),
  ]
  for (const change of changes) {
    const outcome = await change()
    assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    const expected = { kind: 'found', text: '{"set":1}', order: 5 }
    assert.deepEqual((await one.systemStore.read([key]))[0], expected)
  }
})

story('a change that takes so long that another coordinator ends it is given up', async (t) => {
  const { one, two, outcome, goOn } = await halfWayThrough(t, 25)
  await eventually('the other goes on', async () => (await write(two, 'a')) === 'done')
  goOn()
  assert.match(reasonOf(await outcome), /another coordinator at the same time/)
  assert.equal((await one.store.read(['a']))[0]?.kind, 'found')
  assert.deepEqual(one.ring.info().nodes, ['local:shard-1'])
})

story('who writes while another coordinator changes the ring waits for it', async (t) => {
  const { shards, two, outcome, goOn } = await halfWayThrough(t, 60_000)
  const [first] = shards
  const before = first?.arrived.ops ?? 0
  const writing = write(two, 'a')
  await eventually('it was refused often', () => (first?.arrived.ops ?? 0) >= before + 6)
  goOn()
  assert.equal((await outcome).kind, 'changed')
  assert.equal(await writing, 'done')
})

/** Two shards with one replica of each key, the second in no ring yet, and two coordinators. */
async function twoCoordinators(t: TestContext, changer: CoordinatorOptions = {}) {
  const cluster = storeCluster(t, 2)
  const one = cluster.startCoordinator({ bootstrap: [], ...changer })
  await one.ring.addNode('local:shard-1')
  await one.ring.reconfigure({ replicationFactor: 1 })
  const two = cluster.startCoordinator({ bootstrap: ['local:shard-1'] })
  await ready(two, 1)
  return { ...cluster, one, two }
}

story('a key that another coordinator writes at any moment of a change is kept', async (t) => {
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
  const kinds = new Set<string>()
  for (let moment = 1; moment <= 6; moment += 1) {
    const { network, one, two } = await twoCoordinators(t)
    let left = moment
    let written: Promise<readonly { readonly kind: string }[]> | null = null
    const write = () => two.store.write(keys.map((key) => ({ key, text: '1' })))
    network.watch = async (_, { kind }) => {
      if (kind === 'ring.store') left -= 1
      if (left > 0 || written) return
      written = write()
      await Promise.race([written, new Promise((resolve) => setTimeout(resolve, 50))])
    }
    const { kind } = await one.ring.addNode('local:shard-2')
    kinds.add(kind)
    const outcomes = await (written ?? write())
    const found = await one.store.read(keys)
    for (const [i, outcome] of outcomes.entries()) {
      assert.equal(outcome.kind, 'done', `moment ${moment}, ${kind}`)
      assert.equal(found[i]?.kind, 'found', `moment ${moment}, ${kind}`)
    }
    await Promise.all([one.stop(), two.stop()])
  }
  assert.deepEqual([...kinds].sort(), ['changed', 'conflict'], 'both ends have been seen')
})

story('a coordinator killed at any moment of a change leaves a ring that works', async (t) => {
  for (let moment = 1; moment <= 5; moment += 1) {
    const { network, shards, one, two } = await twoCoordinators(t, { pingEveryMs: 60_000 })
    let left = moment
    let isKilled = false
    network.watch = (_, { kind }) => {
      if (kind === 'ring.store' && !isKilled) left -= 1
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
    await eventually('no shard of the ring is behind or sealed', () => {
      const rings = members(shards, two).map(({ ring }) => ring)
      return rings.every((ring) => ring && !ring.sealed && ring.version === rings[0]?.version)
    })
    await two.stop()
  }
})

story(
  'a shard that misses a change at its beginning stops the change, not the store',
  async (t) => {
    for (const absent of [0, 2]) {
      const { coordinator, network, shards, addShard } = await foundedCluster(t)
      addShard('local:late', 'id-late')
      const shard = must(shards[absent])
      network.watch = (to, { kind }) => {
        if (kind === 'ring.store' && to === shard.address) shard.mood = 'silent'
      }
      const outcome = await coordinator.ring.addNode('local:late')
      assert.equal(outcome.kind, 'unreachable', reasonOf(outcome))
      network.watch = () => {}
      await eventually(
        'writes go on without it',
        async () => (await write(coordinator, 'a')) === 'done',
      )
      shard.mood = 'well'
      await eventually('all hold one ring, in which writes go on', () =>
        shards.every(
          ({ ring }) => ring && !ring.sealed && ring.version === shards[1]?.ring?.version,
        ),
      )
      assert.equal(coordinator.ring.info().totalNodes, 3)
    }
  },
)

function members(shards: readonly TestShard[], coordinator: Coordinator): readonly TestShard[] {
  const { nodes } = coordinator.ring.info()
  return shards.filter(({ address }) => nodes.includes(address))
}
