/**
 * The wire contract of conditional keys (`cas:`): documents that are changed only by who has seen
 * them, through any of several coordinators.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { must } from '../../src/model/must.ts'
import { eventually } from '../support/eventually.ts'
import { PATIENT, startRole, temporaryFolder } from '../support/process.ts'
import { runningStore } from '../support/running-store.ts'
import { type WireAnswer, type WireClient, wireClient } from '../support/wire-client.ts'

const KEY = '/key/cas:lamp'
const store = await runningStore()
const other = await secondCoordinator()

const put = (value: object, headers = {}, client: WireClient = store, key = KEY) =>
  client.put(key, { value }, { headers })
const remove = (headers = {}, client: WireClient = store) => client.delete(KEY, { headers })
const documentIn = ({ body }: WireAnswer) => body.value

async function secondCoordinator(env: Readonly<Record<string, string>> = {}) {
  const nodes = store.shards.map(({ url }) => url).join(',')
  const log = ['--log-path', join(temporaryFolder('log'), 'log.db')]
  const flags = ['coordinator', '--port', '0', '--bootstrap-nodes', nodes, ...log]
  const client = wireClient((await startRole(flags, { env: { ...PATIENT, ...env } })).address)
  await eventually('it is ready', async () => (await client.get('/readyz')).status === 200)
  return client
}

/** The etag of an answer, with its quotes. */
function etagOf({ status, headers, text }: WireAnswer): string {
  assert.match(must(headers.etag, `${status} ${text}`), /^"[^"]+"$/)
  return must(headers.etag)
}

/** What stands there whatever was there before, and its etag. */
async function given(value: object): Promise<string> {
  const written = await put(value)
  assert.equal(written.status, 200, written.text)
  return etagOf(written)
}

/** Where the fields are that a 422 names. */
function wrongFields({ status, body, text }: WireAnswer): readonly string[] {
  assert.equal(status, 422, text)
  return (body.detail as { loc: readonly string[] }[]).map(({ loc }) => loc.join('.'))
}

test('a document that is there has the etag it was given, one that is not has none', async () => {
  await remove()
  const absent = await store.get(KEY)
  assert.deepEqual([absent.status, absent.headers.etag], [404, undefined])
  const etag = await given({ on: true })
  for (const client of [store, other]) {
    const read = await client.get(KEY)
    assert.deepEqual([read.status, documentIn(read), etagOf(read)], [200, { on: true }, etag])
  }
  const plain = await store.put('/key/plain', { value: {} })
  assert.equal(plain.headers.etag, undefined)
  assert.equal((await store.get('/key/plain')).headers.etag, undefined)
})

test('If-Match changes what was read; of anything else it tells the present etag', async () => {
  const first = await given({ n: 1 })
  const second = etagOf(await put({ n: 2 }, { 'if-match': first }, other))
  assert.notEqual(second, first)
  const late = await put({ n: 3 }, { 'if-match': first })
  assert.deepEqual([late.status, etagOf(late)], [412, second])
  assert.match(String(late.body.detail), /condition does not hold/)
  assert.deepEqual(documentIn(await store.get(KEY)), { n: 2 })
})

test('If-Match: * wants something there, If-None-Match: * wants nothing there', async () => {
  await remove()
  const nothing = await put({ n: 1 }, { 'if-match': '*' })
  assert.deepEqual([nothing.status, nothing.headers.etag], [412, undefined])
  const created = etagOf(await put({ n: 1 }, { 'if-none-match': '*' }))
  const again = await put({ n: 2 }, { 'if-none-match': '*' }, other)
  assert.deepEqual([again.status, etagOf(again)], [412, created])
  assert.equal((await put({ n: 3 }, { 'if-match': '*' })).status, 200)
})

test('of many who create a document at once one succeeds', async () => {
  await remove()
  const clients = [store, other, store, other, store, other]
  const answers = await Promise.all(
    clients.map((client, n) => put({ n }, { 'if-none-match': '*' }, client)),
  )
  const statuses = answers.map(({ status }) => status)
  assert.deepEqual(statuses.toSorted(), [200, 412, 412, 412, 412, 412])
  const read = await store.get(KEY)
  assert.deepEqual(documentIn(read), { n: statuses.indexOf(200) })
  for (const answer of answers) assert.equal(etagOf(answer), etagOf(read))
})

