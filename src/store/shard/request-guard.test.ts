import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEY_BYTES_MAX, SCAN_LIMIT_MAX, VALUE_BYTES_MAX } from '../client.ts'
import { foundRing } from '../ring/membership.ts'
import {
  admitRequest,
  BOUND_BYTES_MAX,
  MISSED_BY_MAX,
  NAME_LENGTH_MAX,
  REPAIR_LIMIT_MAX,
  REQUEST_OPERATIONS_MAX,
} from './request-guard.ts'

const RING = foundRing([{ id: 'a', address: 'x' }], { kind: 'factor', factor: 1 }, 4)
const ROW = { k: 'k', v: '1', o: 1.5, t: 2, n: 'w', e: null }
const GET = { op: 'get', p: 0, e: 1, k: 'k' }
const BARE = { ...GET, bare: true }
const APPLY = { op: 'apply', p: 0, e: 1, row: ROW }
const VERSION = { o: 1.5, t: 2, n: 'w' }
const PROMISE = { op: 'promise', p: 0, e: 1, k: 'cas:k', ballot: VERSION }
const HINT = { op: 'hint', p: 0, e: 1, k: 'k', missedBy: ['a', 'b'] }
const OPS = { kind: 'ops', cluster: 'c', budgetMs: 0.5, ops: [GET, BARE, APPLY, PROMISE, HINT] }
const BOUNDS = { from: '', to: null, limit: 1, reverse: false }
const SCAN = { kind: 'scan', cluster: 'c', ...BOUNDS }
const PLACE = { cluster: 'c', p: 3, e: 2, deadBeforeMs: 5.5 }
const { deadBeforeMs: _, ...OF_PARTITION } = PLACE
const TAKE = { kind: 'take', ...OF_PARTITION, budgetMs: 10, rows: [ROW] }
const ROWS = { kind: 'rows', ...OF_PARTITION, from: '', limit: 10, buckets: null }
const HEADERS = { kind: 'headers', ...PLACE, from: '', limit: 10, buckets: [0, 255] }
const DONE = { delivered: [{ p: 0, k: 'k', ...VERSION }], clean: [1] }
const HINTS_DONE = { kind: 'hints.done', cluster: 'c', target: 'a', ...DONE }
const ACCEPT = {
  ...{ kind: 'ring.accept', cluster: null, version: 1 },
  proposal: { ballot: VERSION, ring: RING },
}
const REQUESTS: readonly Readonly<Record<string, unknown>>[] = [
  { kind: 'hello' },
  OPS,
  SCAN,
  { ...SCAN, from: 'a', to: 'b\0', limit: SCAN_LIMIT_MAX, reverse: true },
  { kind: 'digest', ...PLACE },
  TAKE,
  ROWS,
  HEADERS,
  { ...HEADERS, from: 'k\0', buckets: null },
  { kind: 'repaired', ...PLACE, atMs: 7 },
  { kind: 'hints', cluster: 'c', target: 'a', limit: REPAIR_LIMIT_MAX },
  HINTS_DONE,
  { kind: 'ring.promise', cluster: 'c', version: 2, ballot: VERSION },
  ACCEPT,
  { kind: 'ring.store', ring: RING },
]

const reasonOf = (body: unknown) => {
  const admitted = admitRequest(body)
  return admitted.kind === 'bad' ? admitted.reason : undefined
}
const operation = (change: object, of: object = APPLY) =>
  reasonOf({ ...OPS, ops: [GET, { ...of, ...change }] })
const row = (change: object) => operation({ row: { ...ROW, ...change } })

test('every request of the store is admitted as it is', () => {
  for (const request of REQUESTS)
    assert.deepEqual(admitRequest(request), { kind: 'request', request })
})

test('a request that lacks a field, or has it of another type, is refused with a sentence', () => {
  for (const request of REQUESTS) {
    for (const field of Object.keys(request)) {
      const { [field]: _, ...rest } = request
      assert.ok(reasonOf(rest), `${request.kind} without ${field}`)
      assert.ok(reasonOf({ ...rest, [field]: { odd: 1 } }), field)
    }
  }
  for (const body of [null, undefined, 'hello', 7, [], {}]) assert.ok(reasonOf(body))
})

test('a wrong operation is named by its place, and its neighbours do not pass either', () => {
  for (const field of Object.keys(APPLY)) {
    assert.match(operation({ [field]: 'odd' }) ?? '', /^ops\[1\]: /, field)
  }
  for (const field of Object.keys(ROW)) {
    assert.match(row({ [field]: ['odd'] }) ?? '', /^ops\[1\]: /, field)
  }
  assert.match(operation({ k: 7 }, GET) ?? '', /^ops\[1\]: /)
  assert.match(reasonOf({ ...OPS, ops: [7] }) ?? '', /^ops\[0\]: /)
})

test('short answers are asked for or not, and nothing else is said of them', () => {
  assert.equal(reasonOf({ ...OPS, terse: true }), undefined)
  for (const terse of [false, null, 1]) assert.ok(reasonOf({ ...OPS, terse }), String(terse))
})

