import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { must } from '../../model/must.ts'
import type { RingDocument } from './document.ts'
import {
  addShard,
  foundRing,
  majorityOf,
  type Occupancy,
  type RingDecision,
  removeShard,
  replicasOf,
  withReplicationFactor,
} from './membership.ts'

const EMPTY: Occupancy = { keys: 0, unknown: [] }
const shard = (n: number) => ({ id: `id-${n}`, address: `http://127.0.0.1:${8100 + n}` })
const founded = (count: number, factor = 3) =>
  foundRing(
    Array.from({ length: count }, (_, i) => shard(i + 1)),
    { kind: 'factor', factor },
    64,
  )

function ringOf(decision: RingDecision): RingDocument {
  assert.equal(decision.kind, 'changed')
  return must(decision.kind === 'changed' ? decision.ring : undefined)
}

test('a founded ring is version 1 with epoch 1 everywhere', () => {
  const ring = founded(3)
  assert.equal(ring.version, 1)
  assert.equal(ring.table.length, 64)
  assert.ok(ring.table.every(({ epoch, replicas }) => epoch === 1 && replicas.length === 3))
})

test('two coordinators found the same ring from the same shards, named in any order', () => {
  const shards = [shard(1), shard(2), shard(3)]
  const wish = { kind: 'factor', factor: 2 } as const
  assert.deepEqual(foundRing(shards, wish, 64), foundRing([...shards].reverse(), wish, 64))
  assert.notEqual(founded(3).cluster, founded(2).cluster)
})

test('shards that register one after another get a factor of at most their number', () => {
  let ring = founded(1)
  assert.equal(replicasOf(ring), 1)
  for (const [n, replicas] of [
    [2, 2],
    [3, 3],
    [4, 3],
  ] as const) {
    ring = ringOf(addShard(ring, shard(n), EMPTY))
    assert.equal(replicasOf(ring), replicas)
    assert.ok(ring.table.every((entry) => entry.replicas.length === replicas))
  }
  assert.equal(ring.version, 4)
})

test('a factor given as a ratio follows the number of shards and is at least 1', () => {
  let ring = foundRing([shard(1)], { kind: 'ratio', ratio: 0.5 }, 64)
  const factors = [2, 3, 4, 5].map((n) => {
    ring = ringOf(addShard(ring, shard(n), EMPTY))
    return ring.replicationFactor
  })
  assert.deepEqual(factors, [1, 2, 2, 3])
  const fixed = ringOf(withReplicationFactor(ring, 3, EMPTY))
  assert.equal(fixed.replicationRatio, undefined)
  assert.equal(ringOf(addShard(fixed, shard(6), EMPTY)).replicationFactor, 3)
})

test('an epoch grows exactly where the replicas changed', () => {
  const counts = fc.integer({ min: 1, max: 6 })
  const property = fc.property(counts, counts, (count, factor) => {
    const before = founded(count, factor)
    const after = ringOf(addShard(before, shard(count + 1), EMPTY))
    for (const [p, entry] of after.table.entries()) {
      const old = must(before.table[p])
      const isSame = idsOf(before, old.replicas).join() === idsOf(after, entry.replicas).join()
      assert.equal(entry.epoch, isSame ? old.epoch : old.epoch + 1)
    }
    assert.equal(after.cluster, before.cluster)
    assert.equal(after.version, before.version + 1)
  })
  fc.assert(property)
})

test('the ring changes only while the store certainly holds no keys', () => {
  const ring = founded(3)
  const silent = { keys: 0, unknown: [shard(2)] }
  const full = { keys: 7, unknown: [] }
  const changes = [
    (known: Occupancy) => addShard(ring, shard(4), known),
    (known: Occupancy) => removeShard(ring, shard(1).address, known),
    (known: Occupancy) => withReplicationFactor(ring, 2, known),
  ]
  for (const change of changes) {
    assert.equal(change(EMPTY).kind, 'changed')
    assert.deepEqual(change(full), { kind: 'holds-keys', keys: 7 })
    assert.deepEqual(change(silent), { kind: 'keys-unknown', unknown: [shard(2)] })
  }
})

test('what is so already is no change, whatever the store holds', () => {
  const ring = founded(3)
  const full = { keys: 7, unknown: [] }
  assert.equal(addShard(ring, shard(2), full).kind, 'already-there')
  assert.equal(withReplicationFactor(ring, 3, full).kind, 'already-there')
  assert.equal(removeShard(ring, 'http://127.0.0.1:9', full).kind, 'not-there')
})

test('another id at a known address is an emptied disk, and is not taken in', () => {
  const decision = addShard(founded(3), { ...shard(2), id: 'fresh' }, EMPTY)
  assert.deepEqual(decision, { kind: 'emptied', known: shard(2) })
})

test('a known shard at another address keeps its place, even while the store holds keys', () => {
  const ring = founded(3)
  const moved = { id: 'id-2', address: 'http://127.0.0.1:9999' }
  const after = ringOf(addShard(ring, moved, { keys: 7, unknown: [] }))
  assert.deepEqual(after.table, ring.table)
  assert.deepEqual(after.shards[1], moved)
  assert.equal(after.version, 2)
})

test('the last shard may leave, and another may come', () => {
  const none = ringOf(removeShard(founded(1), shard(1).address, EMPTY))
  assert.equal(replicasOf(none), 0)
  assert.ok(none.table.every(({ replicas }) => replicas.length === 0))
  assert.equal(replicasOf(ringOf(addShard(none, shard(2), EMPTY))), 1)
})

test('any two majorities share a replica', () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(majorityOf), [1, 2, 2, 3, 3])
})

function idsOf(ring: RingDocument, replicas: readonly number[]): string[] {
  return replicas.map((index) => must(ring.shards[index]).id)
}
