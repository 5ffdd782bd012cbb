/**
 * The checker of replicas on disks made by hand: what must be found wrong, and what may differ.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../src/ports/key-value-engine.ts'
import { timeOf } from '../../src/store/hybrid-clock.ts'
import { START_WALL_MS } from '../clock.ts'
import { OPEN, type WriteEntry } from '../history.ts'
import { checkDeleted, checkReplicas, type PartitionOnDisks } from './replicas.ts'

const GRACE_MS = 20_000
const NOW_MS = START_WALL_MS + 100_000
const MOMENT = { nowMs: NOW_MS, graceMs: GRACE_MS }

function row(text: string | null, writtenMs: number, more: Partial<Row> = {}): Row {
  const time = timeOf(writtenMs)
  return {
    key: 'k',
    text,
    version: { order: writtenMs, time, writer: 'w' },
    expiresMs: null,
    ...more,
  }
}

/** One list of rows for each replica. */
function disks(...held: readonly (readonly Row[])[]): readonly PartitionOnDisks[] {
  const replicas = held.map((rows, index) => ({ shard: `kv${index + 1}`, rows }))
  return [{ partition: 0, replicas, foreign: [] }]
}

const promises = (...held: readonly (readonly Row[])[]) =>
  checkReplicas(disks(...held), MOMENT).map(({ promise }) => promise)

test('replicas that hold the same are right', () => {
  const same = [row('1', NOW_MS - 5)]
  assert.deepEqual(promises(same, same, same), [])
  assert.deepEqual(promises([], [], []), [])
})

test('a row that one lacks, has older, or has with another text is found', () => {
  const whole = [row('1', NOW_MS - 5)]
  assert.deepEqual(promises(whole, whole, []), ['S21'])
  assert.deepEqual(promises(whole, whole, [row('0', NOW_MS - 9)]), ['S21'])
  assert.deepEqual(promises(whole, whole, [row('2', NOW_MS - 5)]), ['S21'])
  assert.deepEqual(promises(whole, whole, [row('1', NOW_MS - 5, { expiresMs: NOW_MS + 1 })]), [
    'S21',
  ])
})

test('a deletion may be gone once it is old enough, and what it deleted may not be there', () => {
  const [young, old] = [row(null, NOW_MS - 1_000), row(null, NOW_MS - GRACE_MS - 1)]
  assert.deepEqual(promises([old], [], [old]), [])
  assert.deepEqual(promises([young], [], [young]), ['S21'])
  assert.deepEqual(promises([old], [row('1', NOW_MS - GRACE_MS - 9)], []), ['S21'])
})

test('an expired row is like a deletion of that moment', () => {
  const expired = (agoMs: number) => row('1', NOW_MS - 90_000, { expiresMs: NOW_MS - agoMs })
  assert.deepEqual(promises([expired(GRACE_MS + 1)], [], []), [])
  assert.deepEqual(promises([expired(10)], [], []), ['S21'])
})

test('who holds rows of a partition that is not his is found', () => {
  const partitions = disks([], []).map((one) => ({ ...one, foreign: ['kv9'] }))
  assert.match(checkReplicas(partitions, MOMENT)[0]?.sentence ?? '', /kv9/)
})

test('a row that was deleted after it was acknowledged is not to be found again', () => {
  const write = (text: string | null, start: number, end: number): WriteEntry => {
    const fixed = { key: 'k', lane: 'plain', via: 'co1', order: null, outcome: 'done' } as const
    return { id: start, ...fixed, text, start, end, expiresMinMs: null, expiresMaxMs: null }
  }
  const found = (...writes: readonly WriteEntry[]) =>
    checkDeleted(disks([row('1', NOW_MS)]), writes).map(({ promise }) => promise)
  assert.deepEqual(found(write('1', 1, 2), write(null, 3, 4)), ['S23'])
  assert.deepEqual(found(write('1', 1, 4), write(null, 2, 3)), [], 'at the same time')
  assert.deepEqual(found(write(null, 1, 2), write('1', 3, 4)), [], 'written again')
  const inDoubt = { ...write('1', 1, OPEN), outcome: 'unknown' } as const
  assert.deepEqual(found(inDoubt, write(null, 3, 4)), [], 'it may have come late')
})
