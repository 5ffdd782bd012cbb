import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partitionCount } from './partition-count.ts'

test('there are at least three times as many partitions as virtual nodes, a power of two', () => {
  const counts = [1, 2, 50, 150, 170, 171, 1000].map(partitionCount)
  assert.deepEqual(counts, [4, 8, 256, 512, 512, 1024, 4096])
})
