import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RingDocument } from '../ring/document.ts'
import { foundRing } from '../ring/membership.ts'
import { HOP_DEFAULTS, ShardLink } from './hop.ts'
import { RingView } from './ring-view.ts'

test('partitions with the same shards are told by one number, but none that moves', () => {
  const table = [
    { epoch: 1, replicas: [0, 1, 2] },
    { epoch: 1, replicas: [2, 0, 1] },
    { epoch: 1, replicas: [0, 1, 3] },
    { epoch: 4, replicas: [0, 1, 2], goal: [0, 1, 3] },
    { epoch: 5, replicas: [0, 1, 2], goal: [0, 1, 3], isJoint: true as const },
  ]
  const view = viewOf(table)
  const sets = table.map((_, partition) => view.at(partition).shardSet)
  assert.equal(sets[0], sets[1], 'the order of the placement does not matter')
  assert.ok(typeof sets[2] === 'number' && sets[2] !== sets[0])
  assert.deepEqual(sets.slice(3), [null, null])
})

function viewOf(table: RingDocument['table']): RingView {
  const shards = ['a', 'b', 'c', 'd'].map((id) => ({ id, address: `local:${id}` }))
  const world = {
    clock: { monotonicMs: () => 0, wallMs: () => 0, sleep: async () => {} },
    network: { ask: async () => ({ kind: 'silence', reason: '' }) as const, close: async () => {} },
    afterTurn: () => {},
  }
  const ring = { ...foundRing(shards, { kind: 'factor', factor: 3 }, 4), table }
  return new RingView(ring, ({ address }) => new ShardLink(address, world, HOP_DEFAULTS))
}