test('a request that is sent again under its name takes effect once, by any door', async () => {
  const first = await given({ n: 1 })
  const named = { 'if-match': first, 'idempotency-key': 'my request' }
  const etag = etagOf(await put({ n: 2 }, named))
  const last = etagOf(await put({ n: 3 }, { 'if-match': etag }))
  for (const client of [store, other]) {
    const repeated = await put({ n: 2 }, named, client)
    assert.deepEqual([repeated.status, etagOf(repeated)], [200, etag])
    const read = await client.get(KEY)
    assert.deepEqual([documentIn(read), etagOf(read)], [{ n: 3 }, last])
  }
  const deletion = { 'idempotency-key': 'my deletion' }
  assert.equal((await remove(deletion)).status, 200)
  await given({ n: 4 })
  const repeated = await remove(deletion, other)
  assert.deepEqual([repeated.status, repeated.headers.etag], [200, undefined])
  assert.deepEqual(documentIn(await store.get(KEY)), { n: 4 })
})

test('DELETE knows the same conditions', async () => {
  const first = await given({ n: 1 })
  const second = await given({ n: 2 })
  const late = await remove({ 'if-match': first })
  assert.deepEqual([late.status, etagOf(late)], [412, second])
  const deleted = await remove({ 'if-match': second })
  assert.deepEqual([deleted.status, deleted.headers.etag], [200, undefined])
  assert.equal((await other.get(KEY)).status, 404)
  assert.equal((await remove({ 'if-match': second })).status, 412)
})

test('conditions on plain keys are 422 with the header named, and change nothing', async () => {
  await store.put('/key/plain', { value: { n: 1 } })
  const headers = { 'if-match': '"x"', 'if-none-match': '*', 'idempotency-key': 'x' }
  for (const [name, value] of Object.entries(headers)) {
    const one = { headers: { [name]: value } }
    const changed = await store.put('/key/plain', { value: { n: 2 } }, one)
    assert.deepEqual(wrongFields(changed), [`header.${name}`])
    assert.deepEqual(wrongFields(await store.delete('/key/plain', one)), [`header.${name}`])
  }
  assert.deepEqual(documentIn(await store.get('/key/plain')), { n: 1 })
})

test('conditional keys live for ever and have no order of their own', async () => {
  const lasting = await store.put(KEY, { value: {}, ttl: 5 })
  assert.deepEqual(wrongFields(lasting), ['body.ttl'])
  const ordered = { op: 'put', key: 'cas:lamp', value: {}, order: 5 }
  const { body } = await store.post('/batch', { operations: [ordered] })
  assert.partialDeepStrictEqual(body.results, [{ status: 422, field: 'order' }])
})

test('headers that are no conditions are 422, each named', async () => {
  const wrong: readonly (readonly [Readonly<Record<string, string>>, readonly string[]])[] = [
    [{ 'if-match': 'bare' }, ['header.if-match']],
    [{ 'if-match': 'W/"weak"' }, ['header.if-match']],
    [{ 'if-match': '"a", "b"' }, ['header.if-match']],
    [{ 'if-match': '""' }, ['header.if-match']],
    [{ 'if-none-match': '"a"' }, ['header.if-none-match']],
    [{ 'idempotency-key': '' }, ['header.idempotency-key']],
    [{ 'idempotency-key': 'x'.repeat(65) }, ['header.idempotency-key']],
    [{ 'if-match': 'a', 'if-none-match': 'b' }, ['header.if-match', 'header.if-none-match']],
  ]
  const etag = await given({ n: 1 })
  for (const [headers, fields] of wrong) {
    assert.deepEqual(wrongFields(await put({ n: 2 }, headers)), fields)
    assert.deepEqual(wrongFields(await remove(headers)), fields)
  }
  assert.equal(etagOf(await store.get(KEY)), etag)
})

