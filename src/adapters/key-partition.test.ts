import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2, partitionOfKey } from './key-partition.ts'

/** From the tests of Kafka's own clients. */
const KNOWN: readonly (readonly [key: string, hash: number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

test('keys hash as in Kafka', () => {
  for (const [key, hash] of KNOWN) assert.equal(murmur2(Buffer.from(key)), hash, key)
})

test('the partition is the positive hash, modulo their number', () => {
  assert.equal(partitionOfKey('abc', 3), 479470107 % 3)
  assert.equal(partitionOfKey('21', 3), (-973932308 & 0x7fffffff) % 3)
  assert.equal(partitionOfKey('anything', 1), 0)
})

test('keys spread over the partitions', () => {
  const counts = new Map<number, number>()
  for (let floor = 1; floor <= 300; floor += 1) {
    const partition = partitionOfKey(String(floor), 3)
    counts.set(partition, (counts.get(partition) ?? 0) + 1)
  }
  for (const count of counts.values()) assert.ok(count > 60, `${count} of 300`)
  assert.equal(counts.size, 3)
})
