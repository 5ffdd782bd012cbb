/**
 * The wire contract: documents under keys, at a coordinator over three shards.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../src/store/client.ts'
import { eventually } from '../support/eventually.ts'
import { runningStore } from '../support/running-store.ts'
import { rawExchange } from '../support/wire-client.ts'

const store = await runningStore()
const reading = { piano: 1, sensore2_kw: 6.5, timestamp: '2026-01-05T08:30:00.123456+01:00' }
const NOT_FOUND = { detail: 'Chiave non trovata su nessuna replica' }

test('a document is written, read and deleted, and each write says where it is', async () => {
  const path = `/key/energy:p1:${reading.timestamp}`
  const written = await store.put(path, { value: reading })
  assert.equal(written.status, 200)
  const { replicas_ok, targets, ...rest } = written.body
  assert.deepEqual(rest, { status: 'ok' })
  assert.ok(replicas_ok === 2 || replicas_ok === 3)
  assert.deepEqual([...(targets as string[])].sort(), store.shards.map(({ url }) => url).sort())

  const read = await store.get(path)
  assert.deepEqual([read.status, read.body], [200, { value: reading }])
  assert.match(String(read.headers['content-type']), /^application\/json/)

  const deleted = await store.delete(path)
  assert.equal(deleted.status, 200)
  assert.deepEqual(Object.keys(deleted.body).sort(), ['replicas_ok', 'status', 'targets'])
  const gone = await store.get(path)
  assert.deepEqual([gone.status, gone.body], [404, NOT_FOUND])
  assert.equal((await store.delete(path)).status, 200, 'also when it was absent')
})

test('any key that is sent encoded comes back as it was sent', async () => {
  const odd = ['a?b', 'a#b', 'a%b', 'a/b', 'a%2Fb', 'a+b', 'a b', 'piano è', '鍵', '🔑', '..', '.']
  for (const key of odd) {
    const path = `/key/${encodeURIComponent(key)}`
    assert.equal((await store.put(path, { value: { key } })).status, 200, key)
  }
  for (const key of odd) {
    assert.deepEqual((await store.get(`/key/${encodeURIComponent(key)}`)).body, { value: { key } })
  }
  const { body } = await store.get('/scan?limit=1000')
  const listed = (body.items as { key: string }[]).map(({ key }) => key)
  assert.deepEqual(
    odd.filter((key) => !listed.includes(key)),
    [],
  )
})

test('a key may be any text', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(text, fc.nat(), async (key, n) => {
      const path = `/key/any:${encodeURIComponent(key)}`
      assert.equal((await store.put(path, { value: { n } })).status, 200)
      assert.deepEqual((await store.get(path)).body, { value: { n } })
    }),
    { numRuns: 30 },
  )
})

test('what is allowed in a path may be sent as it is, and is the same key', async () => {
  const key = "raw:p1:2026-01-05T08:30:00+01:00/a//b/../c/;x=1,~!$&'()*@"
  const send = (method: string, body = '') =>
    rawExchange(
      store.url,
      `${method} /key/${key} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  assert.match(await send('PUT', '{"value":{"raw":true}}'), /^HTTP\/1\.1 200 /)
  assert.match(await send('GET'), /^HTTP\/1\.1 200 .*\r\n\r\n\{"value":\{"raw":true\}\}$/s)
  const encoded = await store.get(`/key/${encodeURIComponent(key)}`)
  assert.deepEqual(encoded.body, { value: { raw: true } })
})

test('a query after the key is not part of it', async () => {
  await store.put('/key/queried?cache=1', { value: { q: 1 } })
  assert.deepEqual((await store.get('/key/queried?cache=2')).body, { value: { q: 1 } })
})

test('the text of a document is kept as it was sent', async () => {
  const texts = [
    '{"b":1.0,"a":12345678901234567890, "e":1e5 , "u":"\\u00e8\\u0022","d":1,"d":2}',
    '{ "nested" : { "value" : [ {"value":{}} , "}" , "\\\\" ] } }',
    '{}',
  ]
  for (const text of texts) {
    const sent = await store.ask('PUT', '/key/text', { text: `{ "ttl": null, "value": ${text} }` })
    assert.equal(sent.status, 200)
    assert.equal((await store.get('/key/text')).text, `{"value":${text}}`)
  }
})

test('a document lives as long as its ttl says; null and absent mean for ever', async () => {
  const startMs = performance.now()
  await store.put('/key/ttl:short', { value: {}, ttl: 1 })
  const { status } = await store.get('/key/ttl:short')
  const isOver = performance.now() - startMs >= 1_000
  assert.ok(status === 200 || (status === 404 && isOver), `${status} before its time was over`)
  await store.put('/key/ttl:long', { value: {}, ttl: 3_600 })
  await store.put('/key/ttl:null', { value: {}, ttl: null })
  await eventually('it is gone', async () => (await store.get('/key/ttl:short')).status === 404)
  for (const lasting of ['long', 'null']) {
    assert.equal((await store.get(`/key/ttl:${lasting}`)).status, 200, lasting)
  }
})

test('a body is JSON with or without a charset, or without any content type', async () => {
  const text = '{"value":{"è":1}}'
  for (const type of [
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/x+json',
  ]) {
    const headers = { 'content-type': type }
    assert.equal((await store.ask('PUT', '/key/typed', { text, headers })).status, 200, type)
  }
  const size = Buffer.byteLength(text)
  const bare = `PUT /key/typed HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}`
  assert.match(await rawExchange(store.url, `${bare}\r\n\r\n${text}`), /^HTTP\/1\.1 200 /)
  assert.deepEqual((await store.get('/key/typed')).body, { value: { è: 1 } })
})

test('a bad body is 422 with each wrong field named', async () => {
  const wrong: readonly (readonly [string | Buffer, readonly string[]])[] = [
    ['', ['body']],
    ['{"value":', ['body']],
    ['[]', ['body']],
    ['{}', ['body.value']],
    ['{"value":[]}', ['body.value']],
    ['{"value":"text"}', ['body.value']],
    ['{"value":{},"ttl":0}', ['body.ttl']],
    ['{"value":{},"ttl":"5"}', ['body.ttl']],
    ['{"value":null,"ttl":1.5}', ['body.value', 'body.ttl']],
    [Buffer.from([0x7b, 0xff, 0x7d]), ['body']],
  ]
  for (const [text, fields] of wrong) {
    const { status, body } = await store.ask('PUT', '/key/bad', { text })
    const detail = body.detail as { loc: string[]; msg: string; type: string }[]
    assert.equal(status, 422, String(text))
    assert.deepEqual(
      detail.map(({ loc }) => loc.join('.')),
      fields,
    )
    for (const { msg, type } of detail) assert.ok(msg !== '' && type !== '')
  }
  assert.equal((await store.get('/key/bad')).status, 404)
})

test('a page of another origin cannot write by a body that needs no permission', async () => {
  const text = '{"value":{}}'
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'no type']) {
    const answer = await store.ask('PUT', '/key/csrf', { text, headers: { 'content-type': type } })
    assert.equal(answer.status, 422, type)
  }
})

test('a key that cannot be decoded, is empty or too long is 422', async () => {
  const longest = 'è'.repeat(KEY_BYTES_MAX / 2)
  for (const key of ['%', '%zz', '%C3', '', encodeURIComponent(`${longest}x`)]) {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const json = method === 'PUT' ? { json: { value: {} } } : {}
      const { status, body } = await store.ask(method, `/key/${key}`, json)
      assert.equal(status, 422, `${method} ${key}`)
      assert.deepEqual((body.detail as { loc: string[] }[])[0]?.loc, ['path', 'key'])
    }
  }
  const path = `/key/${encodeURIComponent(longest)}`
  assert.equal((await store.put(path, { value: {} })).status, 200)
  assert.equal((await store.get(path)).status, 200)
})

test('keys that begin with _system: are refused and never listed', async () => {
  const headers = { authorization: 'Bearer eg-admin-token' }
  await store.put('/admin/thresholds', { default: { kw_max: 12 } }, { headers })
  for (const key of ['_system:thresholds', '%5Fsystem%3Athresholds', '_system:']) {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const json = method === 'PUT' ? { json: { value: {} } } : {}
      assert.equal((await store.ask(method, `/key/${key}`, json)).status, 422, `${method} ${key}`)
    }
  }
  const { text } = await store.get('/scan?limit=1000')
  assert.ok(!text.includes('_system:'))
  assert.equal((await store.get('/scan?prefix=_system:')).status, 422)
})

test('the largest document is taken, a larger one refused, a far larger one at once', async () => {
  const documentOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`
  const put = (text: string) => store.ask('PUT', '/key/large', { text: `{"value":${text}}` })
  assert.equal((await put(documentOf(VALUE_BYTES_MAX))).status, 200)
  assert.equal((await store.get('/key/large')).text.length, VALUE_BYTES_MAX + '{"value":}'.length)
  const over = await put(documentOf(VALUE_BYTES_MAX + 1))
  assert.equal(over.status, 422)
  assert.deepEqual((over.body.detail as { loc: string[] }[])[0]?.loc, ['body', 'value'])
  const far = await put(documentOf(VALUE_BYTES_MAX + 10_000))
  assert.deepEqual([far.status, far.body], [413, { detail: 'The body is too large' }])
})
