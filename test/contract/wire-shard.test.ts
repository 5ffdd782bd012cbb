/**
 * The wire contract: one shard by itself, and the answers that its replica gives.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/process.ts'
import { runningShard, runningStore } from '../support/running-store.ts'
import type { WireAnswer } from '../support/wire-client.ts'

const shard = await runningShard()
const seen = ({ status, body }: WireAnswer) => [status, body]
const OK = [200, { status: 'ok' }]

test('a document is written, read and deleted', async () => {
  const path = '/key/energy:p1:2026-01-05T08:30:00+01:00'
  const value = { piano: 1, sensore2_kw: 6.5 }
  assert.deepEqual(seen(await shard.put(path, { value })), OK)
  assert.deepEqual(seen(await shard.get(path)), [200, { value }])
  assert.deepEqual(seen(await shard.delete(path)), OK)
  assert.deepEqual(seen(await shard.get(path)), [404, { detail: 'Not found' }])
  assert.deepEqual(seen(await shard.delete(path)), OK, 'also when it was absent')
})

test('keys may be sent encoded or not, documents come back as they were sent', async () => {
  for (const key of ['a?b', 'a#b', 'a%b', 'a/b', 'a+b c', 'piano è', 'a:b', '..']) {
    await shard.put(`/key/${encodeURIComponent(key)}`, { value: { key } })
    const { body } = await shard.get(`/key/${encodeURIComponent(key)}`)
    assert.deepEqual(body, { value: { key } })
  }
  assert.deepEqual((await shard.get('/key/a/b')).body, { value: { key: 'a/b' } })
  await shard.ask('PUT', '/key/text', { text: '{"value":{"a": 1.0}}' })
  assert.equal((await shard.get('/key/text')).text, '{"value":{"a": 1.0}}')
})

test('a document lives as long as its ttl says; null and absent mean for ever', async () => {
  await shard.put('/key/short', { value: {}, ttl: 1 })
  await shard.put('/key/null', { value: {}, ttl: null })
  assert.equal((await shard.get('/key/short')).status, 200)
  await eventually('it is gone', async () => (await shard.get('/key/short')).status === 404)
  assert.equal((await shard.get('/key/null')).status, 200)
  for (const [json, field] of [
    [{ value: {}, ttl: 0 }, 'ttl'],
    [{ value: 5 }, 'value'],
    [{}, 'value'],
  ] as const) {
    const { status, body } = await shard.put('/key/bad', json)
    assert.equal(status, 422)
    assert.deepEqual((body.detail as { loc: string[] }[])[0]?.loc, ['body', field])
  }
  assert.equal((await shard.put('/key/_system:x', { value: {} })).status, 422)
})

test('it tells what it holds, where, and how much of it in memory', async () => {
  const path = join(temporaryFolder('shard'), 'kv.db')
  const other = await runningShard({ SQLITE_PATH: path, MAX_CACHE_SIZE_BYTES: '0' })
  for (const key of ['a', 'b', 'c']) await other.put(`/key/${key}`, { value: { key } })
  await other.delete('/key/c')
  const { status, body } = await other.get('/stats')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    db_path: path,
    keys_in_db: 2,
    cache_enabled: true,
    cache_items: 0,
    max_cache_items: 20_000,
  })
  assert.ok(existsSync(path))
})

test('what a coordinator has written can be looked at, in memory and in the database', async () => {
  const store = await runningStore({ shards: 1 })
  await store.put('/key/a', { value: { a: 1 } })
  const [first] = store.shards
  assert.deepEqual((await first?.get('/key/a'))?.body, { value: { a: 1 } })
  const stats = (await first?.get('/stats'))?.body
  assert.equal(stats?.keys_in_db, 1)
  assert.ok(Number(stats?.cache_items) >= 1)
})

test('MAX_CACHE_ITEMS 0 turns the cache off', async () => {
  const other = await runningShard({ MAX_CACHE_ITEMS: '0' })
  await other.put('/key/a', { value: {} })
  assert.deepEqual((await other.get('/key/a')).body, { value: {} })
  const { body } = await other.get('/stats')
  assert.deepEqual([body.cache_enabled, body.cache_items, body.max_cache_items], [false, 0, 0])
})

test('it says that it is well, and documents itself', async () => {
  assert.deepEqual(seen(await shard.get('/health')), OK)
  assert.deepEqual(seen(await shard.get('/livez')), OK)
  assert.equal((await shard.get('/openapi.json')).status, 200)
  assert.match((await shard.get('/metrics')).text, /^energyguard_/m)
  const stopped = await shard.process.stop()
  assert.equal(stopped.code, 0)
})
