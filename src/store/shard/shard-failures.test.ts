/**
 * What a shard does when its disk is full, rotten or broken.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  bare,
  CLUSTER,
  get,
  openShardInRing,
  operations,
  ringOf,
  type ShardSetup,
  type ShardUnderTest,
  wireRow,
  wordsOf,
} from '../../../test/support/shard-world.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'

const failing = (change: Partial<KeyValueEngine>): ShardSetup => ({
  wrap: (engine) => ({ ...engine, ...change }),
})
const breaks = (): never => {
  throw new EngineError('broken', 'the fsync failed')
}
const BOUNDS = { from: '', to: null, limit: 10, reverse: false } as const
const SCAN = { kind: 'scan', cluster: CLUSTER, ...BOUNDS } as const

test('a full disk makes it read-only until there is room, which is said once', async () => {
  const shard = await openShardInRing()
  await wordsOf(shard, apply(wireRow('a', 1)))
  shard.disk.bytesMax = shard.disk.bytes
  for (const key of ['b', 'c']) {
    assert.deepEqual(await wordsOf(shard, apply(wireRow(key, 1)), get('a')), ['full', '"a"'])
  }
  assert.deepEqual(await wordsOf(shard, apply(wireRow('a', 1))), ['held'], 'it is there already')
  assert.equal((await shard.ask({ kind: 'hello' })).writable, false)
  const ring = { ...ringOf([shard.id]), version: 2 }
  const padded = { ...ring, shards: [...ring.shards, { id: 'x'.repeat(99), address: 'x' }] }
  assert.equal((await shard.tell({ kind: 'ring.store', ring: padded })).kind, 'error')
  assert.equal((await shard.ask({ kind: 'hello' })).ring?.version, 1, 'nor is a ring taken')
  shard.disk.bytesMax = Number.POSITIVE_INFINITY
  await shard.clock.advance(1_000)
  assert.deepEqual(await wordsOf(shard, apply(wireRow('b', 1))), ['held'])
  assert.equal((await shard.ask({ kind: 'hello' })).writable, true)
  assert.deepEqual([shard.trace.count('shard.full'), shard.trace.count('shard.has-room')], [1, 1])
})

test('a damaged row is refused, its neighbours are read, a person hears of it once', async () => {
  const damaged = (engine: KeyValueEngine): KeyValueEngine => ({
    ...engine,
    get(partition, key) {
      if (key !== 'bad') return engine.get(partition, key)
      throw new EngineError('damaged', 'the value of "bad" is not what was written')
    },
  })
  const shard = await openShardInRing({ wrap: damaged })
  await wordsOf(shard, ...['bad', 'good'].map((key) => apply(wireRow(key, 1))))
  for (let i = 0; i < 2; i += 1) {
    assert.deepEqual(await wordsOf(shard, get('bad'), get('good')), ['damaged', '"good"'])
    assert.deepEqual(await wordsOf(shard, bare('bad')), ['damaged'])
  }
  const scan = { ...SCAN, limit: 9 }
  assert.equal((await shard.tell(scan)).kind, 'error', 'it may be newer than what others hold')
  assert.throws(() => shard.door.get('bad'), /not what was written/)
  assert.equal(shard.trace.facts.filter(({ level }) => level === 'error').length, 2)
  assert.equal((await shard.tell({ kind: 'hello' })).kind, 'hello', 'and everything goes on')
})

test('a broken engine ends it: nobody is answered as if something were known', async () => {
  const shard = await openShardInRing(failing({ apply: breaks }))
  const running = shard.run(new AbortController().signal)
  const lost = assert.rejects(shard.tell(operations(apply(wireRow('a', 1)))), /the fsync failed/)
  const lostToo = assert.rejects(shard.door.write('b', '1'), /the fsync failed/)
  shard.endTurn()
  await assert.rejects(running, /the fsync failed/)
  await Promise.all([lost, lostToo])
  const refusal = await shard.tell(operations(get('a')))
  assert.match(refusal.kind === 'error' ? refusal.reason : '', /must be started again/)
  assert.match(shard.door.problem() ?? '', /the fsync failed/)
  assert.equal(shard.trace.count('shard.broken'), 1)
})

test('an engine that cannot be read any more ends it too, wherever that shows', async () => {
  const ways: readonly ((shard: ShardUnderTest) => unknown)[] = [
    (shard) => shard.tell(operations(get('a'))).catch(() => {}),
    (shard) => shard.tell({ kind: 'hello' }).catch(() => {}),
    (shard) => assert.throws(() => shard.door.get('a')),
    (shard) => assert.throws(() => shard.door.stats()),
    (shard) => assert.match(shard.door.problem() ?? '', /fsync/),
  ]
  for (const way of ways) {
    const state = { isBroken: false }
    const wrap = (engine: KeyValueEngine): KeyValueEngine => ({
      ...engine,
      get: (p, k) => (state.isBroken ? breaks() : engine.get(p, k)),
      count: (nowMs) => (state.isBroken ? breaks() : engine.count(nowMs)),
      scan: (...asked) => (state.isBroken ? breaks() : engine.scan(...asked)),
      getMeta: (name) => (state.isBroken ? breaks() : engine.getMeta(name)),
    })
    const shard = await openShardInRing({ wrap })
    const running = shard.run(new AbortController().signal)
    state.isBroken = true
    const ended = assert.rejects(running, /the fsync failed/)
    await way(shard)
    await ended
  }
})
