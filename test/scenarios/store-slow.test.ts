/**
 * Reads and writes while shards are slow rather than gone: nobody waits for them, and what is too
 * much is told to come again.
 */
import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { foundedCluster, ready, storeCluster, story } from '../support/store-cluster.ts'

story('a shard that is slow is not waited for, and its late answer is put right', async (t) => {
  const { shards, startCoordinator } = storeCluster(t)
  // Nobody else brings the shard what it missed.
  const coordinator = startCoordinator({ care: { idleMs: 3_600_000 } })
  await ready(coordinator, 3)
  const [slow] = shards
  assert.ok(slow)
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
  const writeAll = (text: string) => coordinator.store.write(keys.map((key) => ({ key, text })))
  await writeAll('1')
  slow.mood = 'stopped'
  await writeAll('2')
  slow.mood = 'well'
  await eventually('it is up again', () =>
    coordinator.ring.info().shards.every(({ health }) => health === 'up'),
  )
  let goOn = () => {}
  slow.held = new Promise((resolve) => {
    goOn = resolve
  })
  const told: string[] = []
  void coordinator.store.read(keys).then((found) => {
    told.push(...found.map((one) => (one.kind === 'found' ? one.text : one.kind)))
  })
  await eventually('all keys are told', () => told.length === keys.length)
  assert.deepEqual(new Set(told), new Set(['2']))
  const stale = () => keys.filter((key) => slow.rows.get(key)?.v === '1').length
  const before = stale()
  goOn()
  await eventually('those that it was asked for are repaired', () => stale() < before)
})

story('one shard after another is asked while those before are slow', async (t) => {
  const { coordinator, shards } = await foundedCluster(t, 5)
  await coordinator.ring.reconfigure({ replicationFactor: 5 })
  await eventually('all five hold each key', () => coordinator.ring.info().rebalance === null)
  await coordinator.store.write([{ key: 'a', text: '1' }])
  const { promise: held, resolve: goOn } = Promise.withResolvers<void>()
  for (const slow of shards.slice(0, 2)) slow.held = held
  const found = await coordinator.store.read(['a', 'b', 'c', 'd'])
  goOn()
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['found', 'absent', 'absent', 'absent'],
  )
})

story('full queues are busy, and free again when they have drained', async (t) => {
  const cluster = storeCluster(t)
  const coordinator = cluster.startCoordinator({ hop: { queueOperationsMax: 4 } })
  await ready(coordinator, 3)
  const writes = Array.from({ length: 8 }, (_, i) => ({ key: `k${i}`, text: '1' }))
  const kinds = (await coordinator.store.write(writes)).map(({ kind }) => kind)
  assert.deepEqual(kinds, [...Array(4).fill('done'), ...Array(4).fill('busy')])
  assert.equal((await coordinator.store.write([{ key: 'k9', text: '1' }]))[0]?.kind, 'done')
})
