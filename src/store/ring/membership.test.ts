import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begun } from '../../../test/support/ring-steps.ts'
import { must } from '../../model/must.ts'
import type { RingDocument } from './document.ts'
import {
  addShard,
  cancelled,
  foundRing,
  type RingDecision,
  readdressed,
  removeShard,
  replaceShard,
  replicasOf,
  withReplicationFactor,
} from './membership.ts'
import { jointPartitions, partitionsToMove } from './moves.ts'
import { majorityOf } from './quorum.ts'

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

test('a factor is at most the number of shards that stay', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((count) => replicasOf(founded(count))),
    [1, 2, 3, 3],
  )
  const leaving = ringOf(removeShard(founded(3), shard(1).address, 1))
  assert.equal(replicasOf(leaving), 2)
})

test('a factor given as a ratio follows the number of shards and is at least 1', () => {
  const ring = foundRing([shard(1)], { kind: 'ratio', ratio: 0.5 }, 64)
  const factors = [2, 3, 4, 5].map((count) => {
    const shards = Array.from({ length: count - 1 }, (_, n) => shard(n + 1))
    const before = foundRing(shards, { kind: 'ratio', ratio: 0.5 }, 64)
    return ringOf(addShard(before, shard(count))).replicationFactor
  })
  assert.deepEqual(factors, [1, 2, 2, 3])
  const fixed = ringOf(withReplicationFactor(ring, 3))
  assert.equal(fixed.replicationRatio, undefined)
})

test('a change says where partitions shall be; they stay where they are looked for', () => {
  const before = founded(3)
  for (const decision of [
    addShard(before, shard(4)),
    removeShard(before, shard(1).address, 7),
    replaceShard(before, shard(1).address, shard(4)),
    withReplicationFactor(before, 2),
  ]) {
    const after = ringOf(decision)
    assert.equal(after.version, 2)
    assert.equal(after.cluster, before.cluster)
    assert.ok(partitionsToMove(after).length > 0)
    assert.equal(after.change?.partitions, partitionsToMove(after).length)
    for (const [p, entry] of after.table.entries()) {
      const old = must(before.table[p])
      assert.equal(entry.epoch, old.epoch)
      assert.deepEqual([...entry.replicas].sort(), [...old.replicas].sort())
      assert.equal(entry.isJoint, undefined)
    }
  }
})

test('one change after another: a second one is told of the first', () => {
  const ring = ringOf(addShard(founded(3), shard(4)))
  for (const decision of [addShard(ring, shard(5)), withReplicationFactor(ring, 2)]) {
    assert.deepEqual(decision, { kind: 'under-way', change: ring.change })
  }
  const moved = addShard(ring, { id: 'id-2', address: 'elsewhere' })
  assert.deepEqual(ringOf(moved).change, ring.change, 'an address changes at any time')
})

test('a shard is replaced also while another change is under way, and that goes on', () => {
  const added = ringOf(addShard(founded(3), shard(4)))
  const [first] = partitionsToMove(added)
  const joint = begun(added, [must(first)])
  const after = ringOf(replaceShard(joint, shard(4).address, shard(5)))
  assert.deepEqual(
    partitionsToMove(after),
    partitionsToMove(added),
    'what was to come to the one that is replaced comes to the other',
  )
  const epochs = [added, joint, after].map(({ table }) => table[must(first)]?.epoch)
  assert.deepEqual(epochs, [1, 2, 3], 'quorums of the joint one do not count any more')
  assert.deepEqual(jointPartitions(after), [])
  const indexOf = (id: string) => after.shards.findIndex((one) => one.id === id)
  for (const partition of partitionsToMove(after)) {
    assert.ok(after.table[partition]?.goal?.includes(indexOf('id-5')))
    assert.ok(!after.table[partition]?.goal?.includes(indexOf('id-4')))
  }
  const again = replaceShard(after, shard(4).address, shard(6))
  assert.equal(again.kind, 'under-way', 'one that leaves is replaced already')
})

