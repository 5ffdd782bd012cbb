import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  CLUSTER,
  get,
  openShard,
  openShardInRing,
  PARTITIONS,
  resultsOf,
  ringAfter,
  type ShardSetup,
  type ShardUnderTest,
  wireRow,
  wordOf,
} from '../../../test/support/shard-world.ts'
import { lruRowCache } from '../../adapters/lru-row-cache.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { CLOCK_AHEAD_MS_MAX } from '../hybrid-clock.ts'
import { partitionOf } from '../ring/hash.ts'
import { PURGE_ROWS_MAX } from './repair-requests.ts'
import { DIGEST_LASTS_MS } from './replica-rows.ts'

const P = get('a').p
const ofPartition = { cluster: CLUSTER, p: P, e: 1 } as const
/** Keys of that partition. */
const KEYS = Array.from({ length: 100_000 }, (_, i) => `k${i}`).filter(
  (key) => partitionOf(key, PARTITIONS) === P,
)
const [FIRST = '', SECOND = '', THIRD = ''] = KEYS

const digest = (shard: ShardUnderTest, deadBeforeMs = 0) =>
  shard.ask({ kind: 'digest', ...ofPartition, deadBeforeMs })
const headers = (shard: ShardUnderTest, change: object = {}) => {
  const query = { deadBeforeMs: 0, from: '', limit: 100, buckets: null, ...change }
  return shard.ask({ kind: 'headers', ...ofPartition, ...query })
}
const repaired = (shard: ShardUnderTest, atMs: number, deadBeforeMs: number) =>
  shard.ask({ kind: 'repaired', ...ofPartition, atMs, deadBeforeMs })

/** Counts how often the engine computes a digest. */
async function openCounted(setup: ShardSetup = {}) {
  const computed = { digests: 0 }
  const wrap = (engine: KeyValueEngine): KeyValueEngine => ({
    ...engine,
    digest(partition, deadBeforeMs) {
      computed.digests += 1
      return engine.digest(partition, deadBeforeMs)
    },
  })
  return { computed, shard: await openShardInRing({ wrap, ...setup }) }
}

test('two shards that hold the same say the same, and where they differ it is found', async () => {
  const [one, other] = [await openShardInRing(), await openShardInRing()]
  const rows = [FIRST, SECOND].map((key) => apply(wireRow(key, 1)))
  for (const shard of [one, other]) await resultsOf(shard, ...rows)
  assert.deepEqual(await digest(one), await digest(other))
  await resultsOf(other, apply(wireRow(THIRD, 2)))
  const [sums, others] = [(await digest(one)).sums, (await digest(other)).sums]
  const buckets = sums.flatMap((sum, bucket) => (sum === others[bucket] ? [] : [bucket]))
  assert.equal(buckets.length, 1)
  const [found] = (await headers(other, { buckets })).headers.filter(({ k }) => k === THIRD)
  const { o, t, n } = wireRow(THIRD, 2)
  assert.deepEqual({ ...found, h: 0 }, { k: THIRD, o, t, n, h: 0 })
})

test('headers come in steps', async () => {
  const shard = await openShardInRing()
  await resultsOf(shard, ...[FIRST, SECOND, THIRD].map((key) => apply(wireRow(key, 1))))
  const keys: string[] = []
  let steps = 0
  for (let from: string | null = ''; from !== null; steps += 1) {
    const page: { headers: readonly { k: string }[]; next: string | null } = await headers(shard, {
      ...{ from, limit: 2 },
    })
    keys.push(...page.headers.map(({ k }) => k))
    from = page.next
  }
  assert.deepEqual(keys, [FIRST, SECOND, THIRD].sort())
  assert.ok(steps >= 2)
})

