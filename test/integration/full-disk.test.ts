/**
 * A shard whose disk is full, within a cluster: it says so and takes no more writes, and still
 * answers for what it holds; the other two go on. With room again it catches up as keys are read.
 */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { must } from '../../src/model/must.ts'
import { eventually } from '../support/eventually.ts'
import type { Member } from '../support/pipeline.ts'
import { runningStore } from '../support/running-store.ts'
import { type WireClient, wireClient } from '../support/wire-client.ts'

/** Beyond what it has the shard is given room for a few of these. */
const ROOM_BYTES = 512 * 1024
const VALUE_CHARACTERS = 30_000
const KEYS = 40
const OLD_KEYS = ['old-1', 'old-2', 'old-3']
const NEW_KEYS = Array.from({ length: KEYS }, (_, n) => `new-${n}`)
const documentOf = (key: string) => ({ key, padding: 'x'.repeat(VALUE_CHARACTERS) })

test('a full disk makes a shard read-only, the others go on, and later it catches up', async () => {
  const store = await runningStore()
  const [full, other] = store.shards.map(({ member }) => member)
  assert.ok(full && other)
  for (const key of OLD_KEYS) await put(store, key)
  await full.stop()
  await full.start(['--sqlite-bytes-max', String(sizeOf(full) + ROOM_BYTES)])
  await eventually('it is expected to answer', async () => {
    return (await shardInfo(store, full)).health === 'up'
  })

  for (const key of NEW_KEYS) await put(store, key)
  await eventually('the store knows of the full disk', async () => {
    const shard = await shardInfo(store, full)
    return shard.writable === false && shard.health === 'up'
  })
  const { stderr } = full.current()
  assert.equal((await put(store, 'one-more')).replicas_ok, 2)
  for (const key of [...NEW_KEYS, ...OLD_KEYS]) await isRead(store, key)
  const lacks = await keysMissingOn(full)
  assert.ok(lacks.length > KEYS / 4 && lacks.length < KEYS, `it lacks ${lacks.length}`)

  await other.kill()
  for (const key of OLD_KEYS) await isRead(store, key)

  await full.stop()
  const said = stderr().match(/"sentence":"[^"]*read-only[^"]*"/g) ?? []
  assert.equal(said.length, 1, 'it is said once')
  assert.match(String(said), /The disk has no room.*Make room/)
  await full.start()
  await eventually('the store is whole', async () => (await store.get('/readyz')).status === 200)
  for (const key of NEW_KEYS) await isRead(store, key)
  assert.deepEqual(await keysMissingOn(full), [], 'read repair has brought it up to date')
  assert.equal((await put(store, 'after')).replicas_ok, 2, 'it takes writes again')
  await eventually('the store knows', async () => (await shardInfo(store, full)).writable)
})

/** Bytes of its file; after a clean stop there is no log beside it. */
function sizeOf(shard: Member): number {
  return statSync(join(shard.current().dataDir, 'kv', 'kv.db')).size
}

async function put(store: WireClient, key: string) {
  const { status, body, text } = await store.put(`/key/${key}`, { value: documentOf(key) })
  assert.equal(status, 200, `PUT ${key}: ${text}`)
  return body
}

async function isRead(store: WireClient, key: string): Promise<void> {
  const { status, body } = await store.get(`/key/${key}`)
  assert.deepEqual([status, body.value], [200, documentOf(key)], key)
}

/** Asks this replica alone. */
async function keysMissingOn(shard: Member): Promise<readonly string[]> {
  const alone = wireClient(shard.current().address)
  const missing: string[] = []
  for (const key of NEW_KEYS) {
    const { status } = await alone.get(`/key/${key}`)
    if (status !== 200) missing.push(key)
  }
  return missing
}

interface ShardInfo {
  readonly node: string
  readonly writable: boolean | null
  readonly health: string
}

async function shardInfo(store: WireClient, shard: Member): Promise<ShardInfo> {
  const { body } = await store.get('/sharding/info')
  const shards = body.shards as readonly ShardInfo[]
  return must(shards.find(({ node }) => node === shard.current().address))
}
