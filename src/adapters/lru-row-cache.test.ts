import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortHash } from '../store/ring/hash.ts'
import type { CachedRow } from '../store/shard/row-cache.ts'
import { CACHE_BYTES_MAX, lruRowCache } from './lru-row-cache.ts'

const row = (key: string, text = '1', partition = 0): CachedRow => ({
  ...{ partition, key, text, expiresMs: null },
  version: { order: 1, time: 1, writer: 'w' },
})

test('what was used last stays, up to the number of rows', () => {
  const cache = lruRowCache(2)
  for (const key of ['a', 'b']) cache.set(key, row(key))
  cache.get('a')
  cache.set('c', row('c'))
  assert.deepEqual([cache.items, cache.itemsMax], [2, 2])
  assert.deepEqual(
    [cache.get('a')?.key, cache.get('b'), cache.get('c')?.key],
    ['a', undefined, 'c'],
  )
})

test('large rows are kept up to so many bytes, and a huge one never', () => {
  const cache = lruRowCache(1_000)
  const large = 'x'.repeat(CACHE_BYTES_MAX / 8)
  for (let i = 0; i < 20; i += 1) cache.set(`k${i}`, row(`k${i}`, large))
  assert.ok(cache.items > 4 && cache.items < 8, `${cache.items}`)
  cache.set('k19', row('k19', 'x'.repeat(CACHE_BYTES_MAX / 4)))
  assert.equal(cache.get('k19'), undefined, 'nor does the older row stay in its place')
})

test('with room for nothing there is no cache', () => {
  const cache = lruRowCache(0)
  cache.set('a', row('a'))
  assert.deepEqual([cache.items, cache.itemsMax, cache.get('a')], [0, 0, undefined])
})

test('rows that are gone can be named by what they are', () => {
  const cache = lruRowCache(10)
  for (const key of ['a', 'b', 'c']) cache.set(key, row(key, '1', key === 'b' ? 1 : 0))
  cache.forget(({ partition }) => partition === 0)
  assert.deepEqual([cache.items, cache.get('b')?.key], [1, 'b'])
})

test('of two keys that share a hash each finds its own row, or none', () => {
  const [first, second] = keysOfOneHash()
  const cache = lruRowCache(10)
  cache.set(first, row(first))
  assert.equal(cache.get(second), undefined)
  cache.set(second, row(second))
  assert.deepEqual([cache.get(first), cache.get(second)?.key], [undefined, second])
})

/** Among some ten thousands of keys there are two. */
function keysOfOneHash(): readonly [string, string] {
  const keyAt = new Map<number, string>()
  for (let i = 0; ; i += 1) {
    const key = `key ${i}`
    const hash = shortHash(key)
    const other = keyAt.get(hash)
    if (other !== undefined) return [other, key]
    keyAt.set(hash, key)
  }
}