test('a digest is computed anew only after a write, or for another time', async () => {
  const { computed, shard } = await openCounted()
  const old = { v: null, t: 1 }
  await resultsOf(shard, apply(wireRow(FIRST, 1)), apply(wireRow(SECOND, 1, old)))
  const first = await digest(shard)
  assert.deepEqual(await digest(shard), first)
  await resultsOf(shard, apply(wireRow('b', 1)))
  await digest(shard)
  assert.equal(computed.digests, 1, 'another partition was written to')
  await resultsOf(shard, apply(wireRow(FIRST, 2)))
  assert.notDeepEqual((await digest(shard)).sums, first.sums)
  assert.equal((await digest(shard, nowOf(shard))).rows, 1, 'the dead are left out')
  assert.equal(computed.digests, 3)
  await digest(shard)
  await repaired(shard, nowOf(shard), nowOf(shard))
  assert.equal((await digest(shard)).rows, 1, 'one was removed')
})

test('a digest is not believed for ever: a disk may change a row by itself', async () => {
  const { computed, shard } = await openCounted()
  await resultsOf(shard, apply(wireRow(FIRST, 1)))
  await digest(shard)
  await shard.clock.advance(DIGEST_LASTS_MS - 1)
  await digest(shard)
  assert.equal(computed.digests, 1)
  await shard.clock.advance(1)
  await digest(shard)
  assert.equal(computed.digests, 2)
})

test('what was cleared counts in no digest', async () => {
  const { shard } = await openCounted()
  await resultsOf(shard, apply(wireRow(FIRST, 1)))
  assert.equal((await digest(shard)).rows, 1)
  const ring = ringAfter(shard, { [P]: { epoch: 5, since: [4] } })
  await shard.ask({ kind: 'ring.store', ring })
  const reply = await shard.ask({ kind: 'digest', ...ofPartition, e: 5, deadBeforeMs: 0 })
  assert.equal(reply.rows, 0)
})

test('the last repair is remembered, over a restart too, and goes with the rows', async () => {
  const shard = await openShardInRing()
  assert.equal((await digest(shard)).repairedMs, 0)
  await repaired(shard, 500, 0)
  await repaired(shard, 400, 0)
  assert.equal((await digest(shard)).repairedMs, 500)
  const again = openShard({ disk: shard.disk })
  assert.equal((await digest(again)).repairedMs, 500)
  const ring = ringAfter(shard, { [P]: { epoch: 5, since: [4] } })
  await again.ask({ kind: 'ring.store', ring })
  const reply = await again.ask({ kind: 'digest', ...ofPartition, e: 5, deadBeforeMs: 0 })
  assert.equal(reply.repairedMs, 0, 'what it holds now was never compared')
})

test('what is dead on all replicas is removed, from the cache too', async () => {
  const shard = await openShardInRing({ cache: lruRowCache(100) })
  const day = 24 * 3_600_000
  const wrote = nowOf(shard)
  await resultsOf(
    shard,
    apply(wireRow(FIRST, wrote, { v: null })),
    apply(wireRow(SECOND, wrote, { e: wrote + 5 })),
    apply(wireRow(THIRD, wrote)),
  )
  await shard.clock.advance(day)
  const { purged } = await repaired(shard, nowOf(shard), wrote + 10)
  assert.equal(purged, 2)
  const words = (await resultsOf(shard, ...[FIRST, SECOND, THIRD].map((k) => get(k)))).map(wordOf)
  assert.deepEqual(words, [null, null, `"${THIRD}"`])
})

test('a coordinator that is mistaken about the last repair removes nothing too early', async () => {
  const shard = await openShardInRing()
  const wrote = nowOf(shard)
  await resultsOf(shard, apply(wireRow(FIRST, wrote, { v: null })))
  await shard.clock.advance(10_000)
  assert.equal((await repaired(shard, wrote - 1, wrote + 5_000)).purged, 0, 'repaired before it')
  const future = nowOf(shard) + CLOCK_AHEAD_MS_MAX + 1
  const request = { kind: 'repaired', ...ofPartition, atMs: future, deadBeforeMs: future } as const
  const reply = await shard.tell(request)
  assert.match(reply.kind === 'error' ? reply.reason : '', /^clock-ahead: /)
  assert.equal((await digest(shard)).repairedMs, wrote - 1)
  await repaired(shard, wrote + 1, 0)
  const late = await repaired(shard, wrote - 1, wrote + 5_000)
  assert.equal(late.purged, 1, 'a repair that was told late takes nothing back')
})

