import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  CLUSTER,
  get,
  openShard,
  openShardInRing,
  PARTITIONS,
  promise,
  resultsOf,
  ringAfter,
  type ShardUnderTest,
  wireRow,
} from '../../../test/support/shard-world.ts'
import { must } from '../../model/must.ts'
import type { KeyValueEngine } from '../../ports/key-value-engine.ts'
import { VALUE_BYTES_MAX } from '../client.ts'
import { timeOf } from '../hybrid-clock.ts'
import { partitionOf } from '../ring/hash.ts'
import { bucketOf } from '../row-digest.ts'
import type { WireRow } from '../wire.ts'
import { PAGE_BYTES_MAX, rowsPage } from './row-stream.ts'

const P = get('a').p
const ofPartition = { cluster: CLUSTER, p: P, e: 1 } as const
const keysOf = (prefix: string) =>
  Array.from({ length: 2_000 }, (_, i) => `${prefix}${i}`)
    .filter((key) => partitionOf(key, PARTITIONS) === P)
    .sort()
const KEYS = keysOf('k')

async function filled(count: number, change: Partial<WireRow> = {}): Promise<ShardUnderTest> {
  const shard = await openShardInRing()
  await resultsOf(shard, ...KEYS.slice(0, count).map((key) => apply(wireRow(key, 1, change))))
  return shard
}

const rows = (shard: ShardUnderTest, change: object = {}) =>
  shard.ask({ kind: 'rows', ...ofPartition, from: '', limit: 100, buckets: null, ...change })

async function take(shard: ShardUnderTest, ...taken: readonly WireRow[]) {
  const asked = shard.ask({ kind: 'take', ...ofPartition, budgetMs: 1_000, rows: taken })
  shard.endTurn()
  return (await asked).left
}

test('page after page gives every row once, deleted ones too', async () => {
  const shard = await filled(50)
  await resultsOf(shard, apply(wireRow(must(KEYS[7]), 2, { v: null })))
  const seen: WireRow[] = []
  for (let from: string | null = ''; from !== null; ) {
    const page: { rows: readonly WireRow[]; next: string | null } = await rows(shard, {
      ...{ from, limit: 33 },
    })
    seen.push(...page.rows)
    from = page.next
  }
  assert.deepEqual(
    seen.map(({ k }) => k),
    KEYS.slice(0, 50),
  )
  assert.equal(seen[7]?.v, null)
})

test('of some buckets only what falls into them', async () => {
  const shard = await filled(50)
  const buckets = [...new Set(KEYS.slice(0, 5).map(bucketOf))]
  const expected = KEYS.slice(0, 50).filter((key) => buckets.includes(bucketOf(key)))
  assert.deepEqual(
    (await rows(shard, { buckets })).rows.map(({ k }) => k),
    expected,
  )
})

test('rows of other buckets are looked at too, and count', async () => {
  const shard = await filled(50)
  const buckets = KEYS.slice(0, 2).map(bucketOf)
  const page = await rows(shard, { buckets, limit: 10 })
  assert.ok(page.rows.length < 10)
  assert.equal(page.next, `${KEYS[9]}\0`)
})

test('a page ends with the row that makes it large enough', async () => {
  const shard = await filled(80, { v: JSON.stringify('x'.repeat(PAGE_BYTES_MAX / 40)) })
  const page = await rows(shard)
  assert.equal(page.rows.length, 40)
  const rest = await rows(shard, { from: page.next })
  assert.equal(rest.rows[0]?.k, KEYS[40])
})

test('of the largest rows a page has one, which any endpoint takes', async () => {
  const shard = await filled(3, { v: JSON.stringify('x'.repeat(VALUE_BYTES_MAX - 2)) })
  const seen: string[] = []
  for (let from: string | null = ''; from !== null; ) {
    const page: { rows: readonly WireRow[]; next: string | null } = await rows(shard, { from })
    assert.ok(page.rows.length <= 1)
    seen.push(...page.rows.map(({ k }) => k))
    from = page.next
  }
  assert.deepEqual(seen, KEYS.slice(0, 3))
})

test('and no more of them are read from the disk than it has', async () => {
  const { engine } = await filled(3, { v: JSON.stringify('x'.repeat(VALUE_BYTES_MAX - 2)) })
  let read = 0
  const scan: KeyValueEngine['scan'] = (...query) => {
    const found = engine.scan(...query)
    read += found.length
    return found
  }
  const page = rowsPage({ ...engine, scan }, { p: P, from: '', limit: 100, buckets: null })
  assert.deepEqual([page.rows.length, read], [1, 1])
})

test('what is taken is there as if each had been written by itself', async () => {
  const [source, target] = [await filled(30), await openShardInRing()]
  const page = await rows(source)
  assert.deepEqual(await take(target, ...page.rows), [])
  assert.deepEqual(await rows(target), page)
  assert.deepEqual(await take(target, ...page.rows), [], 'and once more is the same')
})

test('a newer row stands against an older one, and that is no failure', async () => {
  const shard = await openShardInRing()
  const [key = ''] = KEYS
  await resultsOf(shard, apply(wireRow(key, 5, { v: '"newer"' })))
  assert.deepEqual(await take(shard, wireRow(key, 1)), [])
  assert.equal((await rows(shard)).rows[0]?.v, '"newer"')
})

test('of a conditional key a larger ballot is told, for the row is not held then', async () => {
  const shard = await openShardInRing()
  const [key = '', other = ''] = keysOf('cas:k')
  await resultsOf(shard, promise(key, { o: 0, t: 9_000, n: 'p' }))
  const left = await take(shard, wireRow(key, 1, { o: 0 }), wireRow(other, 1, { o: 0 }))
  assert.deepEqual(left, [{ k: key, why: 'outbid' }])
})

test('a row from the future and one of another partition are left, and no others', async () => {
  const shard = await openShardInRing()
  const [one = '', two = ''] = KEYS
  const foreign = 'b'
  assert.notEqual(get(foreign).p, P)
  const ahead = { t: timeOf(shard.clock.wallMs() + 60_000) }
  const left = await take(shard, wireRow(one, 1, ahead), wireRow(foreign, 1), wireRow(two, 1))
  assert.deepEqual(left, [
    { k: one, why: 'clock-ahead' },
    { k: foreign, why: 'not-mine' },
  ])
  assert.deepEqual(
    (await rows(shard)).rows.map(({ k }) => k),
    [two],
  )
})

test('both are for the epoch that the shard goes by, and for its own cluster', async () => {
  const shard = await filled(3)
  const ring = ringAfter(shard, { [P]: { epoch: 2 } })
  await shard.ask({ kind: 'ring.store', ring })
  const [key = ''] = KEYS
  assert.deepEqual(await take(shard, wireRow(key, 9)), [{ k: key, why: 'fenced' }])
  const page = { kind: 'rows', from: '', limit: 10, buckets: null }
  const reply = await shard.tell({ ...ofPartition, ...page })
  assert.match(JSON.stringify(reply), /fenced/)
  const stranger = openShard()
  assert.match(JSON.stringify(await stranger.tell({ ...ofPartition, ...page })), /not-mine/)
  assert.deepEqual(await take(stranger, wireRow(key, 1)), [{ k: key, why: 'not-mine' }])
})

test('it is counted what clients ask for, and not what is streamed', async () => {
  const shard = await filled(4)
  await take(shard, wireRow(must(KEYS[0]), 3))
  await rows(shard)
  assert.equal((await shard.ask({ kind: 'hello' })).operations, 4)
})
