/**
 * One shard and its messages. What several of them make together is in test/scenarios.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  CLUSTER,
  get,
  openShard,
  openShardInRing,
  operations,
  resultsOf,
  ringAfter,
  ringOf,
  type ShardSetup,
  type ShardUnderTest,
  wireRow,
  wordOf,
} from '../../../test/support/shard-world.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { CLOCK_AHEAD_MS_MAX } from '../hybrid-clock.ts'
import type { ShardOperation } from '../wire.ts'
import { REPLY_BYTES_MAX } from './operations.ts'

type Operations = readonly ShardOperation[]

/** The results of a body, in words; the turn ends before they are waited for. */
async function wordsOf(shard: ShardUnderTest, ...ops: Operations) {
  return (await resultsOf(shard, ...ops)).map(wordOf)
}

const failing = (change: Partial<KeyValueEngine>): ShardSetup => ({
  wrap: (engine) => ({ ...engine, ...change }),
})
const breaks = (): never => {
  throw new EngineError('broken', 'the fsync failed')
}
const BOUNDS = { from: '', to: null, limit: 10, reverse: false } as const
const SCAN = { kind: 'scan', cluster: CLUSTER, ...BOUNDS } as const
const nowOf = ({ clock }: ShardUnderTest) => clock.wallMs()

test('a shard has a name of its own from its first start on', async () => {
  const first = openShard({ seed: 1 })
  assert.match(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(openShard({ disk: first.disk, seed: 2 }).id, first.id)
  assert.notEqual(openShard({ seed: 2 }).id, first.id)
  const hello = await first.ask({ kind: 'hello' })
  const nothing = { ring: null, keys: 0, writable: true, hints: {}, leftovers: 0 }
  assert.deepEqual(hello, { kind: 'hello', shardId: first.id, ...nothing })
})

test('what is applied is durable when it is answered, and read as it was sent', async () => {
  const shard = await openShardInRing()
  const row = wireRow('a', nowOf(shard), { v: '{ "x": 1.0 }', e: nowOf(shard) + 1 })
  let isAnswered = false
  const asked = shard.ask(operations(apply(row), get('a'))).then(({ results }) => {
    isAnswered = true
    return results
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isAnswered, false, 'not before the commit')
  shard.endTurn()
  assert.deepEqual(await asked, [
    { r: 'held', o: row.o, t: row.t, n: row.n },
    { r: 'row', row: null },
  ])
  const { results } = await shard.ask(operations(get('a')))
  assert.deepEqual(results, [{ r: 'row', row }])
  assert.deepEqual(await wordsOf(openShard({ disk: shard.disk }), get('a')), [row.v])
})

test('a bare read names the version alone, of a damaged row not even that', async () => {
  const shard = await openShardInRing()
  const row = wireRow('a', nowOf(shard), { v: '{"x":1}' })
  await resultsOf(shard, apply(row))
  const bare = (key: string) => ({ ...get(key), bare: true }) as const
  assert.deepEqual(await resultsOf(shard, bare('a'), bare('b')), [
    { r: 'version', o: row.o, t: row.t, n: row.n },
    { r: 'row', row: null },
  ])
  const damaged = await openShardInRing(
    failing({
      get() {
        throw new EngineError('damaged', 'its hash is another')
      },
    }),
  )
  assert.deepEqual(await resultsOf(damaged, bare('a')), [{ r: 'refused', why: 'damaged' }])
})

test('the writes of all bodies of one turn are one transaction', async () => {
  const groups: number[] = []
  const shard = await openShardInRing({
    wrap: (engine) => ({
      ...engine,
      apply(rows) {
        groups.push(rows.length)
        return engine.apply(rows)
      },
    }),
  })
  const asked = ['a', 'b', 'c'].map((key) => shard.ask(operations(apply(wireRow(key, 1)))))
  shard.endTurn()
  await Promise.all(asked)
  assert.deepEqual(groups, [3])
})

test('an older version is told what is held', async () => {
  const shard = await openShardInRing()
  const [newer, older] = [wireRow('a', 20), wireRow('a', 10)]
  await wordsOf(shard, apply(newer))
  const asked = shard.ask(operations(apply(older)))
  shard.endTurn()
  assert.deepEqual((await asked).results, [{ r: 'held', o: newer.o, t: newer.t, n: newer.n }])
})

test('operations of another epoch, or on a foreign partition, are refused one by one', async () => {
  const shard = openShard()
  const row = wireRow('a', 1)
  assert.deepEqual(await wordsOf(shard, apply(row), get('a')), ['not-mine', 'not-mine'], 'no ring')
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id]) })
  const wrong = [apply(row, 0), apply(row, 2), get('a', 0), { ...get('a'), p: get('a').p ^ 1 }]
  assert.deepEqual(await wordsOf(shard, ...wrong, get('a'), apply(row)), [
    ...['fenced', 'not-mine', 'fenced', 'not-mine'],
    ...[null, 'held'],
  ])
})

