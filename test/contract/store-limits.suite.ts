/**
 * The part of the store's suite that is about limits: what is too large or not allowed is said for
 * each key, and what goes just so is done.
 */
import assert from 'node:assert/strict'
import {
  BATCH_BODY_BYTES_MAX,
  BATCH_KEYS_MAX,
  KEY_BYTES_MAX,
  VALUE_BYTES_MAX,
} from '../../src/store/client.ts'
import { type Story, textsOf } from './store-story.ts'

export function storeLimits(story: Story): void {
  story('what is not taken is said for each, and the rest is done', async ({ store }) => {
    const outcomes = await store.write([
      { key: 'good', text: '{}' },
      { key: '', text: '{}' },
      { key: 'k'.repeat(KEY_BYTES_MAX + 1), text: '{}' },
      { key: '_system:thresholds', text: '{}' },
      { key: 'a', text: '{}', order: -1 },
      { key: 'a', text: '{}', ttlSeconds: 0 },
      { key: 'a', text: documentOf(VALUE_BYTES_MAX + 1) },
      { key: 'large', text: documentOf(VALUE_BYTES_MAX) },
    ])
    const fields = outcomes.map((one) => (one.kind === 'invalid' ? one.field : one.kind))
    const wrong = ['key', 'key', 'key', 'order', 'ttl', 'value']
    assert.deepEqual(fields, ['done', ...wrong, 'done'])
    const read = await store.read([
      'good',
      '',
      'k'.repeat(KEY_BYTES_MAX + 1),
      '_system:x',
      '\ud800',
    ])
    const kinds = read.map(({ kind }) => kind)
    assert.deepEqual(kinds, ['found', 'invalid', 'invalid', 'invalid', 'invalid'])
    assert.deepEqual(await textsOf(store, ['large']), [documentOf(VALUE_BYTES_MAX)])
  })

  story(`${BATCH_KEYS_MAX} keys go at once, one more does not`, async ({ store }) => {
    const keys = Array.from({ length: BATCH_KEYS_MAX + 1 }, (_, n) => `k${n}`)
    const writes = keys.map((key) => ({ key, text: '{}' }))
    const tooMany = await store.write(writes)
    assert.equal(tooMany.length, BATCH_KEYS_MAX + 1)
    assert.ok(tooMany.every((one) => one.kind === 'invalid' && one.field === 'batch'))
    assert.ok((await store.read(keys)).every(({ kind }) => kind === 'invalid'))
    const some = keys.slice(1)
    assert.ok((await store.write(writes.slice(1))).every(({ kind }) => kind === 'done'))
    assert.ok((await store.read(some)).every(({ kind }) => kind === 'found'))
  })

  story(
    'values larger together than one body of the wire are written and read',
    async ({ store }) => {
      const count = Math.ceil((1.2 * BATCH_BODY_BYTES_MAX) / VALUE_BYTES_MAX)
      const keys = Array.from({ length: count }, (_, n) => `large ${n}`)
      const outcomes = await store.write(
        keys.map((key) => ({ key, text: documentOf(VALUE_BYTES_MAX) })),
      )
      assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['done']))
      const read = await store.read(keys)
      assert.ok(read.every((one) => one.kind === 'found' && one.text.length === VALUE_BYTES_MAX))
    },
  )
}

/** An object whose text has so many bytes. */
function documentOf(bytes: number): string {
  const frame = '{"x":""}'
  return `{"x":"${'v'.repeat(bytes - frame.length)}"}`
}
