import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  CLUSTER,
  hint,
  openShard,
  promise,
  resultsOf,
  ringOf,
  type ShardSetup,
  type ShardUnderTest,
  wireRow,
  wordOf,
} from '../../../test/support/shard-world.ts'
import { openMemoryEngine } from '../../adapters/memory-engine.ts'
import type { KeyValueEngine } from '../../ports/key-value-engine.ts'
import { partitionOf } from '../ring/hash.ts'
import { HintBook } from './hint-book.ts'

/** A shard in a ring with b and c, of all of which each holds everything. */
async function openAmongThree(setup: ShardSetup = {}): Promise<ShardUnderTest> {
  const shard = openShard(setup)
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id, 'b', 'c']) })
  return shard
}

const missed = (key: string, ...missedBy: string[]) => ({ ...apply(wireRow(key, 1)), missedBy })
const hintsOf = (shard: ShardUnderTest, target: string, limit = 100) =>
  shard.ask({ kind: 'hints', cluster: CLUSTER, target, limit })
const keysOf = async (shard: ShardUnderTest, target: string) =>
  (await hintsOf(shard, target)).hints.map(({ k }) => k).sort()
const helloHints = async (shard: ShardUnderTest) => (await shard.ask({ kind: 'hello' })).hints
const partitionFor = (key: string) => partitionOf(key, ringOf(['b']).table.length)
const deliveredOf = (k: string, t: number) => ({
  ...{ p: partitionFor(k), k },
  ...{ o: t, t, n: 'writer' },
})
const done = (shard: ShardUnderTest, target: string, change: object) =>
  shard.ask({ kind: 'hints.done', cluster: CLUSTER, target, delivered: [], clean: [], ...change })

test('who misses a row is noted with it, or afterwards, and is kept over a restart', async () => {
  const shard = await openAmongThree()
  const ops = [missed('x', 'b', 'c'), missed('y', 'b'), apply(wireRow('z', 1))]
  assert.deepEqual((await resultsOf(shard, ...ops)).map(wordOf), ['held', 'held', 'held'])
  assert.deepEqual((await resultsOf(shard, hint('z', ['c']))).map(wordOf), ['noted'])
  for (const one of [shard, openShard({ disk: shard.disk })]) {
    assert.deepEqual(await keysOf(one, 'b'), ['x', 'y'])
    assert.deepEqual(await keysOf(one, 'c'), ['x', 'z'])
    assert.deepEqual(await helloHints(one), { b: 2, c: 2 })
  }
  assert.equal((await hintsOf(shard, 'b', 1)).hints.length, 1, 'as many as were asked for')
})

test('nothing is noted for itself or for a shard that the ring does not name', async () => {
  const shard = await openAmongThree()
  await resultsOf(shard, missed('x', shard.id, 'stranger'), hint('x', ['stranger']))
  assert.deepEqual(await helloHints(shard), {})
})

test('a hint goes when the row that stands now was delivered, not an older one', async () => {
  const shard = await openAmongThree()
  await resultsOf(shard, missed('x', 'b'), missed('y', 'b'))
  await resultsOf(shard, apply(wireRow('x', 5)))
  const t = wireRow('x', 1).t
  const both = { delivered: [deliveredOf('x', t), deliveredOf('y', t)] }
  assert.equal((await done(shard, 'b', both)).left, 1)
  assert.deepEqual(await keysOf(shard, 'b'), ['x'], 'it has changed since')
  const newer = { delivered: [deliveredOf('x', 6)] }
  assert.equal((await done(shard, 'b', newer)).left, 0, 'the target holds a newer one')
  assert.deepEqual(await helloHints(shard), {})
})

test('of a conditional key only the very row counts: a ballot may be a promise', async () => {
  const shard = await openAmongThree()
  const row = wireRow('cas:x', 1)
  await resultsOf(shard, { ...apply(row), missedBy: ['b'] })
  const at = (t: number) => ({ delivered: [{ ...deliveredOf('cas:x', t), o: row.o }] })
  assert.equal((await done(shard, 'b', at(row.t + 1))).left, 1)
  await resultsOf(shard, promise('cas:x', { o: row.o, t: row.t + 9, n: 'w' }))
  assert.equal((await done(shard, 'b', at(row.t))).left, 0)
})

