import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  get,
  openShard,
  openShardInRing,
  operations,
  PARTITIONS,
  ringOf,
  type ShardUnderTest,
  wireRow,
  wordOf,
} from '../../../test/support/shard-world.ts'
import { lruRowCache } from '../../adapters/lru-row-cache.ts'
import { must } from '../../model/must.ts'
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../client.ts'
import { partitionOf } from '../ring/hash.ts'

async function put(shard: ShardUnderTest, key: string, text: string | null, ttl?: number) {
  const written = shard.door.write(key, text, ttl)
  shard.endTurn()
  const outcome = await written
  return outcome.kind === 'done' ? 'done' : outcome.reason
}
const textOf = (shard: ShardUnderTest, key: string) => {
  const read = shard.door.get(key)
  return read.kind === 'found' ? read.text : read.kind
}
const helloKeys = async (shard: ShardUnderTest) => (await shard.ask({ kind: 'hello' })).keys

test('a shard that no coordinator knows yet keeps what it is given', async () => {
  const shard = openShard()
  assert.equal(await put(shard, 'a/b?c#d%e', '{ "x": 1.0 }'), 'done')
  assert.equal(textOf(shard, 'a/b?c#d%e'), '{ "x": 1.0 }')
  assert.equal(textOf(openShard({ disk: shard.disk }), 'a/b?c#d%e'), '{ "x": 1.0 }')
  assert.equal(await put(shard, 'a/b?c#d%e', null), 'done')
  assert.equal(textOf(shard, 'a/b?c#d%e'), 'absent')
  assert.equal(await put(shard, 'never there', null), 'done')
})

test('such keys are in its statistics and not among the keys of the store', async () => {
  const shard = openShard()
  await put(shard, 'a', '1')
  assert.equal(shard.door.stats().keys, 1)
  assert.equal(await helloKeys(shard), 0, 'or the ring could not be founded as it should')
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id]) })
  assert.equal(await helloKeys(shard), 0)
  const { results } = await shard.ask(operations(get('a')))
  assert.deepEqual(results.map(wordOf), [null])
})

test('once there is a ring the newer of the two is read, and writes go to the ring', async () => {
  const shard = openShard()
  await put(shard, 'a', '"before"')
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id]) })
  assert.equal(textOf(shard, 'a'), '"before"')
  assert.equal(await put(shard, 'a', '"after"'), 'done')
  assert.equal(textOf(shard, 'a'), '"after"')
  const { results } = await shard.ask(operations(get('a')))
  assert.deepEqual(results.map(wordOf), ['"after"'], 'coordinators find it')
  assert.equal(await helloKeys(shard), 1)
  await put(shard, 'a', null)
  assert.equal(textOf(shard, 'a'), 'absent', 'the old one does not come back')
})

test('what is written here wins over what it meets, however large its order', async () => {
  const shard = await openShardInRing()
  const future = wireRow('a', shard.clock.wallMs() + 1_500, { o: shard.clock.wallMs() + 600_000 })
  const asked = shard.ask(operations(apply(future)))
  shard.endTurn()
  await asked
  for (const text of ['"first"', '"second"']) {
    assert.equal(await put(shard, 'a', text), 'done')
    assert.equal(textOf(shard, 'a'), text)
  }
})

test('a value is gone once its time to live has passed, also from the cache', async () => {
  const shard = await openShardInRing({ cache: lruRowCache(10) })
  await put(shard, 'a', '1', 60)
  await put(shard, 'b', '1')
  assert.equal(shard.door.stats().keys, 2)
  await shard.clock.advance(59_999)
  assert.equal(textOf(shard, 'a'), '1')
  await shard.clock.advance(1)
  assert.equal(textOf(shard, 'a'), 'absent')
  assert.deepEqual(shard.door.stats(), {
    ...{ dbPath: 'memory', keys: 1, cacheItems: 2, maxCacheItems: 10 },
  })
})

test('keys and values have the limits of the store, named by field', async () => {
  const shard = openShard()
  const fieldOf = (outcome: { kind: string; field?: string }) => outcome.field
  const tooLong = 'k'.repeat(KEY_BYTES_MAX + 1)
  for (const key of ['', tooLong, '_system:thresholds', 'cas:a']) {
    assert.equal(fieldOf(shard.door.get(key)), 'key')
    assert.equal(fieldOf(await shard.door.write(key, '1')), 'key')
  }
  assert.equal(fieldOf(await shard.door.write('a', 'v'.repeat(VALUE_BYTES_MAX + 1))), 'value')
  assert.equal(fieldOf(await shard.door.write('a', '1', 0)), 'ttl')
  assert.equal(shard.door.stats().keys, 0)
})

test('a key of another shard’s partition is refused, with the way to it', async () => {
  const shard = openShard()
  const ring = ringOf([shard.id, 'other'], 1)
  await shard.ask({ kind: 'ring.store', ring })
  const self = ring.shards.findIndex(({ id }) => id === shard.id)
  const isOurs = (key: string) =>
    must(ring.table[partitionOf(key, PARTITIONS)]).replicas.includes(self)
  const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
  const ours = must(keys.find(isOurs))
  const theirs = must(keys.find((key) => !isOurs(key)))
  assert.equal(await put(shard, ours, '1'), 'done')
  assert.match(await put(shard, theirs, '1'), /no replica of that key \(local:other are\)/)
  assert.equal(textOf(shard, theirs), 'absent')
})

test('without room, or with too much waiting, it is refused with a sentence', async () => {
  const shard = openShard({ limits: { queueRowsMax: 1 } })
  const [first, second] = [shard.door.write('a', '1'), shard.door.write('b', '1')]
  shard.endTurn()
  assert.deepEqual(await first, { kind: 'done' })
  assert.match(JSON.stringify(await second), /refused.*Too many writes/)
  shard.disk.bytesMax = shard.disk.bytes
  assert.match(await put(shard, 'c', '1'), /no room; it is read-only/)
  assert.equal(textOf(shard, 'a'), '1')
  assert.equal(shard.door.problem(), undefined)
})
