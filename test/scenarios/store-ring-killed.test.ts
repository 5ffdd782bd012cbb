/**
 * The ring changes while clients write, while a shard is silent, and while whoever changes it is
 * killed at any moment: no key is lost, and no change stays half done.
 */
import assert from 'node:assert/strict'
import { must } from '../../src/model/must.ts'
import type { Network } from '../../src/ports/network.ts'
import { settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { CARELESS, members, reasonOf, twoCoordinators, write } from '../support/ring-stories.ts'
import {
  foundedCluster,
  ready,
  startCoordinatorOn,
  storeCluster,
  story,
} from '../support/store-cluster.ts'

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
