import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '../ports/log.ts'
import { BATCH_KEYS_MAX } from '../store/client.ts'
import { BATCH_RECORDS_MAX, checkBatch, planWrites } from './batch-plan.ts'
import { EMPTY_INDEX, joinIndex } from './floor-index.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 9)
const at = (second: number, fraction = '') =>
  `2026-01-05T08:00:${String(second).padStart(2, '0')}${fraction}Z`
const reading = (piano: number, timestamp: string, kw = 5) =>
  JSON.stringify({ piano, timestamp, sensore2_kw: kw })
const recordsOf = (values: readonly string[]): LogRecord[] =>
  values.map((value, offset) => ({ key: null, value, partition: 0, offset, appendedMs: 0 }))
const planOf = (values: readonly string[], known = new Map()) =>
  planWrites(checkBatch(recordsOf(values), NOW_MS).accepted, known, 3)
const written = (values: readonly string[], known = new Map()) =>
  new Map(planOf(values, known).writes.map((write) => [write.key, write]))

test('a batch becomes its readings as sent, and latest and index of each floor', () => {
  const values = [reading(1, at(1)), reading(2, at(2)), ` ${reading(1, at(3))} `]
  assert.deepEqual(
    planOf(values).writes.map((write) => write.key),
    [
      `energy:p1:${at(1)}`,
      `energy:p2:${at(2)}`,
      `energy:p1:${at(3)}`,
      'energy:p1:latest',
      'energy:p1:index',
      'energy:p2:latest',
      'energy:p2:index',
    ],
  )
  const writes = written(values)
  assert.equal(writes.get(`energy:p1:${at(3)}`)?.text, values[2])
  assert.equal(writes.get('energy:p1:latest')?.text, values[2])
  assert.equal(writes.get('energy:p1:latest')?.order, Date.UTC(2026, 0, 5, 8, 0, 3))
})

test('latest is the newest by event time, not by arrival, down to the microsecond', () => {
  const values = [reading(1, at(5, '.000002')), reading(1, at(5, '.000001')), reading(1, at(4))]
  const latest = written(values).get('energy:p1:latest')
  assert.equal(latest?.text, values[0])
  assert.ok((latest?.order ?? 0) > Date.UTC(2026, 0, 5, 8, 0, 5))
})

test('of two readings with one key the later in the log counts, written once', () => {
  const values = [reading(1, at(1), 5), reading(1, at(1), 6)]
  assert.equal(planOf(values).writes.length, 3)
  assert.equal(written(values).get(`energy:p1:${at(1)}`)?.text, values[1])
  assert.equal(written(values).get('energy:p1:latest')?.text, values[1])
})

test('of readings with one moment the last in the log is latest, however they are spelled', () => {
  const other = at(1).replace('Z', '+00:00')
  const values = [reading(1, at(1), 5), reading(1, other, 6), reading(1, at(1), 7)]
  assert.equal(written(values).get('energy:p1:latest')?.text, values[2])
  assert.equal(written(values).get(`energy:p1:${other}`)?.text, values[1])
})

test('the index joins what is known, keeps its size, and is ordered by its newest time', () => {
  const known = [6, 7, 8].map((s) => ({ text: at(s), timeMs: Date.UTC(2026, 0, 5, 8, 0, s) }))
  const indexes = new Map([[1, joinIndex(EMPTY_INDEX, known, 3)]])
  const index = written([reading(1, at(7, '.5'))], indexes).get('energy:p1:index')
  assert.equal(index?.text, JSON.stringify({ timestamps: [at(7), at(7, '.5'), at(8)] }))
  assert.equal(index?.order, Date.UTC(2026, 0, 5, 8, 0, 8))
})

test('bad records are told apart from readings, each with its field and place', () => {
  const { accepted, rejected } = checkBatch(recordsOf(['{', reading(1, at(1)), '{}']), NOW_MS)
  assert.deepEqual(
    accepted.map((one) => one.record.offset),
    [1],
  )
  assert.deepEqual(
    rejected.map((one) => [one.record.offset, one.field]),
    [
      [0, '(whole record)'],
      [2, 'piano'],
    ],
  )
})

test('the largest batch fits into one store request, though each reading has its own floor', () => {
  const values = Array.from({ length: BATCH_RECORDS_MAX }, (_, n) => reading(n + 1, at(1)))
  const { writes } = planOf(values)
  assert.equal(writes.length, 3 * BATCH_RECORDS_MAX)
  assert.ok(writes.length <= BATCH_KEYS_MAX)
})
