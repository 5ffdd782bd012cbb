import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEY_BYTES_MAX, SCAN_LIMIT_MAX, VALUE_BYTES_MAX } from '../client.ts'
import { foundRing } from '../ring/membership.ts'
import {
  admitRequest,
  BOUND_BYTES_MAX,
  REQUEST_OPERATIONS_MAX,
  WRITER_LENGTH_MAX,
} from './request-guard.ts'

const RING = foundRing([{ id: 'a', address: 'x' }], { kind: 'factor', factor: 1 }, 4)
const ROW = { k: 'k', v: '1', o: 1.5, t: 2, n: 'w', e: null }
const GET = { op: 'get', p: 0, e: 1, k: 'k' }
const APPLY = { op: 'apply', p: 0, e: 1, row: ROW }
const OPS = { kind: 'ops', cluster: 'c', budgetMs: 0.5, ops: [GET, APPLY] }
const BOUNDS = { from: '', to: null, limit: 1, reverse: false }
const SCAN = { kind: 'scan', cluster: 'c', version: 1, ...BOUNDS }
const REQUESTS: readonly Readonly<Record<string, unknown>>[] = [
  { kind: 'hello' },
  OPS,
  SCAN,
  { ...SCAN, from: 'a', to: 'b\0', limit: SCAN_LIMIT_MAX, reverse: true },
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

test('keys, values, writers and bounds have their limits here too', () => {
  assert.equal(row({ k: 'è'.repeat(KEY_BYTES_MAX / 2) }), undefined)
  assert.ok(row({ k: 'è'.repeat(KEY_BYTES_MAX / 2 + 1) }))
  assert.ok(operation({ k: 'k'.repeat(KEY_BYTES_MAX + 1) }, GET))
  for (const k of ['', '\ud800']) assert.ok(row({ k }), k)
  assert.equal(row({ v: 'v'.repeat(VALUE_BYTES_MAX) }), undefined)
  assert.ok(row({ v: 'v'.repeat(VALUE_BYTES_MAX + 1) }))
  assert.ok(row({ v: '\udfff' }))
  assert.equal(row({ v: null, e: 5, n: 'n'.repeat(WRITER_LENGTH_MAX) }), undefined)
  assert.ok(row({ n: 'n'.repeat(WRITER_LENGTH_MAX + 1) }))
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
