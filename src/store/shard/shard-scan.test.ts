import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openMemoryEngine } from '../../adapters/memory-engine.ts'
import { compareKeys } from '../../model/key-bytes.ts'
import type { KeyValueEngine, PartitionedRow } from '../../ports/key-value-engine.ts'
import { SCAN_BYTES_MAX, type ScanOrder, scanPartitions } from './shard-scan.ts'

const row = (partition: number, key: string, text: string | null = '1'): PartitionedRow => ({
  ...{ partition, key, text, expiresMs: null },
  version: { order: 1, time: 1, writer: 'w' },
})

function engineWith(rows: readonly PartitionedRow[]): KeyValueEngine {
  const engine = openMemoryEngine()
  engine.apply(rows)
  return engine
}

const order = (change: Partial<ScanOrder> = {}): ScanOrder => ({
  ...{ from: '', to: null, limit: 1_000, reverse: false },
  ...change,
})

const characters = fc.constantFrom('a', 'b', 'é', '\uffee', '😀')
const keys = fc.uniqueArray(fc.string({ unit: characters, minLength: 1, maxLength: 4 }), {
  maxLength: 60,
})
const bounds = fc.option(fc.string({ unit: characters, maxLength: 2 }))

test('the rows of all partitions come in one order, cut at the limit, both ways', () => {
  const property = fc.property(
    keys,
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 40 }),
    fc.record({ from: bounds, to: bounds, reverse: fc.boolean() }),
    (all, partitionCount, limit, { from, to, reverse }) => {
      const rows = all.map((key, i) => row((i * 7) % partitionCount, key, i % 4 ? '1' : null))
      const partitions = Array.from({ length: partitionCount }, (_, p) => p)
      const asked = order({ from: from ?? '', to, limit, reverse })
      const found = scanPartitions(engineWith(rows), partitions, asked)
      const inRange = all
        .filter(
          (key) => compareKeys(key, asked.from) >= 0 && (to === null || compareKeys(key, to) < 0),
        )
        .sort((a, b) => compareKeys(a, b) * (reverse ? -1 : 1))
      assert.deepEqual(
        found.rows.map(({ key }) => key),
        inRange.slice(0, limit),
      )
      assert.equal(found.more, inRange.length > limit)
    },
  )
  fc.assert(property, { numRuns: 200 })
})

test('only the partitions asked for are looked at, and system keys stay out of sight', () => {
  const rows = [row(0, 'a'), row(1, 'b'), row(2, 'c'), row(0, '_system:x'), row(1, '_system:y')]
  const engine = engineWith(rows)
  const { rows: found, more } = scanPartitions(engine, [0, 2], order({ limit: 2 }))
  assert.deepEqual([found.map(({ key }) => key), more], [['a', 'c'], false])
  const before = scanPartitions(engine, [0, 1], order({ limit: 1, to: 'a' }))
  assert.deepEqual(before, { rows: [], more: false })
})

test('an answer is cut short at so many bytes, with one row at least', () => {
  const half = 'x'.repeat(SCAN_BYTES_MAX / 2)
  const huge = 'x'.repeat(SCAN_BYTES_MAX + 1)
  const texts = [half, half, half, huge, huge, '1']
  const engine = engineWith(texts.map((text, i) => row(i % 3, `k${i}`, text)))
  const pages: string[][] = []
  for (let from: string | null = ''; from !== null; ) {
    const page = scanPartitions(engine, [0, 1, 2], order({ from }))
    pages.push(page.rows.map(({ key }) => key))
    from = page.more ? `${page.rows.at(-1)?.key}\0` : null
  }
  assert.deepEqual(pages, [['k0', 'k1'], ['k2', 'k3'], ['k4'], ['k5']])
})

test('no more rows are read than are answered', () => {
  const rows = Array.from({ length: 2_000 }, (_, i) => row(i % 100, `k${i}`))
  const engine = engineWith(rows)
  let reads = 0
  const counted: KeyValueEngine = {
    ...engine,
    get(partition, key) {
      reads += 1
      return engine.get(partition, key)
    },
    scan: () => assert.fail('values are not read ahead'),
  }
  const partitions = Array.from({ length: 100 }, (_, p) => p)
  assert.equal(scanPartitions(counted, partitions, order({ limit: 10 })).rows.length, 10)
  assert.equal(reads, 10)
})
