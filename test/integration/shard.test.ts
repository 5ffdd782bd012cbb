/**
 * The shard as a process of its own: how it starts, ends, is killed, and what it says when its file
 * cannot be used.
 */
import assert from 'node:assert/strict'
import { existsSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VALUE_BYTES_MAX } from '../../src/store/client.ts'
import { timeOf } from '../../src/store/hybrid-clock.ts'
import { partitionOf } from '../../src/store/ring/hash.ts'
import { foundRing } from '../../src/store/ring/membership.ts'
import { type RoleProcess, runCommand, startRole, temporaryFolder } from '../support/process.ts'
import { signedHeaders } from '../support/signed-body.ts'

const PARTITIONS = 4
const CLUSTER = 'ours'
const NOW_MS = Date.UTC(2026, 0, 5)

const startShard = (dataDir = temporaryFolder('shard'), ...flags: readonly string[]) =>
  startRole(['shard', '--port', '0', ...flags], { dataDir })

async function ask({ address }: RoleProcess, request: object): Promise<Record<string, unknown>> {
  const body = JSON.stringify(request)
  const headers = signedHeaders(body)
  const response = await fetch(`${address}/internal/ops`, { method: 'POST', headers, body })
  return (await response.json()) as Record<string, unknown>
}

/** Makes it the only shard of a ring. */
async function found(shard: RoleProcess): Promise<void> {
  const { shardId } = await ask(shard, { kind: 'hello' })
  const shards = [{ id: String(shardId), address: shard.address }]
  const founded = foundRing(shards, { kind: 'factor', factor: 1 }, PARTITIONS)
  const ring = { ...founded, cluster: CLUSTER }
  assert.equal((await ask(shard, { kind: 'ring.store', ring })).stored, true)
}

function apply(key: string, number: number, text = `${number}`) {
  const row = { k: key, v: text, o: number, t: timeOf(NOW_MS) + number, n: 'writer', e: null }
  return { op: 'apply', p: partitionOf(key, PARTITIONS), e: 1, row }
}
const get = (key: string) => ({ op: 'get', p: partitionOf(key, PARTITIONS), e: 1, k: key })
const operations = (...ops: object[]) => ({ kind: 'ops', cluster: CLUSTER, budgetMs: 20_000, ops })

async function put({ address }: RoleProcess, key: string, value: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ value })
  const url = `${address}/key/${encodeURIComponent(key)}`
  return (await fetch(url, { method: 'PUT', headers, body })).status
}

async function getJson({ address }: RoleProcess, path: string): Promise<unknown> {
  return await (await fetch(address + path)).json()
}

test('a lone shard keeps documents, and is the same one when it is started again', async () => {
  const dataDir = temporaryFolder('shard')
  const path = join(dataDir, 'not', 'there', 'kv.db')
  const first = await startShard(dataDir, '--sqlite-path', path)
  assert.match(first.stdout(), /^energyguard shard ready at http:\/\/127\.0\.0\.1:\d+$/m)
  assert.ok(existsSync(path))
  assert.equal(await put(first, 'a/b', { x: 1 }), 200)
  const hello = await ask(first, { kind: 'hello' })
  assert.deepEqual(await first.stop(), { code: 0, signal: null }, first.stderr())

  const second = await startShard(dataDir, '--sqlite-path', path)
  assert.equal((await ask(second, { kind: 'hello' })).shardId, hello.shardId)
  assert.deepEqual(await getJson(second, '/key/a%2Fb'), { value: { x: 1 } })
  for (const path of ['/health', '/livez', '/readyz']) {
    assert.deepEqual(await getJson(second, path), { status: 'ok' })
  }
  const metrics = await (await fetch(`${second.address}/metrics`)).text()
  assert.match(metrics, /^energyguard_shard_keys 1$/m)
  assert.match(metrics, /^energyguard_shard_writable 1$/m)
  assert.equal((await second.stop()).code, 0)
})

test('what it acknowledged outlives kill -9, whatever was under way', async () => {
  const shard = await startShard()
  await found(shard)
  let acknowledged = 0
  const writer = async (from: number) => {
    for (let number = from; ; number += 8) {
      const reply = await ask(shard, operations(apply(`k${number}`, number)))
      assert.equal(reply.kind, 'ops')
      acknowledged += 1
      held.push(number)
      if (acknowledged === 200) shard.kill('SIGKILL')
    }
  }
  const held: number[] = []
  const writers = Array.from({ length: 8 }, (_, from) => writer(from))
  await Promise.allSettled(writers)
  assert.deepEqual(await shard.exited, { code: null, signal: 'SIGKILL' })

  const again = await startShard(shard.dataDir)
  const reply = await ask(again, operations(...held.map((number) => get(`k${number}`))))
  const rows = (reply.results as { row: { v: string } | null }[]).map(({ row }) => row?.v)
  assert.deepEqual(rows, held.map(String))
  assert.ok(held.length >= 200)
  assert.equal((await again.stop()).code, 0)
})

