/**
 * The checker of reads on histories made by hand: what must be found wrong, and, as important, what
 * is right though it looks odd.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Lane, OPEN, type ReadEntry, type WriteEntry } from '../history.ts'
import { checkReads } from './reads.ts'

const KEY = 'k'
let ids = 0
const nextId = () => {
  ids += 1
  return ids
}

/** A write from one moment to another; without an end its outcome is unknown. */
function write(text: string | null, start: number, end?: number, more: Partial<WriteEntry> = {}) {
  const outcome: WriteEntry['outcome'] = end === undefined ? 'unknown' : 'done'
  return {
    ...{ id: nextId(), key: KEY, lane: 'plain' as Lane, via: 'co1', text, order: null },
    ...{ expiresMinMs: null, expiresMaxMs: null, start, end: end ?? OPEN, outcome },
    ...more,
  }
}

function read(text: string | null, start: number, end: number, more: Partial<ReadEntry> = {}) {
  return {
    ...{ id: nextId(), key: KEY, lane: 'plain' as Lane, via: 'co2', isScan: false, start, end },
    ...{ text, order: null, wallMinMs: 0, wallMaxMs: 0 },
    ...more,
  }
}

function promises(writes: readonly WriteEntry[], reads: readonly ReadEntry[]) {
  return checkReads(writes, reads).map(({ promise }) => promise)
}

test('a read sees the write that was acknowledged before it, or one at the same time', () => {
  const writes = [write('a', 1, 2), write('b', 3, 6)]
  assert.deepEqual(promises(writes, [read('a', 4, 5)]), [])
  assert.deepEqual(promises(writes, [read('b', 4, 5)]), [])
  assert.deepEqual(promises(writes, [read('b', 7, 8)]), [])
})

test('an older value than the acknowledged one is stale', () => {
  const writes = [write('a', 1, 2), write('b', 3, 4)]
  assert.deepEqual(promises(writes, [read('a', 5, 6)]), ['S5'])
})

test('of two writes at the same time either may have won', () => {
  const writes = [write('a', 1, 4), write('b', 2, 3)]
  assert.deepEqual(promises(writes, [read('a', 5, 6), read('a', 7, 8)]), [])
  assert.deepEqual(promises(writes, [read('b', 5, 6), read('b', 7, 8)]), [])
})

test('what a read has found another one does not lose again', () => {
  const writes = [write('a', 1, 4), write('b', 2, 3)]
  assert.deepEqual(promises(writes, [read('b', 5, 6), read('a', 7, 8)]), ['S19'])
  const atTheSameTime = [read('b', 5, 7), read('a', 6, 8)]
  assert.deepEqual(promises(writes, atTheSameTime), [])
  const scanned = [read('b', 5, 6, { isScan: true }), read('a', 7, 8)]
  assert.deepEqual(promises(writes, scanned), [], 'a scan does not repair')
})

test('a write in doubt may appear late, but not take back what was read after it', () => {
  const writes = [write('a', 1, 2), write('b', 3)]
  assert.deepEqual(promises(writes, [read('a', 4, 5), read('b', 6, 7)]), [])
  assert.deepEqual(promises(writes, [read('b', 4, 5), read('a', 6, 7)]), ['S19'])
})

test('what certainly failed is never seen, nor what nobody wrote, nor what comes later', () => {
  const failed = write('a', 1, undefined, { outcome: 'failed' })
  assert.deepEqual(promises([failed], [read('a', 3, 4)]), ['S4'])
  assert.deepEqual(promises([], [read('a', 3, 4)]), ['S8'])
  assert.deepEqual(promises([write('a', 5, 6)], [read('a', 3, 4)]), ['S8'])
})

test('nothing is found where nothing was acknowledged, or where it was deleted', () => {
  assert.deepEqual(promises([write('a', 1)], [read(null, 3, 4)]), [])
  assert.deepEqual(promises([write('a', 1, 2), write(null, 3, 4)], [read(null, 5, 6)]), [])
  assert.deepEqual(promises([write('a', 1, 2), write(null, 3)], [read(null, 5, 6)]), [])
})

test('an acknowledged value is not absent', () => {
  assert.deepEqual(promises([write('a', 1, 2)], [read(null, 3, 4)]), ['S3'])
  const deletedBefore = [write(null, 1, 2), write('a', 3, 4)]
  assert.deepEqual(promises(deletedBefore, [read(null, 5, 6)]), ['S3'])
  const failedDeletion = write(null, 3, undefined, { outcome: 'failed' })
  assert.deepEqual(promises([write('a', 1, 2), failedDeletion], [read(null, 5, 6)]), ['S3'])
  const seen = [read('a', 2, 3), read(null, 4, 5)]
  assert.deepEqual(promises([write('a', 1)], seen), ['S3'], 'nor one that was read')
})

test('what was deleted stays deleted', () => {
  const writes = [write('a', 1, 2), write(null, 3, 4)]
  assert.deepEqual(promises(writes, [read('a', 5, 6)]), ['S7'])
  const inDoubt = [write('a', 1, 2), write(null, 3)]
  assert.deepEqual(promises(inDoubt, [read(null, 5, 6), read('a', 7, 8)]), ['S19'])
})

test('of writes with an order the largest counts, whenever it came', () => {
  const ordered = (text: string, order: number, start: number, end?: number) =>
    write(text, start, end, { order, lane: 'ordered' })
  const writes = [ordered('new', 20, 1, 2), ordered('old', 10, 3, 4)]
  assert.deepEqual(promises(writes, [read('new', 5, 6, { lane: 'ordered' })]), [])
  assert.deepEqual(promises(writes, [read('old', 5, 6, { lane: 'ordered' })]), ['S6'])
})

test('a value is there until its moment by the clock of the coordinator, and then gone', () => {
  const lane: Lane = 'ttl'
  const writes = [write('a', 1, 2, { lane, expiresMinMs: 1_000, expiresMaxMs: 1_000 })]
  const at = (text: string | null, wallMinMs: number, wallMaxMs = wallMinMs) =>
    read(text, 3, 4, { lane, wallMinMs, wallMaxMs })
  assert.deepEqual(promises(writes, [at('a', 999)]), [])
  assert.deepEqual(promises(writes, [at('a', 1_000)]), ['S18'])
  assert.deepEqual(promises(writes, [at(null, 1_000)]), [])
  assert.deepEqual(promises(writes, [at(null, 999)]), ['S3'])
  assert.deepEqual(promises(writes, [at('a', 990, 1_010), at(null, 990, 1_010)]), [])
})

test('keys are judged apart', () => {
  const other = write('b', 3, 4, { key: 'other' })
  assert.deepEqual(promises([write('a', 1, 2), other], [read('a', 5, 6)]), [])
})
