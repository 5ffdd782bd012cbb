import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  CLUSTER,
  get,
  openShard,
  openShardInRing,
  resultsOf,
  ringAfter,
  ringOf,
  type ShardUnderTest,
  wireRow,
  wordsOf,
} from '../../../test/support/shard-world.ts'
import { lruRowCache } from '../../adapters/lru-row-cache.ts'
import type { RingDocument } from '../ring/document.ts'

const ballotOf = (o: number) => ({ o, t: 1, n: 'w' })
const promise = (cluster: string | null, version: number, o: number) =>
  ({ kind: 'ring.promise', cluster, version, ballot: ballotOf(o) }) as const
const accept = (cluster: string | null, ring: RingDocument, o: number) => {
  const proposal = { ballot: ballotOf(o), ring }
  return { kind: 'ring.accept', cluster, version: ring.version, proposal } as const
}
const store = (shard: ShardUnderTest, ring: RingDocument) => shard.ask({ kind: 'ring.store', ring })
const emptyTable = ({ table }: RingDocument) => table.map(() => ({ epoch: 2, replicas: [] }))

test('a blank shard takes part in the founding, and remembers it over a restart', async () => {
  const shard = openShard()
  const ring = ringOf([shard.id])
  const nothing = { promised: null, accepted: null, ring: null }
  for (const [cluster, version] of [[CLUSTER, 1] as const, [null, 2] as const]) {
    const reply = await shard.ask(promise(cluster, version, 1))
    assert.deepEqual(reply, { kind: 'ring.promise', ...nothing }, 'it is in no ring')
  }
  const first = await shard.ask(promise(null, 1, 5))
  assert.deepEqual(first, { kind: 'ring.promise', ...nothing, promised: ballotOf(5) })
  const late = await shard.ask(accept(null, ring, 4))
  assert.deepEqual(late, { kind: 'ring.accept', ...nothing, promised: ballotOf(5) })
  const { accepted } = await shard.ask(accept(null, ring, 5))
  assert.deepEqual(accepted, { ballot: ballotOf(5), ring })
  const again = openShard({ disk: shard.disk })
  const reply = await again.ask(promise(null, 1, 3))
  assert.equal(JSON.stringify(reply.accepted), JSON.stringify(accepted), 'to the letter')
  assert.deepEqual(reply.promised, ballotOf(5))
  assert.equal((await again.ask({ kind: 'hello' })).ring, null, 'accepted is not decided')
})

test('only the version after its ring is decided with it; it says which that is', async () => {
  const shard = await openShardInRing()
  const ring = ringOf([shard.id])
  const refused = { promised: null, accepted: null, ring }
  for (const [cluster, version] of [
    ...[['theirs', 2] as const, [null, 1] as const],
    ...[[CLUSTER, 1] as const, [CLUSTER, 3] as const],
  ]) {
    const reply = await shard.ask(promise(cluster, version, 1))
    assert.deepEqual(reply, { kind: 'ring.promise', ...refused })
  }
  const next = { ...ring, version: 2 }
  const { accepted } = await shard.ask(accept(CLUSTER, next, 1))
  assert.deepEqual(accepted, { ballot: ballotOf(1), ring: next })
  await store(shard, next)
  const { promised, accepted: forgotten } = await shard.ask(promise(CLUSTER, 3, 0))
  assert.deepEqual([promised, forgotten], [ballotOf(0), null], 'a new instance')
})

test('a blank shard takes no ring that does not name it, unless nobody is named', async () => {
  const shard = openShard()
  const others = ringOf(['a', 'b', 'c'])
  assert.deepEqual(await store(shard, others), { kind: 'ring.store', stored: false, ring: null })
  const deserted = { ...others, version: 2, shards: [], table: emptyTable(others) }
  assert.equal((await store(shard, deserted)).stored, true)
  assert.deepEqual((await shard.ask(promise(CLUSTER, 3, 1))).promised, ballotOf(1))
})

test('who does not decide about a ring promises nothing, though it goes by it', async () => {
  const shard = openShard()
  const named = ringOf([shard.id, 'a', 'b', 'c'])
  const last = { ...named, shards: [...named.shards].sort(({ id }) => (id === shard.id ? 1 : -1)) }
  assert.equal((await store(shard, last)).stored, true)
  const { promised, ring } = await shard.ask(promise(CLUSTER, 2, 1))
  assert.deepEqual([promised, ring?.version], [null, 1])
})

