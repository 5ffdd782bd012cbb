/**
 * The part of the store's suite that is about scans.
 */
import assert from 'node:assert/strict'
import {
  KEY_BYTES_MAX,
  SCAN_LIMIT_MAX,
  type ScanQuery,
  type Store,
} from '../../src/store/client.ts'
import type { Story } from './store-story.ts'

export function storeScans(story: Story): void {
  const names = ['a', 'b1', 'b2', 'b3', 'c', '\uFFFD', '\u{1F525}']

  story('a scan pages through a range in the order of bytes, both ways', async ({ store }) => {
    await store.write(names.toReversed().map((key) => ({ key, text: `{ "key": "${key}" }` })))
    await store.write([{ key: 'b2', text: null }])
    const left = names.filter((name) => name !== 'b2')
    for (const reverse of [false, true]) {
      const expected = reverse ? left.toReversed() : left
      assert.deepEqual(await keysOf(store, { limit: 2, reverse }), expected)
      assert.deepEqual(await keysOf(store, { limit: SCAN_LIMIT_MAX, reverse }), expected)
    }
    assert.deepEqual(await keysOf(store, { limit: 1, prefix: 'b' }), ['b1', 'b3'])
    assert.deepEqual(await keysOf(store, { limit: 9, from: 'b2', to: '\u{1F525}' }), [
      'b3',
      'c',
      '\uFFFD',
    ])
    assert.deepEqual(await keysOf(store, { limit: 9, prefix: 'z' }), [])
    const page = await store.scan({ limit: 1 })
    const entries = [{ key: 'a', text: '{ "key": "a" }' }]
    assert.ok(page.kind === 'page' && page.next !== null)
    assert.deepEqual(page.entries, entries)
  })

  story('a scan that is not taken says which field is wrong', async ({ store }) => {
    const wrong: [ScanQuery, string][] = [
      [{ limit: 0 }, 'limit'],
      [{ limit: SCAN_LIMIT_MAX + 1 }, 'limit'],
      [{ limit: 1.5 }, 'limit'],
      [{ limit: 1, prefix: '_system:' }, 'prefix'],
      [{ limit: 1, from: 'k'.repeat(KEY_BYTES_MAX + 2) }, 'from'],
      [{ limit: 1, to: '\ud800' }, 'to'],
    ]
    for (const [query, field] of wrong) {
      const outcome = await store.scan(query)
      assert.equal(outcome.kind === 'invalid' && outcome.field, field)
    }
  })
}

/** Keys of all pages. */
export async function keysOf(store: Store, query: ScanQuery): Promise<readonly string[]> {
  const page = await store.scan(query)
  assert.ok(page.kind === 'page' && page.entries.length <= query.limit)
  const keys = page.entries.map(({ key }) => key)
  if (page.next === null) return keys
  const rest = query.reverse ? { to: page.next } : { from: page.next }
  return [...keys, ...(await keysOf(store, { ...query, ...rest }))]
}
