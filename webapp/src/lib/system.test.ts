import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RingInfo } from '../api/types.ts'
import { formatBytes } from './format.ts'
import { careStateOf, hitRate, movingOf, shardsOf } from './system.ts'

/** As the contract has it. */
const bare: RingInfo = {
  total_nodes: 2,
  replication_factor: 1,
  virtual_nodes_per_node: 150,
  total_virtual_nodes: 300,
  nodes: ['http://kv2:8100', 'http://kv1:8100'],
}

test('of a shard that nobody tells about, nothing is claimed', () => {
  const rows = shardsOf(bare)
  assert.deepEqual(
    rows.map(({ node, health, keys, hints }) => [node, health, keys, hints]),
    [
      ['http://kv1:8100', undefined, undefined, undefined],
      ['http://kv2:8100', undefined, undefined, undefined],
    ],
  )
  assert.equal(movingOf(bare), undefined)
  assert.equal(movingOf({ ...bare, rebalance: null }), undefined)
})

test('a cache that was never asked has no rate', () => {
  assert.equal(hitRate({ hits: 3, misses: 1, items: 2 }), 0.75)
  assert.equal(hitRate({ hits: 0, misses: 0, items: 0 }), undefined)
  assert.equal(hitRate(null), undefined)
  assert.equal(hitRate(undefined), undefined, 'a coordinator of an earlier version')
})

test('a change tells how far it is, and, where that is told, what moved and why it waits', () => {
  const change = { kind: 'add', partitions_left: 16, partitions_total: 64 } as const
  assert.deepEqual(movingOf({ ...bare, rebalance: change }), {
    ...{ done: 48, total: 64, part: 0.75 },
    ...{ rows: undefined, bytes: undefined, waitingFor: undefined },
  })
  const more = { rows_moved: 1_200, bytes_moved: 5_000, waiting_for: 'shard kv3 is full' }
  assert.partialDeepStrictEqual(movingOf({ ...bare, rebalance: { ...change, ...more } }), {
    ...{ rows: 1_200, bytes: 5_000, waitingFor: 'shard kv3 is full' },
  })
  const elsewhere = { rows_moved: null, bytes_moved: null, waiting_for: null }
  assert.partialDeepStrictEqual(movingOf({ ...bare, rebalance: { ...change, ...elsewhere } }), {
    ...{ rows: undefined, waitingFor: undefined },
  })
})

test('bytes are told in the unit in which they are few', () => {
  const said = [0, 999, 1_000, 2_345_678, 7e12].map((bytes) => formatBytes(bytes, 'en'))
  assert.deepEqual(said, ['0 B', '999 B', '1.0 kB', '2.3 MB', '7,000.0 GB'])
  assert.equal(formatBytes(2_345_678, 'it'), '2,3 MB')
})

test('who cares for the replicas: this coordinator, another one, or nobody says', () => {
  const care = {
    ...{ hintsWaiting: 0, partitionsRepaired: 3, repairAgeSeconds: 60 },
    ...{ rowsDiverged: 0, bytesCarried: 0 },
  }
  assert.deepEqual(careStateOf({ care }), { kind: 'here', care })
  assert.deepEqual(careStateOf({ care: null }), { kind: 'elsewhere' })
  for (const silent of [{}, null, undefined]) {
    assert.deepEqual(careStateOf(silent), { kind: 'untold' })
  }
})
