import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeChunk, type PackedBatch, type PackedRecord } from './decode.ts'

const packed = (offsetDelta: number, changes: Partial<PackedRecord> = {}): PackedRecord => ({
  offsetDelta,
  timestampDelta: 7n,
  key: Buffer.from('k'),
  value: Buffer.from(`v${offsetDelta}`),
  ...changes,
})

const batchOf = (firstOffset: bigint, changes: Partial<PackedBatch> = {}): PackedBatch => ({
  attributes: 0,
  firstOffset,
  lastOffsetDelta: 2,
  firstTimestamp: 1_000n,
  maxTimestamp: 2_000n,
  records: [packed(0), packed(1), packed(2)],
  ...changes,
})

const offsets = ({ records }: { readonly records: readonly { readonly offset: number }[] }) =>
  records.map(({ offset }) => offset)

test('a batch is answered whole, and what stands before the place is left out', () => {
  const chunk = decodeChunk(4, 11, [batchOf(10n), batchOf(13n)])
  assert.deepEqual(offsets(chunk), [11, 12, 13, 14, 15])
  assert.equal(chunk.next, 16)
  assert.ok(chunk.records.every(({ partition }) => partition === 4))
})

test('holes that compaction left are stepped over', () => {
  const hollow = batchOf(20n, { lastOffsetDelta: 9, records: [packed(3)] })
  assert.deepEqual(offsets(decodeChunk(0, 20, [hollow])), [23])
  const empty = batchOf(30n, { lastOffsetDelta: 9, records: [] })
  assert.deepEqual(decodeChunk(0, 30, [hollow, empty]), { records: [], next: 40 })
})

test('markers of transactions take offsets and are no records', () => {
  const marker = batchOf(5n, { attributes: 0b11_0000, lastOffsetDelta: 0, records: [packed(0)] })
  assert.deepEqual(decodeChunk(0, 5, [marker]), { records: [], next: 6 })
})

test('nothing new leaves the place where it was', () => {
  assert.deepEqual(decodeChunk(0, 8, []), { records: [], next: 8 })
})

test('a record knows when the log took it, or when it was sent to a log that does not say', () => {
  const appendedMs = (attributes: number) =>
    decodeChunk(0, 0, [batchOf(0n, { attributes })]).records[0]?.appendedMs
  assert.equal(appendedMs(0b1000), 2_000)
  assert.equal(appendedMs(0), 1_007)
})

test('a record without a key or a value is a record', () => {
  const bare = batchOf(0n, { records: [packed(0, { key: null, value: null })] })
  const [record] = decodeChunk(0, 0, [bare]).records
  assert.deepEqual([record?.key, record?.value], [null, ''])
})