test('a batch carries conditions, and answers each with its status and etag', async () => {
  const key = 'cas:batched'
  const operations = [
    { op: 'put', key, value: { n: 1 }, if_none_match: '*' },
    { op: 'put', key, value: { n: 2 }, if_none_match: '*' },
    { op: 'put', key, value: { n: 3 }, if_match: 'another' },
    { op: 'put', key, value: { n: 4 }, if_match: '*', idempotency_key: 'one' },
    { op: 'put', key, value: { n: 4 }, idempotency_key: 'one' },
    { op: 'get', key },
    { op: 'delete', key, if_match: 'another' },
    { op: 'get', key, as: 'text' },
    { op: 'put', key: 'plain', value: {}, if_match: '*' },
    { op: 'put', key, value: {}, if_match: 5 },
    { op: 'put', key, value: {}, if_none_match: 'x' },
    { op: 'put', key, value: {}, idempotency_key: '' },
  ]
  const { body } = await store.post('/batch', { operations })
  const results = body.results as { status: number; etag?: string; field?: string }[]
  const statuses = [200, 412, 412, 200, 200, 200, 412, 200, 422, 422, 422, 422]
  assert.deepEqual(
    results.map(({ status }) => status),
    statuses,
  )
  const [first, , , fourth] = results.map(({ etag }) => etag)
  const etags = [first, first, first, fourth, fourth, fourth, fourth, fourth]
  assert.deepEqual(
    results.slice(0, 8).map(({ etag }) => etag),
    etags,
  )
  assert.partialDeepStrictEqual(results[5], { value: { n: 4 } })
  assert.partialDeepStrictEqual(results[7], { text: '{"n":4}' })
  assert.deepEqual(
    results.slice(8).map(({ field }) => field),
    ['if-match', 'if_match', 'if_none_match', 'idempotency_key'],
  )
  const etag = etagOf(await other.get(`/key/${key}`))
  assert.equal(etag, `"${fourth}"`)
  assert.equal((await put({ n: 5 }, { 'if-match': etag }, other, `/key/${key}`)).status, 200)
})

test('the text of a conditional document is kept as it was sent', async () => {
  const texts = [
    '{"b":1.0,"a":12345678901234567890, "e":1e5 , "u":"\\u00e8\\u0022","d":1,"d":2}',
    '{ "nested" : { "value" : [ {"value":{}} , "}" , "\\\\" ] } }',
    '{"register":["register",1,"etag",null,[]], "è":"🔑"}',
  ]
  for (const text of texts) {
    assert.equal((await store.ask('PUT', KEY, { text: `{ "value": ${text} }` })).status, 200)
    for (const client of [store, other]) {
      assert.equal((await client.get(KEY)).text, `{"value":${text}}`)
      const { body } = await client.get('/scan?prefix=cas:lamp&as=text')
      assert.deepEqual(body.items, [{ key: 'cas:lamp', text }])
    }
  }
})

test('a scan shows the documents among the others, and none that was deleted', async () => {
  for (const n of [1, 2, 3]) await put({ n }, {}, store, `/key/cas:scan:${n}`)
  await store.delete('/key/cas:scan:2')
  const { body } = await other.get('/scan?prefix=cas:scan:')
  assert.deepEqual(body.items, [
    { key: 'cas:scan:1', value: { n: 1 } },
    { key: 'cas:scan:3', value: { n: 3 } },
  ])
})

test('a shard by itself refuses conditional keys, and conditions on others', async () => {
  const [shard] = store.shards
  const client = must(shard)
  for (const [method, json] of [
    ['GET', {}],
    ['PUT', { json: { value: {} } }],
    ['DELETE', {}],
  ] as const) {
    assert.deepEqual(wrongFields(await client.ask(method, KEY, json)), ['path.key'], method)
  }
  const headers = { 'idempotency-key': 'x' }
  const named = await client.put('/key/plain', { value: {} }, { headers })
  assert.deepEqual(wrongFields(named), ['header.idempotency-key'])
})

test('thresholds are changed through either coordinator; an old file changes none', async () => {
  const headers = { authorization: 'Bearer eg-admin-token' }
  const limits = (kw: number) => ({ default: { kw_max: kw } })
  for (const [n, client] of [store, other, store].entries()) {
    const changed = await client.put('/admin/thresholds', limits(20 + n), { headers })
    assert.equal(changed.status, 200, changed.text)
    for (const reader of [store, other]) {
      const { body } = await reader.get('/admin/thresholds')
      assert.partialDeepStrictEqual(body, limits(20 + n))
    }
  }
  const path = join(temporaryFolder('thresholds'), 'thresholds.json')
  writeFileSync(path, JSON.stringify({ kw_max: 99 }))
  const third = await secondCoordinator({ THRESHOLDS_PATH: path })
  const { body } = await third.get('/admin/thresholds')
  assert.partialDeepStrictEqual(body, limits(22), 'an old file is older than what people have set')
})
