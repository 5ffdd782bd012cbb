import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentAt, keyAt, scattered } from './store-keys.ts'

const COUNT = 20_000

test('every key is another one', () => {
  assert.equal(new Set(Array.from({ length: COUNT }, (_, n) => keyAt(n))).size, COUNT)
})

test('every document is JSON of the size of a reading, and none is like another', () => {
  const texts = Array.from({ length: COUNT }, (_, n) => documentAt(n))
  assert.equal(new Set(texts).size, COUNT)
  assert.equal(JSON.parse(documentAt(777)).n, 777)
  const bytes = texts.map((text) => Buffer.byteLength(text))
  assert.ok(Math.min(...bytes) > 200 && Math.max(...bytes) < 350, String(Math.max(...bytes)))
})

test('keys are drawn evenly', () => {
  const drawn = new Array<number>(10).fill(0)
  for (let n = 0; n < COUNT; n += 1) {
    const index = scattered(n, drawn.length)
    drawn[index] = (drawn[index] ?? 0) + 1
  }
  const even = COUNT / drawn.length
  assert.ok(
    drawn.every((count) => count > even * 0.9 && count < even * 1.1),
    drawn.join(),
  )
})
