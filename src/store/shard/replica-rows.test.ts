import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lruRowCache } from '../../adapters/lru-row-cache.ts'
import { MemoryDisk, openMemoryEngine } from '../../adapters/memory-engine.ts'
import { EngineError, type PartitionedRow, UNPLACED } from '../../ports/key-value-engine.ts'
import { ReplicaRows } from './replica-rows.ts'
import { NO_CACHE } from './row-cache.ts'

const NOW_MS = 1_000
const row = (key: string, order: number, change: Partial<PartitionedRow> = {}): PartitionedRow => ({
  ...{ partition: 0, key, text: `${order}`, expiresMs: null },
  version: { order, time: order, writer: 'w' },
  ...change,
})

function desk(itemsMax = 10) {
  const disk = new MemoryDisk()
  const cache = itemsMax === 0 ? NO_CACHE : lruRowCache(itemsMax)
  const engine = openMemoryEngine(disk)
  let reads = 0
  const counted = {
    ...engine,
    get(partition: number, key: string) {
      reads += 1
      return engine.get(partition, key)
    },
  }
  return { disk, cache, rows: new ReplicaRows(counted, cache), reads: () => reads }
}

test('what was written or read is read from memory', () => {
  const { disk, rows, reads } = desk()
  rows.apply([row('a', 1)])
  assert.equal(rows.get(0, 'a')?.text, '1')
  assert.equal(reads(), 0)
  openMemoryEngine(disk).apply([row('b', 1)])
  assert.deepEqual([rows.get(0, 'b')?.text, rows.get(0, 'b')?.text, reads()], ['1', '1', 1])
})

test('reads are counted by whether the cache could answer', () => {
  const { rows } = desk()
  rows.apply([row('a', 1)])
  for (const key of ['a', 'a', 'none']) rows.get(0, key)
  assert.deepEqual(rows.cacheTally, { hits: 2, misses: 1, items: 1 })
  const off = desk(0).rows
  off.apply([row('a', 1)])
  off.get(0, 'a')
  assert.deepEqual(off.cacheTally, { hits: 0, misses: 1, items: 0 })
})

test('the cache holds what the engine holds, whoever won', () => {
  const { rows } = desk()
  rows.apply([row('a', 2), row('a', 3), row('a', 1)])
  assert.equal(rows.get(0, 'a')?.text, '3')
  rows.apply([row('a', 2)])
  assert.equal(rows.get(0, 'a')?.text, '3')
  rows.apply([row('a', 4, { text: null })])
  assert.equal(rows.get(0, 'a')?.text, null)
})

test('nothing is in the cache that was not committed', () => {
  const { disk, rows, cache } = desk()
  rows.apply([row('a', 1)])
  disk.bytesMax = disk.bytes
  const group = [row('a', 2, { text: '2' }), row('b', 1)]
  assert.throws(() => rows.apply(group), EngineError)
  assert.equal(rows.get(0, 'a')?.text, '1')
  assert.equal(rows.get(0, 'b'), undefined)
  assert.equal(cache.items, 1)
})

test('what was promised is no row, and a refused ballot is not in the cache', () => {
  const { rows } = desk()
  const key = 'cas:a'
  rows.apply([row(key, 1, { intake: 'accept' }), row(key, 5, { intake: 'promise', text: null })])
  assert.equal(rows.get(0, key)?.text, '1')
  rows.apply([row(key, 3, { intake: 'accept' })])
  assert.equal(rows.get(0, key)?.text, '1')
  rows.apply([row(key, 5, { intake: 'accept' })])
  assert.equal(rows.get(0, key)?.text, '5')
})

test('what is removed for good leaves the cache, and what lives stays in it', () => {
  const { rows, cache } = desk()
  const dead = { text: null, version: { order: 1, time: 1, writer: 'w' } }
  rows.apply([row('a', 1, dead), row('b', 1), row('c', 1, { ...dead, partition: 1 })])
  assert.equal(rows.purge(0, NOW_MS, 10), 0, 'not that old')
  assert.equal(cache.items, 3)
  const later = Date.UTC(2026, 0, 1)
  assert.equal(rows.purge(0, later, 10), 1)
  assert.deepEqual([rows.get(0, 'a'), cache.items], [undefined, 2])
  assert.equal(rows.clear(1, 10), 1)
  assert.deepEqual([rows.get(1, 'c'), cache.items, rows.get(0, 'b')?.text], [undefined, 1, '1'])
})

test('with the cache off everything is read from the engine', () => {
  const { rows, cache, reads } = desk(0)
  rows.apply([row('a', 1)])
  assert.deepEqual([rows.get(0, 'a')?.text, reads(), cache.items], ['1', 1, 0])
})

test('unplaced rows are no rows of a partition, and only counted where all are', () => {
  const { rows } = desk()
  const unplaced = Array.from({ length: 200 }, (_, i) => row(`u${i}`, 1, { partition: UNPLACED }))
  rows.apply([...unplaced, row('u0', 2, { text: 'placed' })])
  rows.apply([row('u1', 2, { partition: UNPLACED, text: null })])
  rows.apply([row('u2', 2, { partition: UNPLACED, expiresMs: NOW_MS })])
  assert.deepEqual([rows.get(UNPLACED, 'u0')?.text, rows.get(0, 'u0')?.text], ['1', 'placed'])
  assert.equal(rows.get(0, 'u199'), undefined)
  assert.equal(rows.countAll(NOW_MS), 198 + 1)
  assert.equal(rows.engine.count(NOW_MS), 1)
})
