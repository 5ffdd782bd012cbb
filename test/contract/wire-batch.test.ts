/**
 * Beside the contract: many keys in one request, and the keys of a range.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCAN_PAGE_BYTES_MAX } from '../../src/http/scan-page.ts'
import { BATCH_BODY_BYTES_MAX, BATCH_KEYS_MAX } from '../../src/store/client.ts'
import { runningStore } from '../support/running-store.ts'

const store = await runningStore()

const sorted = (list: unknown) => [...(list as readonly string[])].sort()

async function batch(...operations: readonly unknown[]) {
  const { status, body } = await store.post('/batch', { operations })
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['results'])
  return body.results as Readonly<Record<string, unknown>>[]
}

test('each operation has the outcome that its own route would have given', async () => {
  const [put, text, del, got, gotText, absent] = await batch(
    { op: 'put', key: 'b:1', value: { a: 1 } },
    { op: 'put', key: 'b:2', text: '{"a": 1.0}', order: 1_750_000_000_000.5 },
    { op: 'delete', key: 'b:3' },
    { op: 'get', key: 'b:1' },
    { op: 'get', key: 'b:2', as: 'text' },
    { op: 'get', key: 'b:3' },
  )
  for (const written of [put, text, del]) {
    assert.deepEqual(Object.keys(written ?? {}), ['status', 'replicas_ok', 'targets'])
    assert.equal(written?.status, 200)
    assert.deepEqual(sorted(written?.targets), sorted(store.shards.map(({ url }) => url)))
  }
  assert.partialDeepStrictEqual(got, { status: 200, value: { a: 1 } })
  assert.equal(typeof got?.order, 'number')
  assert.deepEqual(gotText, { status: 200, text: '{"a": 1.0}', order: 1_750_000_000_000.5 })
  assert.deepEqual(absent, { status: 404, detail: 'Chiave non trovata su nessuna replica' })
})

test('a wrong operation spoils no other', async () => {
  const results = await batch(
    { op: 'put', key: '_system:ring', value: {} },
    { op: 'put', key: 'b:good', value: {} },
    { op: 'put', key: 'b:bad', value: [] },
    { op: 'put', key: 'b:bad', value: {}, order: -1 },
    { op: 'put', key: 'b:bad', value: {}, ttl: 0 },
    { op: 'get', key: '' },
    { op: 'move', key: 'b:bad' },
    { op: 'get', key: 'b:good' },
  )
  assert.deepEqual(
    results.map(({ status, field }) => [status, field]),
    [
      [422, 'key'],
      [200, undefined],
      [422, 'value'],
      [422, 'order'],
      [422, 'ttl'],
      [422, 'key'],
      [422, 'op'],
      [200, undefined],
    ],
  )
  assert.equal((await store.get('/key/b:bad')).status, 404)
})

test('effects come in order, and the text of a value is kept as it was sent', async () => {
  const text = (document: string) =>
    `{"operations":[{"op":"put","key":"b:o","value":${document}},{"op":"get","key":"b:o"},` +
    '{"op":"put","key":"b:o","value":{"last":1.0}},{"op":"delete","key":"b:p"}]}'
  const { text: answer } = await store.ask('POST', '/batch', { text: text('{ "x":1.0 }') })
  assert.ok(answer.includes('"value":{ "x":1.0 }'), answer)
  assert.equal((await store.get('/key/b:o')).text, '{"value":{"last":1.0}}')
})

test('a write with an order loses to a larger one, and that is a success', async () => {
  await batch({ op: 'put', key: 'b:latest', value: { n: 2 }, order: 2_000 })
  const [late] = await batch({ op: 'put', key: 'b:latest', value: { n: 1 }, order: 1_000 })
  assert.equal(late?.status, 200)
  assert.deepEqual((await store.get('/key/b:latest')).body, { value: { n: 2 } })
})

test('a body that is no list of operations, or too long a one, is refused whole', async () => {
  const operations = Array.from({ length: BATCH_KEYS_MAX + 1 }, () => ({ op: 'get', key: 'b:1' }))
  for (const json of [{}, [], { operations: {} }, { operations }]) {
    const { status, body } = await store.post('/batch', json)
    assert.equal(status, 422)
    assert.deepEqual((body.detail as { loc: string[] }[])[0]?.loc, ['body', 'operations'])
  }
  assert.equal((await batch(...operations.slice(1))).length, BATCH_KEYS_MAX)
  assert.deepEqual(await batch(), [])
})

test('a body may be as long as its limit, and no longer', async () => {
  const head = '{"operations":[{"op":"get","key":"b:1"}'
  const bodyOf = (bytes: number) => `${head}${' '.repeat(bytes - head.length - 2)}]}`
  const ask = (bytes: number) => store.ask('POST', '/batch', { text: bodyOf(bytes) })
  assert.equal((await ask(BATCH_BODY_BYTES_MAX)).status, 200)
  assert.equal((await ask(BATCH_BODY_BYTES_MAX + 1)).status, 413)
})

test('a range is listed in pages, forwards and backwards', async () => {
  const keys = Array.from({ length: 25 }, (_, i) => `s:${String(i).padStart(2, '0')}`)
  await batch(...keys.map((key) => ({ op: 'put', key, text: JSON.stringify({ key }) })))
  const page = async (query: string) => {
    const { status, body } = await store.get(`/scan?${query}`)
    assert.equal(status, 200, query)
    const { items, next } = body as { items: { key: string }[]; next: string | null }
    return { keys: items.map(({ key }) => key), next }
  }
  const walk = async (query: string, bound: 'from' | 'to') => {
    const seen: string[] = []
    let next: string | null = null
    do {
      const at: string = next === null ? '' : `&${bound}=${encodeURIComponent(next)}`
      const one = await page(`prefix=s:&limit=10${query}${at}`)
      seen.push(...one.keys)
      next = one.next
    } while (next !== null)
    return seen
  }
  assert.deepEqual(await walk('', 'from'), keys)
  assert.deepEqual(await walk('&reverse=true', 'to'), keys.toReversed())
  assert.deepEqual((await page('prefix=s:&from=s:03&to=s:06')).keys, ['s:03', 's:04', 's:05'])
  assert.deepEqual((await page('prefix=nothing')).keys, [])
})

test('pages are cut to a size, and together they are still the whole', async () => {
  const keys = Array.from({ length: 10 }, (_, i) => `long:${i}`)
  const value = { text: 'x'.repeat(1_000_000) }
  for (const key of keys) assert.equal((await store.put(`/key/${key}`, { value })).status, 200)
  const { text, body } = await store.get('/scan?prefix=long:&limit=1000')
  assert.ok(text.length <= SCAN_PAGE_BYTES_MAX + 1_000, `${text.length} bytes`)
  const rest = await store.get(`/scan?prefix=long:&from=${body.next}`)
  const told = [...(body.items as { key: string }[]), ...(rest.body.items as { key: string }[])]
  assert.deepEqual(
    told.map(({ key }) => key),
    keys,
  )
})

test('a page carries documents, or their text', async () => {
  await store.ask('PUT', '/key/t:1', { text: '{"value":{"a": 1.0}}' })
  const values = await store.get('/scan?prefix=t:')
  assert.equal(values.text, '{"items":[{"key":"t:1","value":{"a": 1.0}}],"next":null}')
  const texts = await store.get('/scan?prefix=t:&as=text')
  assert.deepEqual(texts.body, { items: [{ key: 't:1', text: '{"a": 1.0}' }], next: null })
})

test('a wrong query is 422 with its field named', async () => {
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=many', 'limit'],
    ['reverse=perhaps', 'reverse'],
    ['as=xml', 'as'],
    ['prefix=_system:x', 'prefix'],
  ] as const) {
    const { status, body } = await store.get(`/scan?${query}`)
    assert.equal(status, 422, query)
    assert.deepEqual((body.detail as { loc: string[] }[])[0]?.loc, ['query', field])
  }
})
