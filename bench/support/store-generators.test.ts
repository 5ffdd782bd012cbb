import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatorCount } from './store-generators.ts'

test('generators leave the cores to the servers, and are as many as clients divide into', () => {
  const counts = [1, 2, 4, 8, 12, 16, 96].map(generatorCount)
  assert.deepEqual(counts, [1, 1, 1, 2, 2, 4, 4])
})