test('beyond the limit only the partition is noted, and nothing more of it', async () => {
  const shard = await openAmongThree({ hintsPerTargetMax: 2 })
  const keys = ['k1', 'k2', 'k3', 'k4']
  await resultsOf(shard, ...keys.map((key) => missed(key, 'b')))
  for (let i = 0; i < 3; i += 1) await resultsOf(shard, missed('k1', 'c'))
  const { hints, dirty } = await hintsOf(shard, 'b')
  assert.equal(hints.length, 2)
  assert.deepEqual(
    dirty,
    [...new Set(['k3', 'k4'].map(partitionFor))].sort((a, b) => a - b),
  )
  assert.deepEqual((await hintsOf(shard, 'c')).dirty, [], 'one row misses it, however often')
  assert.deepEqual(await helloHints(shard), { b: 2 + dirty.length, c: 1 })
  const again = openShard({ disk: shard.disk })
  assert.deepEqual((await hintsOf(again, 'b')).dirty, dirty, 'over a restart')
  const delivered = hints.map(({ k }) => deliveredOf(k, wireRow(k, 1).t))
  assert.equal((await done(again, 'b', { delivered })).left, dirty.length)
  await resultsOf(again, missed('k3', 'b'))
  assert.deepEqual(await keysOf(again, 'b'), [], 'of a dirty partition nothing is kept')
  assert.deepEqual(await helloHints(again), { b: dirty.length, c: 1 })
})

test('a partition is clean once it was repaired, unless a row was left out since', async () => {
  const shard = await openAmongThree({ hintsPerTargetMax: 0 })
  const clean = [partitionFor('x')]
  await resultsOf(shard, missed('x', 'b'))
  assert.equal((await done(shard, 'b', { clean })).left, 1, 'it was told to nobody yet')
  await hintsOf(shard, 'b')
  await resultsOf(shard, missed('x', 'b'))
  assert.equal((await done(shard, 'b', { clean })).left, 1, 'the repair may have missed it')
  await hintsOf(shard, 'b')
  assert.equal((await done(shard, 'b', { clean })).left, 0)
  assert.deepEqual(await helloHints(openShard({ disk: shard.disk })), {})
})

test('hints are only told within the cluster', async () => {
  const shard = await openAmongThree()
  for (const asked of [shard, openShard()]) {
    const reply = await asked.tell({ kind: 'hints', cluster: 'theirs', target: 'b', limit: 1 })
    assert.match(reply.kind === 'error' ? reply.reason : '', /^not-mine: /)
  }
})

test('a full disk notes nothing and says so; what is held already is held', async () => {
  const shard = await openAmongThree({ hintsPerTargetMax: 1 })
  await resultsOf(shard, missed('x', 'b'))
  shard.disk.bytesMax = 0
  const words = await resultsOf(shard, hint('x', ['c']), missed('y', 'c'), missed('x', 'c'))
  assert.deepEqual(words.map(wordOf), ['full', 'full', 'held'])
  shard.disk.bytesMax = Number.POSITIVE_INFINITY
  await shard.clock.advance(1_000)
  assert.deepEqual((await resultsOf(shard, missed('y', 'b'))).map(wordOf), ['held'])
  assert.deepEqual((await hintsOf(openShard({ disk: shard.disk }), 'b')).dirty, [partitionFor('y')])
})

test('the mark stands on the disk before the row for which no hint is kept', () => {
  const order: string[] = []
  const engine = openMemoryEngine()
  const watched: KeyValueEngine = {
    ...engine,
    setMeta(name, value) {
      order.push(value)
      engine.setMeta(name, value)
    },
  }
  const book = new HintBook(watched, 1)
  assert.deepEqual(book.admit(3, ['b', 'c']), ['b', 'c'])
  book.completeGroup()
  assert.deepEqual(order, [], 'nothing to be written')
  engine.noteHints([{ target: 'b', partition: 3, key: 'x' }])
  assert.deepEqual(book.admit(4, ['b', 'c']), ['c'])
  book.completeGroup()
  book.completeGroup()
  assert.deepEqual(order, ['{"b":[4]}'])
})

test('what was noted for shards that have left is forgotten in steps', () => {
  const engine = openMemoryEngine()
  engine.noteHints(['x', 'y', 'z'].map((key) => ({ target: 'gone', partition: 0, key })))
  engine.noteHints([{ target: 'b', partition: 0, key: 'x' }])
  const book = new HintBook(engine, 3)
  book.admit(1, ['gone'])
  const isMember = (id: string) => id === 'b'
  assert.equal(book.forgetLeavers(isMember, 2), true)
  assert.equal(engine.hintCounts().get('gone'), 1)
  assert.equal(book.forgetLeavers(isMember, 2), true)
  assert.equal(book.forgetLeavers(isMember, 2), false)
  assert.deepEqual(book.countsByTarget(), { b: 1 })
})