test('what a full disk has not written down is not promised', async () => {
  const shard = openShard()
  await shard.ask(promise(null, 1, 1))
  shard.disk.bytesMax = 0
  const ring = ringOf([shard.id])
  for (const request of [promise(null, 1, 20), accept(null, ring, 20)]) {
    const reply = await shard.tell(request)
    assert.match(reply.kind === 'error' ? reply.reason : '', /^full: /)
  }
  shard.disk.bytesMax = Number.POSITIVE_INFINITY
  const { promised, accepted } = await shard.ask(promise(null, 1, 0))
  assert.deepEqual([promised, accepted], [ballotOf(1), null])
})

test('a partition that comes back begins empty, one that stayed keeps its rows', async () => {
  const shard = await openShardInRing({ cache: lruRowCache(10) })
  const [moving, staying] = [get('a'), get('b')]
  await resultsOf(shard, apply(wireRow('a', 1)), apply(wireRow('b', 1)))
  await wordsOf(shard, moving, staying)
  const away = { epoch: 2, replicas: [] }
  const back = { epoch: 4, replicas: [0], since: [3] }
  const gone = ringAfter(shard, { [moving.p]: away })
  await store(shard, gone)
  assert.deepEqual(await wordsOf(shard, get('a', 2), staying), ['not-mine', '"b"'])
  await store(shard, ringAfter(shard, { [moving.p]: back }, gone))
  assert.deepEqual(await wordsOf(shard, get('a', 4), staying), [null, '"b"'])
  assert.equal(shard.engine.get(moving.p, 'a'), undefined)
  assert.equal(shard.trace.count('shard.emptied'), 1)
})

test('a shard that missed that a partition was elsewhere empties it as well', async () => {
  const shard = await openShardInRing()
  const { p } = get('a')
  await resultsOf(shard, apply(wireRow('a', 1)))
  await store(shard, ringAfter(shard, { [p]: { epoch: 2, replicas: [0], since: [1] } }))
  assert.deepEqual(await wordsOf(shard, get('a', 2)), ['"a"'], 'held since 1')
  const ring = ringAfter(shard, { [p]: { epoch: 9, replicas: [0], since: [8] } })
  await store(shard, { ...ring, version: 9 })
  assert.deepEqual(await wordsOf(shard, get('a', 9)), [null], 'it was away before 8')
})

test('all of a partition goes, however much it is', async () => {
  const shard = await openShardInRing()
  const { p: partition } = get('a')
  const version = { order: 1, time: 1, writer: 'w' }
  const keys = Array.from({ length: 3_000 }, (_, i) => `k${i}`)
  const row = { partition, text: '1', version, expiresMs: null, missedBy: ['b'] }
  shard.engine.apply(keys.map((key) => ({ ...row, key })))
  await store(shard, ringAfter(shard, { [partition]: { epoch: 3, since: [3] } }))
  assert.deepEqual(shard.engine.partitions(), [])
  assert.deepEqual(shard.engine.hints('b', 9), [])
})

test('rows are gone before the ring is on the disk, and it is gone by only then', async () => {
  const shard = openShard()
  const ring = ringOf([shard.id])
  const { p } = get('a')
  const state = { isFull: false, heldAtWriting: 0 }
  const watched = openShard({
    wrap: (engine) => ({
      ...engine,
      setMeta(name, value) {
        if (name === 'ring') state.heldAtWriting = engine.partitions().length
        if (name === 'ring' && state.isFull) shard.disk.bytesMax = 0
        engine.setMeta(name, value)
      },
    }),
    disk: shard.disk,
  })
  await store(watched, { ...ring, table: ring.table.map((e) => ({ ...e, replicas: [] })) })
  const version = { order: 1, time: 1, writer: 'w' }
  watched.engine.apply([{ partition: p, key: 'a', text: '1', version, expiresMs: null }])
  state.isFull = true
  const next = ringAfter(shard, { [p]: { epoch: 3, since: [3] } })
  assert.equal((await watched.tell({ kind: 'ring.store', ring: next })).kind, 'error')
  assert.equal(state.heldAtWriting, 0)
  assert.deepEqual(await wordsOf(watched, get('a', 3)), ['not-mine'])
  shard.disk.bytesMax = Number.POSITIVE_INFINITY
  state.isFull = false
  await store(watched, next)
  assert.deepEqual(await wordsOf(watched, get('a', 3)), [null])
})
