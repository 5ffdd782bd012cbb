import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundRing } from '../ring/membership.ts'
import { parseShardReply } from './reply-guard.ts'

const RING = foundRing([{ id: 'a', address: 'x' }], { kind: 'ratio', ratio: 0.5 }, 4)
const ROW = { k: 'k', v: '1', o: 1.5, t: 2, n: 'w', e: null }
const REPLIES: readonly Readonly<Record<string, unknown>>[] = [
  { kind: 'hello', shardId: 'a', ring: RING, keys: 3, writable: true },
  {
    kind: 'ops',
    results: [
      { r: 'row', row: ROW },
      { r: 'row', row: null },
    ],
  },
  {
    kind: 'ops',
    results: [
      { r: 'held', o: 1, t: 2, n: 'w' },
      { r: 'refused', why: 'full' },
    ],
  },
  { kind: 'scan', rows: [ROW, { ...ROW, v: null, e: 5 }], more: false },
  { kind: 'ring.store', stored: false, ring: null },
  { kind: 'error', reason: 'no' },
]

test('every reply of the store is admitted as it is', () => {
  for (const reply of REPLIES) assert.equal(parseShardReply(reply), reply)
})

test('a reply that lacks a field, or has it of another type, is none', () => {
  for (const reply of REPLIES) {
    for (const field of Object.keys(reply)) {
      const { [field]: _, ...rest } = reply
      assert.equal(parseShardReply(rest), undefined, `${reply.kind} without ${field}`)
      assert.equal(parseShardReply({ ...rest, [field]: { odd: 1 } }), undefined, field)
    }
  }
})

test('what is wrong deep inside is found as well', () => {
  const results = [
    { r: 'held', o: '1', t: 2, n: 'w' },
    { r: 'refused', why: 'mood' },
    { r: 'row' },
    7,
  ]
  for (const result of results) {
    assert.equal(parseShardReply({ kind: 'ops', results: [result] }), undefined)
  }
  const table = [{ epoch: 1, replicas: [1] }]
  const ring = { ...RING, table }
  assert.equal(parseShardReply({ kind: 'ring.store', stored: true, ring }), undefined)
  for (const body of [null, 'text', 7, [], {}, undefined]) {
    assert.equal(parseShardReply(body), undefined)
  }
})