test('keys, values, writers and bounds have their limits here too', () => {
  assert.equal(row({ k: 'è'.repeat(KEY_BYTES_MAX / 2) }), undefined)
  assert.ok(row({ k: 'è'.repeat(KEY_BYTES_MAX / 2 + 1) }))
  assert.ok(operation({ k: 'k'.repeat(KEY_BYTES_MAX + 1) }, GET))
  for (const k of ['', '\ud800']) assert.ok(row({ k }), k)
  assert.equal(row({ v: 'v'.repeat(VALUE_BYTES_MAX) }), undefined)
  assert.ok(row({ v: 'v'.repeat(VALUE_BYTES_MAX + 1) }))
  assert.ok(row({ v: '\udfff' }))
  assert.equal(row({ v: null, e: 5, n: 'n'.repeat(NAME_LENGTH_MAX) }), undefined)
  assert.ok(row({ n: 'n'.repeat(NAME_LENGTH_MAX + 1) }))
  assert.ok(row({ n: '\ud800' }))
  assert.ok(row({ t: -1 }))
  assert.equal(reasonOf({ ...SCAN, from: 'x'.repeat(BOUND_BYTES_MAX) }), undefined)
  assert.ok(reasonOf({ ...SCAN, to: 'x'.repeat(BOUND_BYTES_MAX + 1) }))
  for (const limit of [0, 0.5, SCAN_LIMIT_MAX + 1]) assert.ok(reasonOf({ ...SCAN, limit }))
})

test('a request has so many operations and no more', () => {
  const ops = new Array(REQUEST_OPERATIONS_MAX).fill(GET)
  assert.equal(reasonOf({ ...OPS, ops }), undefined)
  assert.match(reasonOf({ ...OPS, ops: [...ops, GET] }) ?? '', /4097 operations; at most 4096/)
})

test('rows are brought so many at once, and each must be one that may be written', () => {
  const rows = new Array(REQUEST_OPERATIONS_MAX).fill(ROW)
  assert.equal(reasonOf({ ...TAKE, rows }), undefined)
  assert.match(reasonOf({ ...TAKE, rows: [...rows, ROW] }) ?? '', /at most 4096/)
  for (const odd of [7, { ...ROW, k: '' }, { ...ROW, t: -1 }, { ...ROW, v: '\udfff' }]) {
    assert.match(reasonOf({ ...TAKE, rows: [ROW, odd] }) ?? '', /^rows\[1\]: /)
  }
})

test('a ring whose partitions are no power of two would lose keys', () => {
  const table = [...RING.table, ...RING.table]
  assert.equal(reasonOf({ kind: 'ring.store', ring: { ...RING, table } }), undefined)
  for (const wrong of [[], table.slice(1)]) {
    assert.match(
      reasonOf({ kind: 'ring.store', ring: { ...RING, table: wrong } }) ?? '',
      /power of two/,
    )
  }
})

test('only conditional keys are promised, and they always have a text', () => {
  assert.ok(operation({ k: 'k' }, PROMISE))
  assert.ok(operation({ ballot: { ...VERSION, t: -1 } }, PROMISE))
  assert.equal(row({ k: 'cas:k' }), undefined)
  assert.match(row({ k: 'cas:k', v: null }) ?? '', /conditional key is a text/)
})

test('hints name so many shards, and repair goes in steps of so many rows', () => {
  const missedBy = new Array(MISSED_BY_MAX).fill('s')
  for (const operationKind of [HINT, APPLY]) {
    assert.equal(operation({ missedBy }, operationKind), undefined)
    assert.ok(operation({ missedBy: [...missedBy, 's'] }, operationKind))
    assert.ok(operation({ missedBy: ['x'.repeat(NAME_LENGTH_MAX + 1)] }, operationKind))
  }
  for (const paged of [HEADERS, ROWS]) {
    for (const limit of [0, REPAIR_LIMIT_MAX + 1]) assert.ok(reasonOf({ ...paged, limit }))
  }
  for (const buckets of [[256], [-1], ['0']]) assert.ok(reasonOf({ ...HEADERS, buckets }))
  const clean = new Array(REPAIR_LIMIT_MAX + 1).fill(0)
  assert.ok(reasonOf({ ...HINTS_DONE, clean }))
  for (const odd of [7, { p: 0, k: 'k' }, { ...VERSION, p: 0, k: '' }]) {
    assert.ok(reasonOf({ ...HINTS_DONE, delivered: [odd] }))
  }
})

test('a ring is accepted only as the version that is being decided', () => {
  assert.ok(reasonOf({ ...ACCEPT, version: 2 }))
  assert.ok(reasonOf({ ...ACCEPT, cluster: 'theirs' }))
  assert.equal(reasonOf({ ...ACCEPT, cluster: RING.cluster }), undefined)
})

test('a partition that moves is told by all its fields or by none', () => {
  const moving = { epoch: 3, replicas: [0], since: [1], goal: [0], isJoint: true }
  const stored = (entry: object) =>
    reasonOf({ kind: 'ring.store', ring: { ...RING, table: [{ ...moving, ...entry }] } })
  assert.equal(stored({}), undefined)
  for (const odd of [
    { since: [] },
    { since: ['1'] },
    { goal: [1] },
    { goal: undefined },
    { isJoint: false },
  ]) {
    assert.ok(stored(odd), JSON.stringify(odd))
  }
  const changing = (change: object) =>
    reasonOf({ kind: 'ring.store', ring: { ...RING, change: { partitions: 4, ...change } } })
  const former = { kind: 'reconfigure', replicationFactor: 2, replicationRatio: 0.5 }
  for (const change of [{ kind: 'add', id: 'a' }, { kind: 'replace', id: 'a', by: 'b' }, former]) {
    assert.equal(changing(change), undefined)
  }
  for (const odd of [{}, { kind: 'add' }, { kind: 'replace', id: 'a' }, { kind: 'reconfigure' }]) {
    assert.ok(changing(odd), JSON.stringify(odd))
  }
})
