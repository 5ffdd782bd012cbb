/**
 * A shard that lost its disk is replaced, also in its own place, and what it answers afterwards
 * never counts for the one that it was.
 */
import assert from 'node:assert/strict'
import { must } from '../../src/model/must.ts'
import { partitionsToMove } from '../../src/store/ring/moves.ts'
import { settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { begun } from '../support/ring-steps.ts'
import { CARELESS, reasonOf, write } from '../support/ring-stories.ts'
import { foundedCluster, ready, startCoordinatorOn, story } from '../support/store-cluster.ts'

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
