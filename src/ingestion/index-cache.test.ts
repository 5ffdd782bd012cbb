import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeStore } from '../../test/support/fake-store.ts'
import { instantClock } from '../../test/support/instant-clock.ts'
import { scriptedLog } from '../../test/support/scripted-log.ts'
import { silentTrace } from '../../test/support/traces.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import { sha256 } from '../adapters/sha256.ts'
import { indexKey } from '../model/keys.ts'
import { createIndexCache, FLOORS_CACHED_MAX, TIMESTAMPS_CACHED_MAX } from './index-cache.ts'

const NEVER = new AbortController().signal

function scene() {
  const store = fakeStore()
  const reads: string[] = []
  store.onRead = (key) => void reads.push(key)
  const clock = instantClock()
  const world = { log: scriptedLog(), store, clock, random: seededRandom(1), trace: silentTrace }
  return { cache: createIndexCache({ ...world, hash: sha256 }), reads }
}

const indexOf = (timeMs: number) => [{ text: new Date(timeMs).toISOString(), timeMs }]

test('an index is read once, and again after it was forgotten', async () => {
  const { cache, reads } = scene()
  assert.deepEqual(await cache.load([1], NEVER), new Map([[1, []]]))
  cache.remember(new Map([[1, indexOf(5)]]))
  assert.deepEqual(
    await cache.load([1, 2], NEVER),
    new Map([
      [1, indexOf(5)],
      [2, []],
    ]),
  )
  cache.forget()
  assert.deepEqual(await cache.load([1], NEVER), new Map([[1, []]]))
  assert.deepEqual(reads, [indexKey(1), indexKey(2), indexKey(1)])
})

test('what was read is not remembered until it is written with its batch', async () => {
  const { cache, reads } = scene()
  await cache.load([1], NEVER)
  await cache.load([1], NEVER)
  assert.equal(reads.length, 2)
})

test('the floors that wrote longest ago make room', async () => {
  const { cache, reads } = scene()
  const floors = Array.from({ length: FLOORS_CACHED_MAX }, (_, n) => n + 1)
  cache.remember(new Map(floors.map((floor) => [floor, indexOf(floor)])))
  cache.remember(new Map([[1, indexOf(7)]]))
  cache.remember(new Map([[FLOORS_CACHED_MAX + 1, indexOf(9)]]))
  const known = await cache.load([1, 3, FLOORS_CACHED_MAX + 1], NEVER)
  assert.equal(known.get(1)?.[0]?.timeMs, 7)
  assert.deepEqual(reads, [])
  await cache.load([2], NEVER)
  assert.deepEqual(reads, [indexKey(2)])
})

test('long indexes make room sooner, however often their floors have written', async () => {
  const { cache, reads } = scene()
  const half = Array.from({ length: TIMESTAMPS_CACHED_MAX / 2 }, (_, n) => ({
    text: '',
    timeMs: n,
  }))
  cache.remember(new Map([[9, half]]))
  cache.forget()
  cache.remember(new Map([[1, half]]))
  for (let n = 0; n < 3; n += 1) cache.remember(new Map([[2, half]]))
  await cache.load([1, 2], NEVER)
  assert.deepEqual(reads, [])
  cache.remember(new Map([[3, indexOf(1)]]))
  await cache.load([2, 3], NEVER)
  assert.deepEqual(reads, [])
  await cache.load([1], NEVER)
  assert.deepEqual(reads, [indexKey(1)])
})
