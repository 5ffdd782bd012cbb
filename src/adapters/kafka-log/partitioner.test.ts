import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2, partitionOf } from './partitioner.ts'

/** As in the unit test of Java's client. */
const JAVA_HASHES: readonly (readonly [key: string, hash: number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

test('keys hash as in the client of Java', () => {
  for (const [key, hash] of JAVA_HASHES) assert.equal(murmur2(Buffer.from(key)), hash, key)
})

test('a negative hash loses its sign, as in the client of Java', () => {
  assert.equal(partitionOf(Buffer.from('foobar'), 12), (-790332482 & 0x7fffffff) % 12)
  assert.equal(partitionOf(Buffer.from('abc'), 12), 479470107 % 12)
})

test('every partition is used, and none beyond', () => {
  const keys = Array.from({ length: 200 }, (_, floor) => Buffer.from(String(floor)))
  const used = new Set(keys.map((key) => partitionOf(key, 7)))
  assert.deepEqual([...used].sort(), [0, 1, 2, 3, 4, 5, 6])
})
