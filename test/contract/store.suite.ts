/**
 * What every door to the store must do, whether it is the coordinator itself or a client of its
 * HTTP face: the same keys, the same texts, the same outcomes while shards fail.
 *
 * Documents are JSON objects here, since that is all the HTTP face takes; the coordinator itself
 * keeps any text.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareKeys } from '../../src/model/key-bytes.ts'
import {
  KEY_BYTES_MAX,
  type ReadOutcome,
  type StoreWrite,
  type WriteOutcome,
} from '../../src/store/client.ts'
import { eventually } from '../support/eventually.ts'
import type { Mood, TestShard } from '../support/fake-shards.ts'
import { storeLimits } from './store-limits.suite.ts'
import { keysOf, storeScans } from './store-scan.suite.ts'
import { type OpenStore, type StoreUnderTest, type Story, textsOf } from './store-story.ts'

export function storeSuite(name: string, open: OpenStore): void {
  const story = (title: string, tell: (opened: StoreUnderTest) => Promise<void>) =>
    test(`${name}: ${title}`, async (t) => tell(await open(t, 3)))

  documents(story)
  orders(story)
  storeLimits(story)
  conditions(story)
  storeScans(story)
  failures(story)
  test(`${name}: without any shard every outcome says so`, async (t) => {
    const { store } = await open(t, 0)
    const none = { kind: 'no-shards' }
    assert.deepEqual(await store.write([{ key: 'a', text: '{}' }]), [none])
    assert.deepEqual(await store.read(['a', 'b']), [none, none])
    assert.deepEqual(await store.scan({ limit: 5 }), none)
    assert.deepEqual(await store.status(), { reachable: false, shards: 0 })
  })
}

function documents(story: Story): void {
  story(
    'a document is read as the very text that was written, until deleted',
    async ({ store }) => {
      const text =
        '{ "b": 1.0, "a": 1e2, "\\u00e8": "\\ud800 è \u{1F525}\\n", "big": 9007199254740993 }'
      const [written] = await store.write([{ key: 'a', text }])
      assert.ok(written?.kind === 'done' && written.replicas >= 2 && written.targets.length === 3)
      assert.deepEqual(await textsOf(store, ['a', 'b']), [text, 'absent'])
      const [deleted, never] = await store.write(['a', 'b'].map((key) => ({ key, text: null })))
      assert.deepEqual([deleted?.kind, never?.kind], ['done', 'done'])
      assert.deepEqual(await textsOf(store, ['a']), ['absent'])
    },
  )

  story('keys of any characters are different keys and come back as sent', async ({ store }) => {
    const odd = [
      'a b',
      'a+b',
      'a%20b',
      'a/b',
      'a?b',
      'a#b',
      '..',
      '.',
      'è',
      '\u{1F525}',
      '"',
      '\\',
      '\n',
    ]
    const keys = [...odd, 'energy:p1:2026-01-05T08:30:00.123456+01:00', 'k'.repeat(KEY_BYTES_MAX)]
    await store.write(keys.map((key, n) => ({ key, text: `{"n":${n}}` })))
    assert.deepEqual(
      await textsOf(store, keys),
      keys.map((_, n) => `{"n":${n}}`),
    )
    const found = await keysOf(store, { limit: 100 })
    assert.deepEqual(found, [...keys].sort(compareKeys))
  })

  story('a value with a time to live is gone after it', async ({ store }) => {
    await store.write([
      { key: 'short', text: '{}', ttlSeconds: 1 },
      { key: 'long', text: '{}', ttlSeconds: 1_000 },
    ])
    assert.deepEqual(await textsOf(store, ['short', 'long']), ['{}', '{}'])
    await eventually('it is gone', async () => (await textsOf(store, ['short']))[0] === 'absent')
    assert.deepEqual(await textsOf(store, ['long']), ['{}'])
  })

  story('nothing asked is nothing answered', async ({ store }) => {
    assert.deepEqual(await store.write([]), [])
    assert.deepEqual(await store.read([]), [])
  })
}

function orders(story: Story): void {
  story(
    'the larger order wins, losing to it is done, and it is told when read',
    async ({ store }) => {
      const write = async (order: number, n: number) =>
        (await store.write([{ key: 'a', text: `{"n":${n}}`, order }]))[0]?.kind
      assert.equal(await write(1_000.125, 1), 'done')
      assert.equal(await write(999, 2), 'done')
      const found = { kind: 'found', text: '{"n":1}', order: 1_000.125 }
      assert.deepEqual(await store.read(['a']), [found])
      await store.write([{ key: 'a', text: '{"n":3}' }])
      const [plain] = await store.read(['a'])
      assert.ok(plain?.kind === 'found' && plain.text === '{"n":3}' && plain.order > 1e12)
    },
  )

  story('writes of one key in one request take effect in their order', async ({ store }) => {
    const texts = ['{"n":1}', null, '{"n":2}', '{"n":3}']
    const outcomes = await store.write(texts.map((text) => ({ key: 'a', text })))
    assert.ok(outcomes.every(({ kind }) => kind === 'done') && outcomes.length === 4)
    assert.deepEqual(await textsOf(store, ['a']), ['{"n":3}'])
    await store.write([
      { key: 'b', text: '{"n":9}', order: 9 },
      { key: 'b', text: '{"n":8}', order: 8 },
    ])
    assert.deepEqual(await textsOf(store, ['b']), ['{"n":9}'])
  })
}

function conditions(story: Story): void {
  const key = 'cas:a'
  const etagIn = (outcome: WriteOutcome | ReadOutcome | undefined) =>
    outcome && 'etag' in outcome ? outcome.etag : undefined

  story('a conditional document is changed by who has seen it', async ({ store }) => {
    const change = async (text: string | null, conditions: Omit<StoreWrite, 'key' | 'text'> = {}) =>
      (await store.write([{ key, text, ...conditions }]))[0]
    const text = '{ "b": 1.0, "big": 9007199254740993, "\\u00e8": "è" }'
    assert.deepEqual(await change(text, { ifMatch: '*' }), { kind: 'mismatch', etag: null })
    const first = etagIn(await change(text, { ifNoneMatch: '*' })) ?? ''
    assert.deepEqual(await store.read([key]), [{ kind: 'found', text, order: 0, etag: first }])
    assert.deepEqual(await change('{}', { ifNoneMatch: '*' }), { kind: 'mismatch', etag: first })
    const second = await change('{}', { ifMatch: first, requestId: 'r' })
    assert.equal(second?.kind, 'done')
    assert.deepEqual(await change('{}', { ifMatch: first, requestId: 'r' }), second, 'once')
    assert.equal((await change('{}', { ifMatch: first }))?.kind, 'mismatch')
    const deleted = await change(null, { ifMatch: etagIn(second) ?? '' })
    assert.deepEqual([deleted?.kind, etagIn(deleted)], ['done', null])
    assert.deepEqual(await store.read([key]), [{ kind: 'absent' }])
  })

  story('each change in one request stands on those before it', async ({ store }) => {
    const writes = [1, 2, 3].map((n) => ({ key, text: `{"n":${n}}`, ifNoneMatch: '*' as const }))
    const outcomes = await store.write([{ key: 'plain', text: '{}' }, ...writes])
    const kinds = outcomes.map(({ kind }) => kind)
    assert.deepEqual(kinds, ['done', 'done', 'mismatch', 'mismatch'])
    assert.deepEqual(await textsOf(store, [key, 'plain']), ['{"n":1}', '{}'])
    const page = await store.scan({ limit: 5 })
    const entries = [
      { key, text: '{"n":1}' },
      { key: 'plain', text: '{}' },
    ]
    assert.deepEqual(page, { kind: 'page', entries, next: null })
  })

  story('what belongs to the other lane is refused by its name', async ({ store }) => {
    const outcomes = await store.write([
      { key: 'plain', text: '{}', ifMatch: 'x' },
      { key: 'plain', text: '{}', ifNoneMatch: '*' },
      { key: 'plain', text: '{}', requestId: 'r' },
      { key, text: '{}', order: 5 },
      { key, text: '{}', ttlSeconds: 5 },
    ])
    const fields = outcomes.map((one) => one.kind === 'invalid' && one.field)
    assert.deepEqual(fields, ['if-match', 'if-none-match', 'idempotency-key', 'order', 'ttl'])
    assert.deepEqual(await textsOf(store, ['plain', key]), ['absent', 'absent'])
  })
}

function failures(story: Story): void {
  const moods = (shards: readonly TestShard[], mood: Mood) => {
    for (const shard of shards) shard.mood = mood
  }

  story('one shard of three that is away changes nothing', async ({ store, shards }) => {
    moods(shards.slice(0, 1), 'stopped')
    const keys = Array.from({ length: 20 }, (_, n) => `k${n}`)
    const outcomes = await store.write(keys.map((key) => ({ key, text: '{}' })))
    assert.ok(outcomes.every((one) => one.kind === 'done' && one.replicas === 2))
    assert.deepEqual(new Set(await textsOf(store, keys)), new Set(['{}']))
  })

  story('without a quorum nobody knows, and the numbers are told', async ({ store, shards }) => {
    await store.write([{ key: 'a', text: '{}' }])
    assert.deepEqual(await store.status(), { reachable: true, shards: 3 })
    moods(shards.slice(0, 2), 'stopped')
    const unknown = { needed: 2, had: 1 }
    assert.deepEqual(await store.write([{ key: 'a', text: '{}' }]), [
      { kind: 'unknown', ...unknown },
    ])
    const unavailable = { kind: 'unavailable', ...unknown }
    assert.deepEqual(await store.read(['a', 'never']), [unavailable, unavailable])
    assert.deepEqual(await store.scan({ limit: 5 }), unavailable)
    await eventually('the status says so', async () => !(await store.status()).reachable)
    moods(shards, 'well')
    await eventually('it does again', async () => (await store.status()).reachable)
    assert.deepEqual(await textsOf(store, ['a']), ['{}'])
  })

  story('what no shard has taken has failed, with the reason', async ({ store, shards }) => {
    for (const shard of shards) shard.refusal = 'full'
    const [outcome] = await store.write([{ key: 'a', text: '{}' }])
    assert.match(outcome?.kind === 'failed' ? outcome.reason : '', /no room/)
    assert.deepEqual(await textsOf(store, ['a']), ['absent'])
  })
}