test('one request removes so many rows and no more', async () => {
  const shard = await openShardInRing()
  const version = { order: 1, time: 1, writer: 'w' }
  const tombstone = { partition: P, text: null, version, expiresMs: null }
  const keys = KEYS.slice(0, PURGE_ROWS_MAX + 1)
  shard.engine.apply(keys.map((key) => ({ ...tombstone, key })))
  const purged = [await repaired(shard, nowOf(shard), nowOf(shard))]
  purged.push(await repaired(shard, nowOf(shard), nowOf(shard)))
  assert.deepEqual(
    purged.map((reply) => reply.purged),
    [PURGE_ROWS_MAX, 1],
  )
})

test('what is asked in another epoch or of another cluster is refused in words', async () => {
  const shard = await openShardInRing()
  const moved = ringAfter(shard, { [P]: { epoch: 3, since: [0] }, [P ^ 1]: { replicas: [] } })
  await shard.ask({ kind: 'ring.store', ring: moved })
  const kinds = [
    { kind: 'digest', deadBeforeMs: 0 },
    { kind: 'headers', deadBeforeMs: 0, from: '', limit: 1, buckets: null },
    { kind: 'repaired', atMs: 1, deadBeforeMs: 0 },
  ]
  for (const kind of kinds) {
    const reasonOf = async (place: object) => {
      const reply = await shard.tell({ ...kind, cluster: CLUSTER, p: P, e: 3, ...place })
      return reply.kind === 'error' ? reply.reason.split(':')[0] : reply.kind
    }
    assert.equal(await reasonOf({ e: 2 }), 'fenced')
    assert.equal(await reasonOf({ e: 4 }), 'not-mine')
    assert.equal(await reasonOf({ p: P ^ 1, e: 1 }), 'not-mine')
    assert.equal(await reasonOf({ p: PARTITIONS }), 'not-mine')
    assert.equal(await reasonOf({ cluster: 'theirs' }), 'not-mine')
    assert.equal(await reasonOf({}), kind.kind)
  }
})

test('without room no repair is remembered', async () => {
  const shard = await openShardInRing()
  shard.disk.bytesMax = 0
  const request = { kind: 'repaired', ...ofPartition, atMs: 5, deadBeforeMs: 0 } as const
  const reply = await shard.tell(request)
  assert.match(reply.kind === 'error' ? reply.reason : '', /^full: /)
  assert.equal((await digest(shard)).repairedMs, 0)
})

test('a hint whose row is damaged stays, and the others go', async () => {
  const wrap = (engine: KeyValueEngine): KeyValueEngine => ({
    ...engine,
    get(partition, key) {
      if (key === FIRST) throw new EngineError('damaged', 'rotten')
      return engine.get(partition, key)
    },
  })
  const shard = await openShardInRing({ wrap })
  await resultsOf(shard, ...[FIRST, SECOND].map((key) => apply(wireRow(key, 1))))
  const hints = [FIRST, SECOND, THIRD].map((key) => ({ target: 'b', partition: P, key }))
  shard.engine.noteHints(hints)
  const { o, t, n } = wireRow(FIRST, 1)
  const delivered = [FIRST, SECOND, THIRD].map((k) => ({ p: P, k, o, t, n }))
  const request = { kind: 'hints.done', cluster: CLUSTER, target: 'b', delivered, clean: [] }
  await shard.tell(request)
  assert.deepEqual(
    shard.engine.hints('b', 9).map(({ key }) => key),
    [FIRST],
    'a row that is gone is missed by nobody',
  )
})

function nowOf({ clock }: ShardUnderTest): number {
  return clock.wallMs()
}