test('asked to stop in the middle of writes it answers them and ends well', async () => {
  const shard = await startShard()
  await found(shard)
  let answers = 0
  const writer = async (from: number) => {
    for (let number = from; ; number += 8) {
      const reply = await ask(shard, operations(apply(`k${number % 64}`, number)))
      assert.deepEqual(
        (reply.results as { r: string }[]).map(({ r }) => r),
        ['held'],
      )
      answers += 1
      if (answers === 100) shard.kill('SIGTERM')
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: 8 }, (_, from) => writer(from)))
  assert.deepEqual(await shard.exited, { code: 0, signal: null }, shard.stderr())
  const reasons = ends.map((end) => end.status === 'rejected' && String(end.reason))
  assert.ok(
    reasons.every((reason) => /fetch failed/.test(String(reason))),
    reasons.join(),
  )
})

test('a file that another shard has open, or that is none of ours, is refused', async () => {
  const shard = await startShard()
  const env = { DATA_DIR: shard.dataDir }
  const second = await runCommand(['shard', '--port', '0'], { env })
  assert.equal(second.code, 1)
  assert.match(second.stderr, /kv\.db is in use: another process/)
  assert.equal((await shard.stop()).code, 0)
  const path = join(temporaryFolder(), 'notes.txt')
  writeFileSync(path, 'nothing but notes '.repeat(500))
  const notes = await runCommand(['shard', '--port', '0', '--sqlite-path', path], { env })
  assert.equal(notes.code, 1)
  assert.match(notes.stderr, /notes\.txt is not a database/)
})

test('a file that may not grow any more makes it read-only, and it says so once', async () => {
  const shard = await startShard(temporaryFolder('shard'), '--sqlite-bytes-max', '1000000')
  await found(shard)
  const words: string[] = []
  for (let number = 0; number < 40; number += 1) {
    const reply = await ask(shard, operations(apply(`k${number}`, number, 'x'.repeat(50_000))))
    words.push(...(reply.results as { r: string; why?: string }[]).map(({ r, why }) => why ?? r))
  }
  const held = words.indexOf('full')
  assert.ok(held > 5, words.join())
  assert.deepEqual(new Set(words.slice(held)), new Set(['full']))
  assert.equal((await ask(shard, { kind: 'hello' })).writable, false)
  assert.equal(await put(shard, 'by-hand', {}), 503)
  const reply = await ask(shard, operations(get('k0'), get(`k${held - 1}`), get(`k${held}`)))
  const rows = (reply.results as { row: { v: string } | null }[]).map(({ row }) => row?.v.length)
  assert.deepEqual(rows, [50_000, 50_000, undefined])
  assert.equal((await shard.stop()).code, 0)
  assert.equal(shard.stderr().match(/"shard\.full"/g)?.length, 1)
  assert.match(shard.stderr(), /this shard is read-only and the others go on/)
})

test('when its disk fails under it, it says so and ends at once with an error', async () => {
  const shard = await startShard(temporaryFolder('shard'), '--max-cache-items', '0')
  await found(shard)
  const value = JSON.stringify('x'.repeat(VALUE_BYTES_MAX - 2))
  // More than the engine keeps in memory.
  const megabytes = 48
  for (let number = 0; number < megabytes; number += 1) {
    await ask(shard, operations(apply(`k${number}`, number, value)))
  }
  for (const file of ['kv.db', 'kv.db-wal']) truncateSync(join(shard.dataDir, 'kv', file), 4096)
  const keys = Array.from({ length: megabytes }, (_, number) => get(`k${number}`))
  const asked = await Promise.allSettled(keys.map((one) => ask(shard, operations(one))))
  assert.ok(
    asked.some(({ status }) => status === 'rejected'),
    'nobody knows',
  )
  assert.deepEqual(await shard.exited, { code: 1, signal: null })
  assert.match(shard.stderr(), /"shard\.broken"/)
  assert.match(shard.stderr(), /must be started again: the database failed/)
})
