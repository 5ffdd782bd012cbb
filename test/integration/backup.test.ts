/**
 * A store is copied away while it is in use, as a person at a terminal does it, and into a store of
 * another size; every key is compared.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { runCommand, temporaryFolder } from '../support/process.ts'
import { type RunningStore, runningStore } from '../support/running-store.ts'

const KEYS = 1_500
const [store, other] = await Promise.all([
  runningStore(),
  runningStore({ shards: 2, env: { REPLICATION_FACTOR: '2' } }),
])
const folder = temporaryFolder('backup')
const flagsOf = ({ url }: RunningStore) => ['--coordinator-url', url]

async function batch(to: RunningStore, operations: readonly object[]) {
  const { body } = await to.post('/batch', { operations })
  const results = body.results as { status: number; text?: string }[]
  assert.equal(results.length, operations.length)
  return results
}

/** What a client reads of each key: its text, or the status. */
async function read(from: RunningStore, keys: readonly string[]) {
  const results = await batch(
    from,
    keys.map((key) => ({ op: 'get', key, as: 'text' })),
  )
  return results.map(({ status, text }) => text ?? status)
}

const plainKeys = Array.from({ length: KEYS }, (_, n) => `k${n} è/%😀`)
const oddKeys = ['cas:a', 'cas:b', 'ordered', 'lives long', 'lives short', 'deleted', '\n']

async function fill(): Promise<void> {
  await batch(
    store,
    plainKeys.map((key, n) => ({ op: 'put', key, text: `{ "n":\n${n} }` })),
  )
  await batch(store, [
    ...plainKeys.slice(0, 50).map((key) => ({ op: 'delete', key })),
    ...oddKeys.slice(0, 2).map((key) => ({ op: 'put', key, value: { first: 1 } })),
    { op: 'put', key: 'ordered', value: { late: 1 }, order: 1_767_600_000_000.25 },
    { op: 'put', key: 'lives long', value: {}, ttl: 3_600 },
    { op: 'put', key: 'lives short', value: {}, ttl: 1 },
    { op: 'delete', key: 'deleted', order: 5 },
    { op: 'put', key: '\n', text: '{"a":"\\u0000"}' },
  ])
  await batch(store, [{ op: 'put', key: 'cas:a', value: { second: 2 }, if_match: '*' }])
}

/** Goes on writing keys of its own until it is told to stop; what was acknowledged last. */
function writeOn() {
  const acknowledged = new Map<string, number>()
  let isOver = false
  const writing = (async () => {
    for (let n = 1; !isOver; n += 1) {
      const key = n % 10 === 0 ? `cas:busy${n % 3}` : `busy${n % 30}`
      const [result] = await batch(store, [{ op: 'put', key, value: { n } }])
      if (result?.status === 200) acknowledged.set(key, n)
    }
  })()
  const stop = async () => {
    isOver = true
    await writing
  }
  return { acknowledged, stop }
}

test('each key comes through an export and an import, while the store is in use', async () => {
  await fill()
  const headers = { authorization: 'Bearer eg-admin-token' }
  const thresholds = { default: { kw_max: 7.5 } }
  await store.put('/admin/thresholds', thresholds, { headers })
  const writer = writeOn()
  await eventually('it writes', () => writer.acknowledged.size > 15)
  const before = new Map(writer.acknowledged)
  const path = join(folder, 'copy.ndjson.gz')
  const exported = await runCommand(['export', path, ...flagsOf(store)])
  await writer.stop()
  assert.equal(exported.code, 0, exported.stderr)
  assert.match(exported.stdout, /^\d{4} keys of the cluster \S+\n$/)
  const imported = await runCommand(['import', path, ...flagsOf(other)])
  assert.equal(imported.code, 0, imported.stderr)
  assert.match(imported.stdout, /^\d{4} keys of the cluster \S+, as they were at 20\S+Z\n$/)
  const keys = [...plainKeys, ...oddKeys]
  await eventually('its time is over', async () => (await read(store, ['lives short']))[0] === 404)
  const restored = await read(other, keys)
  assert.deepEqual(restored, await read(store, keys))
  assert.equal(restored.filter((one) => one === 404).length, 52)
  const busy = await read(other, [...before.keys()])
  for (const [index, [key, n]] of [...before].entries()) {
    assert.ok(JSON.parse(String(busy[index])).n >= n, key)
  }
  const kept = (await other.get('/admin/thresholds')).body
  assert.deepEqual(kept, (await store.get('/admin/thresholds')).body)
})

test('an import over newer keys changes none of them, and twice is once', async () => {
  const path = join(folder, 'plain.ndjson')
  assert.equal((await runCommand(['export', path, ...flagsOf(other)])).code, 0)
  const newer = ['k60 è/%😀', 'cas:a', 'fresh']
  await batch(
    other,
    newer.map((key) => ({ op: 'put', key, value: { newer: 1 } })),
  )
  await batch(other, [{ op: 'delete', key: 'k61 è/%😀' }])
  const keys = [...plainKeys, ...oddKeys, 'fresh']
  const before = await read(other, keys)
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = await runCommand(['import', path, '--json', ...flagsOf(other)])
    assert.equal(code, 0, stderr)
    assert.equal(JSON.parse(stdout).kept, 1)
    assert.deepEqual(await read(other, keys), before)
  }
})

test('an export to standard output is the same, line for line', async () => {
  const { code, stdout, stderr } = await runCommand(['export', '-', ...flagsOf(other)])
  assert.equal(code, 0, stderr)
  const again = join(folder, 'again.ndjson')
  assert.equal((await runCommand(['export', again, ...flagsOf(other)])).code, 0)
  const rows = (text: string) => text.split('\n').slice(1)
  assert.deepEqual(rows(stdout), rows(readFileSync(again, 'utf8')))
  assert.match(stderr, /^\d{4} keys of the cluster \S+\n$/)
})

test('what cannot be done is told in a sentence, and changes nothing', async () => {
  const path = join(folder, 'cut.ndjson')
  writeFileSync(
    path,
    readFileSync(join(folder, 'plain.ndjson'), 'utf8').split('\n').slice(0, 99).join('\n'),
  )
  const before = await read(other, plainKeys)
  const cut = await runCommand(['import', path, ...flagsOf(other)])
  assert.deepEqual([cut.code, cut.stdout], [1, ''])
  assert.match(cut.stderr, /cut\.ndjson was cut: it ends after 98 keys/)
  assert.deepEqual(await read(other, plainKeys), before)
  const nobody = ['--coordinator-url', 'http://127.0.0.1:1']
  const away = await runCommand(['export', join(folder, 'away'), ...nobody])
  assert.deepEqual([away.code, away.stdout], [1, ''])
  assert.match(away.stderr, /No coordinator answers at http:\/\/127\.0\.0\.1:1/)
})