test('a time ahead of the shard’s clock is refused, an order ahead of it is not', async () => {
  const shard = await openShardInRing()
  const aheadMs = nowOf(shard) + CLOCK_AHEAD_MS_MAX
  const rows = [
    wireRow('a', aheadMs + 1),
    wireRow('b', aheadMs),
    wireRow('c', nowOf(shard), { o: nowOf(shard) + 600_000 }),
    wireRow('d', aheadMs + 1),
  ]
  const words = await wordsOf(shard, ...rows.map((row) => apply(row)))
  assert.deepEqual(words, ['clock-ahead', 'held', 'held', 'clock-ahead'])
  const said = shard.trace.facts.filter(({ kind }) => kind === 'shard.clock-ahead')
  assert.equal(said.length, 1, 'it is said once')
  assert.match(String(said[0]?.sentence), /2001 ms ahead/)
})

test('what could not begin in time is refused', async () => {
  const shard = await openShardInRing()
  const asked = shard.ask({ ...operations(apply(wireRow('a', 1))), budgetMs: 50 })
  await shard.clock.advance(50)
  shard.endTurn()
  assert.deepEqual((await asked).results.map(wordOf), ['late'])
  const { results } = await shard.ask({ ...operations(get('a')), budgetMs: 0 })
  assert.deepEqual(results.map(wordOf), ['late'])
})

test('a full queue is busy', async () => {
  const shard = await openShardInRing({ limits: { queueRowsMax: 2 } })
  const rows = ['a', 'b', 'c'].map((key) => apply(wireRow(key, 1)))
  assert.deepEqual(await wordsOf(shard, ...rows), ['held', 'held', 'busy'])
})

test('a reply has so many bytes; further reads are busy', async () => {
  const shard = await openShardInRing()
  const v = 'x'.repeat(1024 * 1024)
  await wordsOf(shard, apply(wireRow('a', 1, { v })))
  const words = await wordsOf(shard, ...new Array(20).fill(get('a')))
  assert.equal(words.filter((word) => word === v).length, REPLY_BYTES_MAX / v.length)
  assert.equal(words.at(-1), 'busy')
})

test('what cannot be understood is an error, said seldom, and nothing of it is done', async () => {
  const shard = await openShardInRing()
  const odd = { ...operations(apply(wireRow('a', 1)), get('a')) }
  for (const body of [null, { kind: 'mood' }, { ...odd, ops: [...odd.ops, {}] }]) {
    assert.equal((await shard.tell(body)).kind, 'error')
  }
  shard.endTurn()
  assert.deepEqual(await wordsOf(shard, get('a')), [null])
  assert.deepEqual(await wordsOf(shard), [], 'an empty body is answered')
  assert.equal(shard.trace.count('shard.bad-request'), 1)
})

test('a ring is kept, a newer one follows, and no other cluster’s is taken', async () => {
  const shard = openShard()
  const ring = ringOf([shard.id, 'b'])
  const store = async (offered: typeof ring) =>
    await shard.ask({ kind: 'ring.store', ring: offered })
  assert.deepEqual(await store(ring), { kind: 'ring.store', stored: true, ring })
  assert.deepEqual(await store(ring), { kind: 'ring.store', stored: false, ring })
  const newer = { ...ring, version: 2 }
  assert.equal((await store(newer)).stored, true)
  const foreign = { ...ring, cluster: 'theirs', version: 3 }
  assert.deepEqual(await store(foreign), { kind: 'ring.store', stored: false, ring: newer })
  const again = openShard({ disk: shard.disk })
  const hello = await again.ask({ kind: 'hello' })
  assert.equal(JSON.stringify(hello.ring), JSON.stringify(newer), 'to the letter')
})

