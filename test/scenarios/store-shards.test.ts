/**
 * A coordinator over real shards on the network within one process, as `up` runs them: what a disk
 * keeps, and what happens when it is full, emptied, damaged, or comes back elsewhere.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { must } from '../../src/model/must.ts'
import { EngineError } from '../../src/ports/key-value-engine.ts'
import type { Store } from '../../src/store/client.ts'
import type { Coordinator } from '../../src/store/coordinator/coordinator.ts'
import { eventually } from '../support/eventually.ts'
import { foundedLocalShards, type LocalShard, localShards } from '../support/local-shards.ts'
import { ready } from '../support/store-cluster.ts'

const KEYS = Array.from({ length: 40 }, (_, i) => `k${i}`)
const writeAll = async (store: Store, text: string, keys = KEYS) =>
  (await store.write(keys.map((key) => ({ key, text })))).map(({ kind }) => kind)
const textsOf = async (store: Store, keys = KEYS) =>
  (await store.read(keys)).map((one) => (one.kind === 'found' ? one.text : one.kind))
const all = (word: string, keys = KEYS) => keys.map(() => word)
const infoOf = (coordinator: Coordinator, address: string) =>
  must(coordinator.ring.info().shards.find((shard) => shard.address === address))

/** Only these answer, so each read is of what they hold. */
function onlyWithout(away: LocalShard, shards: readonly LocalShard[]): void {
  for (const shard of shards) shard.start()
  away.stop()
}

test('everything is still there when coordinator and shards are started again', async (t) => {
  const { coordinator, shards, startCoordinator } = await foundedLocalShards(t)
  assert.deepEqual(await writeAll(coordinator.store, '"first"'), all('done'))
  await coordinator.systemStore.write([{ key: '_system:thresholds', text: '{}' }])
  const before = coordinator.ring.info()
  await coordinator.stop()
  for (const shard of shards) shard.start()
  const next = startCoordinator({ bootstrap: ['local:kv2'] })
  await ready(next, 3)
  assert.deepEqual(next.ring.info().cluster, before.cluster)
  assert.deepEqual(await textsOf(next.store), all('"first"'))
  assert.equal((await next.systemStore.read(['_system:thresholds']))[0]?.kind, 'found')
  await eventually('the keys are told', () => infoOf(next, 'local:kv1').keys === KEYS.length)
})

test('a shard that is started again is told what was written meanwhile', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  const [first, second] = shards
  assert.ok(first && second)
  await writeAll(coordinator.store, '"old"')
  first.stop()
  assert.deepEqual(await writeAll(coordinator.store, '"new"'), all('done'))
  onlyWithout(second, shards)
  assert.deepEqual(await textsOf(coordinator.store), all('"new"'))
  const held = KEYS.map((key) => first.shard.door.get(key))
  assert.deepEqual(new Set(held.map((one) => one.kind === 'found' && one.text)), new Set(['"new"']))
})

test('a full disk on one shard stops nobody, and is found to have room again', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  const [full, second] = shards
  assert.ok(full && second)
  await writeAll(coordinator.store, '"old"')
  full.disk.bytesMax = full.disk.bytes
  const more = KEYS.map((key) => `more-${key}`)
  assert.deepEqual(await writeAll(coordinator.store, '"new"', more), all('done'))
  assert.deepEqual(await textsOf(coordinator.store, more), all('"new"'))
  assert.deepEqual(await textsOf(coordinator.store), all('"old"'))
  await eventually('it is seen', () => infoOf(coordinator, full.address).isWritable === false)
  assert.equal(full.trace.count('shard.full'), 1)

  full.disk.bytesMax = Number.POSITIVE_INFINITY
  await eventually('it takes writes again', async () => {
    await writeAll(coordinator.store, '"newer"', more)
    return infoOf(coordinator, full.address).isWritable
  })
  second.stop()
  await writeAll(coordinator.store, '"newest"', more)
  assert.deepEqual(await textsOf(coordinator.store, more), all('"newest"'))
})

test('with full disks everywhere a write has certainly failed, and reads go on', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  await writeAll(coordinator.store, '1')
  for (const { disk } of shards) disk.bytesMax = disk.bytes
  const [outcome] = await coordinator.store.write([{ key: 'more', text: '1' }])
  assert.match(outcome?.kind === 'failed' ? outcome.reason : '', /no room left/)
  assert.deepEqual(await textsOf(coordinator.store), all('1'))
  assert.deepEqual(await textsOf(coordinator.store, ['more']), ['absent'])
})

test('an emptied disk comes back as a stranger whose silence is no answer', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  const [first, second] = shards
  assert.ok(first && second)
  await writeAll(coordinator.store, '1')
  const formerId = first.shard.id
  first.disk = Object.assign(first.disk, { partitions: new Map(), meta: new Map() })
  first.start()
  assert.notEqual(first.shard.id, formerId)
  await eventually('a person is told', () => coordinator.ring.info().problems.length === 1)
  assert.deepEqual(await textsOf(coordinator.store), all('1'), 'the other two have it all')
  second.stop()
  const gone = { kind: 'unavailable', needed: 2, had: 1 }
  assert.deepEqual(await coordinator.store.read(['k1']), [gone])
  assert.deepEqual(await coordinator.store.scan({ limit: 5 }), gone)
})

