import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ringOf } from '../../../test/support/shard-world.ts'
import { must } from '../../model/must.ts'
import type { PartitionEntry, RingDocument } from '../ring/document.ts'
import { isSuccessor, RingCopy } from './ring-copy.ts'

const KEY = 'k'
const OURS = new RingCopy(ringOf(['me', 'b', 'c']), 'me').partitionOf(KEY)

/**
 * A ring of three with two replicas each, in which partition OURS is in this epoch, with or without
 * us.
 */
function copy(epoch: number, isOurs: boolean): RingCopy {
  const ring = ringOf(['me', 'b', 'c'], 2)
  const index = ring.shards.findIndex(({ id }) => id === 'me')
  const others = [0, 1, 2].filter((i) => i !== index)
  const table = ring.table.map((entry, partition) =>
    partition === OURS ? { epoch, replicas: isOurs ? [index, must(others[0])] : others } : entry,
  )
  return new RingCopy({ ...ring, table }, 'me')
}

test('an operation is let through in exactly the epoch that the shard knows', () => {
  const ask = (ring: RingCopy, epoch: number) => ring.refusal(OURS, epoch, KEY)
  assert.equal(ask(copy(5, true), 5), undefined)
  assert.equal(ask(copy(5, true), 4), 'fenced', 'the sender must fetch the ring')
  assert.equal(ask(copy(5, true), 6), 'not-mine', 'the shard must be given the ring')
  assert.equal(ask(copy(5, false), 5), 'not-mine')
  assert.equal(ask(copy(5, false), 4), 'fenced')
})

test('a partition that is not there, or not the key’s own, is not this shard’s', () => {
  const ring = copy(1, true)
  assert.equal(ring.refusal(99, 1, KEY), 'not-mine')
  const another = ring.owned.find((partition) => partition !== OURS)
  assert.equal(ring.refusal(must(another), 1, KEY), 'not-mine')
})

test('a shard that the ring does not name owns nothing', () => {
  const ring = new RingCopy(ringOf(['a', 'b']), 'me')
  assert.deepEqual(ring.owned, [])
  assert.equal(ring.refusal(OURS, 1, KEY), 'not-mine')
  assert.equal(ring.owns(OURS), false)
  assert.deepEqual([...ring.addressesOf(OURS)].sort(), ['local:a', 'local:b'])
})

test('a ring follows an older one of its own cluster, or none at all', () => {
  const ring = (version: number, cluster = 'ours'): RingDocument => ({
    ...ringOf(['me']),
    cluster,
    version,
  })
  assert.ok(isSuccessor(ring(1), null))
  assert.ok(isSuccessor(ring(3), ring(2)))
  assert.ok(!isSuccessor(ring(2), ring(2)))
  assert.ok(!isSuccessor(ring(1), ring(2)))
  assert.ok(!isSuccessor(ring(3, 'theirs'), ring(2)))
})

/** We are shard 0 of three, and partition 0 stands like this. */
function copyWith(entry: PartitionEntry): RingCopy {
  const ring = ringOf(['a-me', 'b', 'c'], 1)
  return new RingCopy({ ...ring, table: [entry, ...ring.table.slice(1)] }, 'a-me')
}

test('who is new in a goal takes part once it is joint, and goes when it has moved on', () => {
  const goal = { epoch: 2, replicas: [1, 2], goal: [0, 1] }
  assert.equal(copyWith(goal).owns(0), false)
  assert.equal(copyWith({ ...goal, isJoint: true }).owns(0), true)
  const leaving = { epoch: 2, replicas: [0, 1], goal: [1, 2] }
  assert.equal(copyWith({ ...leaving, isJoint: true }).owns(0), true)
  assert.equal(copyWith({ epoch: 3, replicas: [1, 2] }).owns(0), false)
  assert.equal(copyWith(goal).refusalOfAll(0, 2), 'not-mine')
  assert.equal(copyWith({ ...goal, isJoint: true }).refusalOfAll(0, 2), undefined)
  assert.equal(copyWith({ ...goal, isJoint: true }).refusalOfAll(0, 1), 'fenced')
})

test('rows may go on standing only where the partition was held without a break', () => {
  const held = copyWith({ epoch: 3, replicas: [0, 1] })
  const isKept = (entry: PartitionEntry, former: RingCopy | null = held) =>
    copyWith(entry).hasHeldSince(0, former)
  assert.equal(isKept({ epoch: 5, replicas: [0, 1] }), true, 'since the founding')
  assert.equal(isKept({ epoch: 5, replicas: [1, 0], since: [4, 3] }), true)
  assert.equal(isKept({ epoch: 5, replicas: [1, 0], since: [3, 4] }), false, 'it was away in 4')
  const joint = { epoch: 5, replicas: [1, 2], goal: [0, 1], isJoint: true } as const
  assert.equal(isKept(joint), false, 'it comes back')
  assert.equal(isKept({ epoch: 6, replicas: [0, 1], since: [5, 0] }, copyWith(joint)), true)
  assert.equal(isKept(joint, null), false)
  assert.equal(isKept(joint, copyWith({ epoch: 4, replicas: [1, 2] })), false)
  assert.equal(isKept({ epoch: 5, replicas: [1, 2] }), false, 'it is not there at all')
})