test('what was let in under a former epoch is not written, its neighbours are', async () => {
  const shard = await openShardInRing({ limits: { queueRowsMax: 3 } })
  const [moving, staying] = [apply(wireRow('a', 1)), apply(wireRow('b', 1))]
  const asked = shard.ask(operations(moving, staying))
  const byHand = shard.door.write('a', '1')
  await shard.ask({ kind: 'ring.store', ring: ringAfter(shard, { [moving.p]: { epoch: 2 } }) })
  shard.endTurn()
  assert.deepEqual((await asked).results.map(wordOf), ['fenced', 'held'], 'only that one')
  assert.match(JSON.stringify(await byHand), /refused.*ring has changed/)
  const rows = ['a', 'c', 'd'].map((key) => apply(wireRow(key, 2), key === 'a' ? 2 : 1))
  const words = await wordsOf(shard, get('a', 2), get('b'), ...rows)
  assert.deepEqual(words, [null, '"b"', 'held', 'held', 'held'])
})

test('a greeting counts the keys that clients can read', async () => {
  const shard = await openShardInRing()
  const nowMs = nowOf(shard)
  await wordsOf(
    shard,
    ...['a', 'b', '_system:x'].map((key) => apply(wireRow(key, 1))),
    apply(wireRow('c', 1, { e: nowMs + 10 })),
    apply(wireRow('d', 1, { v: null })),
  )
  const keys = async () => (await shard.ask({ kind: 'hello' })).keys
  assert.equal(await keys(), 3)
  await shard.clock.advance(10)
  assert.equal(await keys(), 2)
})

test('a scan tells what is held, deleted rows too, or that nothing is known', async () => {
  const shard = openShard()
  const scan = SCAN
  const refusal = await shard.tell(scan)
  assert.equal(refusal.kind, 'error', 'outside a ring silence is not emptiness')
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id]) })
  const rows = [wireRow('a', 1), wireRow('b', 2, { v: null }), wireRow('c', 3, { e: 5 })]
  await wordsOf(shard, ...rows.toReversed().map((row) => apply(row)))
  assert.deepEqual(await shard.ask(scan), { kind: 'scan', version: 1, rows, more: false })
  const back = await shard.ask({ ...scan, limit: 2, reverse: true })
  assert.deepEqual(back, { kind: 'scan', version: 1, rows: [rows[2], rows[1]], more: true })
  await shard.ask({ kind: 'ring.store', ring: { ...ringOf([shard.id]), version: 2 } })
  assert.equal((await shard.ask(scan)).version, 2, 'who asks must know by which ring it was held')
  await shard.ask({ kind: 'ring.store', ring: { ...ringOf(['other']), version: 9 } })
  assert.equal((await shard.tell(scan)).kind, 'error', 'nor once it has left the ring')
})

test('what a coordinator of another cluster sends is refused though the numbers fit', async () => {
  const shard = await openShardInRing()
  assert.deepEqual(await wordsOf(shard, apply(wireRow('a', 1))), ['held'])
  const foreign = { ...operations(get('a'), apply(wireRow('b', 1))), cluster: 'theirs' }
  const asked = shard.ask(foreign)
  shard.endTurn()
  assert.deepEqual((await asked).results.map(wordOf), ['not-mine', 'not-mine'])
  assert.equal((await shard.tell({ ...SCAN, cluster: 'theirs' })).kind, 'error')
  assert.equal((await shard.ask({ kind: 'hello' })).keys, 1)
})

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

test('asked to stop it writes what it was given, and ends', async () => {
  const shard = await openShardInRing({ limits: { groupRowsMax: 1 } })
  const ending = new AbortController()
  let hasEnded = false
  const running = shard.run(ending.signal).then(() => {
    hasEnded = true
  })
  const asked = shard.ask(operations(apply(wireRow('a', 1)), apply(wireRow('b', 1))))
  ending.abort()
  shard.endTurn()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(hasEnded, false)
  shard.endTurn()
  await running
  assert.deepEqual((await asked).results.map(wordOf), ['held', 'held'])
})