test('shards that come back elsewhere are found by what is written on their disks', async (t) => {
  const { coordinator, shards, startCoordinator } = await foundedLocalShards(t)
  await writeAll(coordinator.store, '1')
  await coordinator.stop()
  for (const [i, shard] of shards.entries()) shard.start(`local:elsewhere-${i + 1}`)
  const bootstrap = shards.map(({ address }) => address)
  const next = startCoordinator({ bootstrap })
  await eventually('it reads', async () => (await textsOf(next.store, ['k1']))[0] === '1')
  assert.deepEqual([...next.ring.info().nodes].sort(), bootstrap)
  assert.deepEqual(await textsOf(next.store), all('1'))
})

test('two shards that have changed places are each asked where they are', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  const [first, second] = shards
  assert.ok(first && second)
  await writeAll(coordinator.store, '1')
  const idAt = (address: string) => infoOf(coordinator, address).id
  const formerly = idAt('local:kv1')
  first.start('local:kv2')
  second.start('local:kv1')
  first.start('local:kv2')
  await eventually('the ring follows', () => idAt('local:kv2') === formerly)
  assert.deepEqual(await textsOf(coordinator.store), all('1'))
  assert.deepEqual(await writeAll(coordinator.store, '2'), all('done'))
})

test('a damaged row is answered by the other replicas, and mended by the next write', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  const [bad] = shards
  assert.ok(bad)
  await writeAll(coordinator.store, '1')
  let isDamaged = true
  bad.wrap = (engine) => ({
    ...engine,
    get(partition, key) {
      if (isDamaged && key === 'k1') throw new EngineError('damaged', '"k1" is damaged')
      return engine.get(partition, key)
    },
    apply(rows) {
      if (rows.some(({ key }) => key === 'k1')) isDamaged = false
      return engine.apply(rows)
    },
  })
  bad.start()
  for (let i = 0; i < 10; i += 1) assert.deepEqual(await textsOf(coordinator.store, ['k1']), ['1'])
  const page = await coordinator.store.scan({ limit: 100 })
  assert.equal(page.kind === 'page' && page.entries.length, KEYS.length)
  assert.deepEqual(await writeAll(coordinator.store, '2'), all('done'))
  await eventually('it is mended', () => !isDamaged)
  assert.deepEqual(bad.shard.door.get('k1'), { kind: 'found', text: '2' })
})

test('a shard whose engine broke is silent, and back once it is started again', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  const [bad] = shards
  assert.ok(bad)
  bad.wrap = (engine) => ({
    ...engine,
    apply: () => {
      throw new EngineError('broken', 'the fsync failed')
    },
  })
  bad.start()
  const ending = new AbortController()
  t.after(() => ending.abort())
  const ended = assert.rejects(bad.shard.run(ending.signal), /the fsync failed/)
  assert.deepEqual(await writeAll(coordinator.store, '1'), all('done'))
  await ended
  assert.deepEqual(await textsOf(coordinator.store), all('1'))
  bad.wrap = (engine) => engine
  bad.start()
  assert.deepEqual(await writeAll(coordinator.store, '2'), all('done'))
  await eventually('it holds them', () => bad.shard.door.stats().keys === KEYS.length)
})

test('keys of a fresh shard do not keep the ring from growing, and stay there', async (t) => {
  const { shards, addresses, startCoordinator } = localShards(t)
  const [first] = shards
  assert.ok(first)
  assert.deepEqual(await first.shard.door.write('tried', '{"by":"hand"}'), { kind: 'done' })
  const coordinator = startCoordinator({ bootstrap: [] })
  for (const address of addresses) {
    assert.equal((await coordinator.ring.addNode(address)).kind, 'changed')
  }
  assert.deepEqual(first.shard.door.get('tried'), { kind: 'found', text: '{"by":"hand"}' })
  assert.deepEqual(await textsOf(coordinator.store, ['tried']), ['absent'])
})

test('what is written at one replica spreads once a read meets it', async (t) => {
  const { coordinator, shards } = await foundedLocalShards(t)
  await writeAll(coordinator.store, '"old"')
  // A read asks two of three, so whichever those are, they meet some of it.
  const writeAt = (key: string, i: number) =>
    must(shards[i % shards.length]).shard.door.write(key, '"by hand"')
  await Promise.all(KEYS.map(writeAt))
  const met = await eventually('a read asks such a replica', async () => {
    const texts = await textsOf(coordinator.store)
    const found = KEYS.filter((_, i) => texts[i] === '"by hand"')
    return found.length > 0 ? found : null
  })
  for (const key of met) {
    const found = shards.map(({ shard }) => shard.door.get(key))
    const holders = found.filter((one) => one.kind === 'found' && one.text === '"by hand"')
    assert.ok(holders.length >= 2, `${key} is on a majority before it is told`)
  }
})
