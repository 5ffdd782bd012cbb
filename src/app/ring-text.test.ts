import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ringText, waitText } from './ring-text.ts'

const MOVING = {
  ...{ kind: 'add', partitions_left: 100, partitions_total: 384, state: 'moving' },
  ...{ rows_moved: 12_000, bytes_moved: 3_400_000, waiting_for: null },
}

const underWay = (rebalance: object | null) =>
  ringText({ version: 7, rebalance, shards: [], problems: [] }).split('\n').slice(1, -1)

test('a change that moves says how far it is and what it has carried', () => {
  const carried = '12000 rows (3400000 bytes) moved'
  assert.deepEqual(underWay(MOVING), [
    `under way: add, 100 of 384 partitions still move, ${carried}`,
  ])
  assert.deepEqual(underWay(null), [])
})

test('a change that does not go on says why', () => {
  const reason = 'Not reachable: http://shard-4:8000.'
  const [, second] = underWay({ ...MOVING, state: 'waiting', waiting_for: reason })
  assert.equal(second, `waiting: ${reason}`)
})

test('whoever waits is told for what, and for nothing where nothing is under way', () => {
  const reason = 'Another one takes over in about 4 s.'
  const fields = { rows_moved: null, bytes_moved: null, waiting_for: reason }
  assert.equal(
    waitText({ rebalance: { ...MOVING, ...fields, state: 'elsewhere' } }),
    `Another change is under way: add, 100 of 384 partitions still move.\n  waiting: ${reason}`,
  )
  assert.equal(waitText({ rebalance: null }), undefined)
})

test('keys of partitions that have moved away are told until they are removed', () => {
  const shard = { node: 'http://a', health: 'up', keys: 900, partitions: 384, hints: 0 }
  const lineOf = (partitions_outgoing: number) =>
    ringText({ shards: [{ ...shard, partitions_outgoing }] }).split('\n')[1]
  assert.equal(lineOf(0), '  http://a  up, 900 keys, 384 partitions')
  const told = 'among its keys those of 128 that have moved away'
  assert.equal(lineOf(128), `  http://a  up, 900 keys, 384 partitions, ${told}`)
})

test('the zone of a shard that has one is told', () => {
  const shard = { node: 'http://a', health: 'up', keys: 9, partitions: 4, hints: 0, zone: 'north' }
  const line = ringText({ shards: [shard] }).split('\n')[1]
  assert.equal(line, '  http://a  up, zone north, 9 keys, 4 partitions')
})

test('what another coordinator carries out, or an older one tells, is shown if known', () => {
  const { kind, partitions_left, partitions_total } = MOVING
  const left = 'under way: add, 100 of 384 partitions still move'
  const elsewhere = { ...MOVING, state: 'elsewhere', rows_moved: null, bytes_moved: null }
  assert.deepEqual(underWay(elsewhere), [
    left,
    'Another coordinator carries it out, and knows more.',
  ])
  assert.deepEqual(underWay({ kind, partitions_left, partitions_total }), [left])
})
