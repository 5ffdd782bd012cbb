import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roundsOf } from './writer.ts'

const plain = (key: string) => ({ key, text: '1' })
const ordered = (key: string, order: number) => ({ key, text: '1', order })

test('writes of different keys travel together', () => {
  assert.deepEqual(roundsOf([plain('a'), plain('b'), plain('c')]), [[0, 1, 2]])
  assert.deepEqual(roundsOf([plain('a')]), [[0]])
  assert.deepEqual(roundsOf([]), [[]])
})

test('a plain write waits for the writes of its key before it', () => {
  const writes = [plain('a'), plain('b'), plain('a'), ordered('b', 5), plain('b'), plain('a')]
  assert.deepEqual(roundsOf(writes), [[0, 1, 3], [2, 4], [5]])
})

test('writes with an order of their own need no waiting', () => {
  assert.deepEqual(roundsOf([ordered('a', 3), ordered('a', 1), ordered('a', 2)]), [[0, 1, 2]])
})
