import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { drawKey, GENERATION_OPERATIONS, generationAt, keysOf, prefixOf } from './keys.ts'
import { padded, textOf, unpadded } from './texts.ts'

test('operations meet on the keys of their generation and go back to older ones', () => {
  const random = seededRandom(1)
  const at = GENERATION_OPERATIONS * 5
  const drawn = Array.from({ length: 10_000 }, () => drawKey(random, at).key)
  const present = new Set(keysOf(generationAt(at)).map(({ key }) => key))
  const isPresent = drawn.filter((key) => present.has(key)).length
  assert.ok(isPresent > 8_000 && isPresent < 9_500, `${isPresent}`)
  const used = new Set([0, 1, 2, 3, 4, 5].flatMap((n) => keysOf(n).map(({ key }) => key)))
  assert.deepEqual(new Set(drawn), used)
})

test('a prefix holds the keys of one lane and one generation', () => {
  const all = [0, 1, 11].flatMap((generation) => [...keysOf(generation)])
  const plain = all.filter(({ key }) => key.startsWith(prefixOf('plain', 1)))
  assert.deepEqual(
    plain,
    keysOf(1).filter(({ lane }) => lane === 'plain'),
  )
})

test('texts are unique, and come back from the wire as they were noted', () => {
  assert.notEqual(textOf(1), textOf(11))
  assert.equal(unpadded(padded(textOf(7))), textOf(7))
  assert.deepEqual(Object.keys(JSON.parse(padded(textOf(7)))), ['caffè', 'id', 'padding'])
  const damaged = padded(textOf(7)).replace('xxx', 'xx')
  assert.equal(unpadded(damaged), damaged)
})