test('a shard is removed also while another change is under way, but the last one', () => {
  const added = ringOf(addShard(founded(3), shard(4)))
  const joint = begun(added, partitionsToMove(added).slice(0, 1))
  const after = ringOf(removeShard(joint, shard(4).address, 7))
  assert.deepEqual(jointPartitions(after), [])
  assert.deepEqual(partitionsToMove(after), [], 'nothing had moved to it')
  const other = ringOf(removeShard(joint, shard(1).address, 7))
  assert.deepEqual(jointPartitions(other), jointPartitions(joint), 'what can go on goes on')
  const goals = other.table.flatMap(({ goal, isJoint }) => (isJoint ? [] : (goal ?? [])))
  assert.ok(goals.every((one) => other.shards[one]?.id !== 'id-1'))
  const small = ringOf(removeShard(founded(2), shard(1).address, 7))
  assert.equal(removeShard(small, shard(1).address, 7).kind, 'under-way', 'it leaves already')
  assert.equal(removeShard(small, shard(2).address, 7).kind, 'under-way', 'none would stay')
})

test('who was to leave may take the place of one that is dead after all', () => {
  const replaced = ringOf(replaceShard(founded(3), shard(1).address, shard(4)))
  const back = ringOf(cancelled(replaced))
  const again = ringOf(replaceShard(back, shard(1).address, shard(4)))
  assert.deepEqual(again.table, replaced.table)
  assert.deepEqual(again.shards, replaced.shards)
})

test('a joint partition that loses one of those who held it goes on', () => {
  const added = ringOf(addShard(founded(3), shard(4)))
  const [first] = partitionsToMove(added)
  const joint = begun(added, [must(first)])
  const { goal } = must(joint.table[must(first)])
  const stays = must(joint.shards[must(must(goal).find((one) => joint.shards[one]?.id !== 'id-4'))])
  const after = ringOf(replaceShard(joint, stays.address, shard(5)))
  assert.deepEqual(after.table[must(first)], joint.table[must(first)])
})

test('what is taken back turns round: who came leaves, who left stays', () => {
  const added = ringOf(cancelled(ringOf(addShard(founded(3), shard(4)))))
  assert.deepEqual([added.change?.kind, added.shards[3]?.leaving], ['remove', true])
  const removed = ringOf(cancelled(ringOf(removeShard(founded(3), shard(1).address, 0))))
  assert.deepEqual([removed.change?.kind, removed.shards[0]?.leaving], ['add', undefined])
  const replaced = ringOf(cancelled(ringOf(replaceShard(founded(3), shard(1).address, shard(4)))))
  const { change } = replaced
  assert.deepEqual(change, { kind: 'replace', id: 'id-4', by: 'id-1', partitions: 0 })
  const factor = ringOf(cancelled(ringOf(withReplicationFactor(founded(3), 2))))
  assert.deepEqual([factor.replicationFactor, factor.change?.kind], [3, 'reconfigure'])
  assert.equal(cancelled(founded(3)).kind, 'settled')
})

test('what is so already is no change', () => {
  const ring = founded(3)
  assert.equal(addShard(ring, shard(2)).kind, 'already-there')
  assert.equal(withReplicationFactor(ring, 3).kind, 'already-there')
  assert.equal(replaceShard(ring, shard(1).address, shard(2)).kind, 'already-there')
  assert.equal(removeShard(ring, 'http://127.0.0.1:9', 0).kind, 'not-there')
  assert.equal(replaceShard(ring, 'http://127.0.0.1:9', shard(4)).kind, 'not-there')
})

test('another id at a known address is an emptied disk, and is not taken in', () => {
  const decision = addShard(founded(3), { ...shard(2), id: 'fresh' })
  assert.deepEqual(decision, { kind: 'emptied', known: shard(2) })
})

test('a known shard at another address keeps its place', () => {
  const ring = founded(3)
  const moved = { id: 'id-2', address: 'http://127.0.0.1:9999' }
  const after = ringOf(addShard(ring, moved))
  assert.deepEqual(after.table, ring.table)
  assert.deepEqual(after.shards[1], moved)
  assert.equal(after.version, 2)
  assert.equal(readdressed(ring, [{ ...moved, address: shard(1).address }]), undefined)
})

test('the last shard may leave once it is empty, and another may come', () => {
  assert.deepEqual(removeShard(founded(1), shard(1).address, 7), { kind: 'last-shard' })
  const none = ringOf(removeShard(founded(1), shard(1).address, 0))
  assert.equal(replicasOf(none), 0)
  assert.ok(none.table.every(({ epoch, replicas }) => epoch === 2 && replicas.length === 0))
  const again = ringOf(addShard(none, shard(2)))
  assert.equal(replicasOf(again), 1)
  assert.equal(partitionsToMove(again).length, 0, 'what nobody holds need not be moved')
  assert.deepEqual(must(again.table[0]), { epoch: 3, replicas: [0], since: [3] })
})

test('any two majorities share a replica', () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(majorityOf), [1, 2, 2, 3, 3])
})
