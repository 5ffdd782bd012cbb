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
  ringOf,
  type ShardUnderTest,
  wireRow,
  wordOf,
  wordsOf,
} from '../../../test/support/shard-world.ts'

const BOUNDS = { from: '', to: null, limit: 10, reverse: false } as const
const SCAN = { kind: 'scan', cluster: CLUSTER, ...BOUNDS } as const
const nowOf = ({ clock }: ShardUnderTest) => clock.wallMs()

test('a shard has a name of its own from its first start on', async () => {
  const first = openShard({ seed: 1 })
  assert.match(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(openShard({ disk: first.disk, seed: 2 }).id, first.id)
  assert.notEqual(openShard({ seed: 2 }).id, first.id)
  const hello = await first.ask({ kind: 'hello' })
  const nothing = {
    ring: null,
    keys: 0,
    writable: true,
    hints: {},
    leftovers: 0,
    outgoing: 0,
    operations: 0,
  }
  const cache = { hits: 0, misses: 0, items: 0 }
  assert.deepEqual(hello, { kind: 'hello', shardId: first.id, ...nothing, cache })
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
