import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundRing } from '../ring/membership.ts'
import { parseShardReply } from './reply-guard.ts'

const RING = foundRing([{ id: 'a', address: 'x' }], { kind: 'ratio', ratio: 0.5 }, 4)
const ROW = { k: 'k', v: '1', o: 1.5, t: 2, n: 'w', e: null }
const VERSION = { o: 1.5, t: 2, n: 'w' }
const BALLOTS = { promised: VERSION, accepted: { ballot: VERSION, ring: RING }, ring: RING }
const REPLIES: readonly Readonly<Record<string, unknown>>[] = [
  {
    kind: 'hello',
    shardId: 'a',
    ring: RING,
    keys: 3,
    writable: true,
    hints: { b: 2 },
    leftovers: 0,
  },
  {
    kind: 'ops',
    results: [
      { r: 'row', row: ROW },
      { r: 'row', row: null },
    ],
  },
  {
    kind: 'ops',
    results: [{ r: 'held', o: 1, t: 2, n: 'w' }, true, { r: 'refused', why: 'full' }],
  },
  {
    kind: 'ops',
    results: [
      { r: 'promised', ballot: VERSION, row: ROW },
      { r: 'promised', ballot: VERSION, row: null },
      { r: 'noted' },
      { r: 'version', ...VERSION },
    ],
  },
  { kind: 'scan', version: 3, rows: [ROW, { ...ROW, v: null, e: 5 }], more: false },
  { kind: 'digest', sums: ['ab', ''], rows: 2, repairedMs: 0.5 },
  { kind: 'headers', headers: [{ k: 'k', ...VERSION, h: null }], next: 'k\0' },
  { kind: 'headers', headers: [{ k: 'k', ...VERSION, h: 77 }], next: null },
  { kind: 'repaired', purged: 3 },
  { kind: 'rows', rows: [ROW], next: 'k\0' },
  {
    kind: 'take',
    left: [
      { k: 'k', why: 'outbid' },
      { k: 'l', why: 'busy' },
    ],
  },
  { kind: 'hints', hints: [{ p: 1, k: 'k' }], dirty: [2] },
  { kind: 'hints.done', left: 0 },
  { kind: 'ring.promise', ...BALLOTS },
  { kind: 'ring.accept', promised: null, accepted: null, ring: null },
  { kind: 'ring.store', stored: false, ring: null },
  { kind: 'error', reason: 'no' },
]

test('every reply of the store is admitted as it is', () => {
  for (const reply of REPLIES) assert.equal(parseShardReply(reply), reply)
})

test('a shard may say how its cache does, in numbers', () => {
  const [hello] = REPLIES
  const isTaken = (cache: unknown) => parseShardReply({ ...hello, cache }) !== undefined
  assert.equal(isTaken({ hits: 3, misses: 1, items: 2 }), true)
  for (const odd of [{ hits: 3, misses: 1 }, { hits: -1, misses: 1, items: 2 }, null, 'many']) {
    assert.equal(isTaken(odd), false, JSON.stringify(odd))
  }
})

test('a reply that lacks a field, or has it of another type, is none', () => {
  for (const reply of REPLIES) {
    for (const field of Object.keys(reply)) {
      const { [field]: _, ...rest } = reply
      assert.equal(parseShardReply(rest), undefined, `${reply.kind} without ${field}`)
      assert.equal(parseShardReply({ ...rest, [field]: { odd: true } }), undefined, field)
    }
  }
})

test('what is wrong deep inside is found as well', () => {
  const results = [
    { r: 'held', o: '1', t: 2, n: 'w' },
    { r: 'refused', why: 'mood' },
    { r: 'row' },
    { r: 'version', o: 1, t: 2 },
    { r: 'promised', ballot: null, row: null },
    { r: 'promised', ballot: VERSION },
    7,
    false,
  ]
  for (const result of results) {
    assert.equal(parseShardReply({ kind: 'ops', results: [result] }), undefined)
  }
  const table = [{ epoch: 1, replicas: [1] }]
  const ring = { ...RING, table }
  assert.equal(parseShardReply({ kind: 'ring.store', stored: true, ring }), undefined)
  const odd = [
    {
      kind: 'hello',
      shardId: 'a',
      ring: null,
      keys: 0,
      writable: true,
      hints: { b: -1 },
      leftovers: 0,
    },
    { kind: 'headers', headers: [{ k: 'k', ...VERSION }], next: null },
    {
      ...{ kind: 'hello', shardId: 'a', ring: null, keys: 0, writable: true },
      ...{ hints: {}, leftovers: 0, outgoing: -1 },
    },
    {
      ...{ kind: 'hello', shardId: 'a', ring: null, keys: 0, writable: true },
      ...{ hints: {}, leftovers: 0, zone: 7 },
    },
    {
      ...{ kind: 'hello', shardId: 'a', ring: null, keys: 0, writable: true },
      ...{ hints: {}, leftovers: 0, operations: 0.5 },
    },
    { kind: 'rows', rows: [VERSION], next: null },
    { kind: 'take', left: [{ k: 'k', why: 'mood' }] },
    { kind: 'hints', hints: [{ p: 1 }], dirty: [] },
    { kind: 'ring.promise', ...BALLOTS, accepted: { ballot: VERSION } },
    { kind: 'constructor' },
  ]
  for (const body of odd) assert.equal(parseShardReply(body), undefined, JSON.stringify(body))
  for (const body of [null, 'text', 7, [], {}, undefined]) {
    assert.equal(parseShardReply(body), undefined)
  }
})
