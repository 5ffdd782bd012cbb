/**
 * A change of the ring as whoever asks for it sees it: how far it is, what it would move, that it
 * is taken back, and that nothing that counts is lost of it.
 */
import assert from 'node:assert/strict'
import { THRESHOLDS_KEY } from '../../src/model/keys.ts'
import { must } from '../../src/model/must.ts'
import { settled } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { CARELESS, reasonOf, twoCoordinators, write } from '../support/ring-stories.ts'
import { foundedCluster, ready, story } from '../support/store-cluster.ts'

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
