import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BATCH_KEYS_MAX } from '../store/client.ts'
import { parseBatch } from './batch-body.ts'
import { InvalidRequest } from './problems.ts'

const batchText = (...operations: readonly unknown[]) => JSON.stringify({ operations })
const parseOne = (operation: unknown) => parseBatch(batchText(operation))[0]

test('a document may come as a value or as text, and keeps its text either way', () => {
  const text = '{"a": 1.0}'
  const asText = JSON.stringify({ op: 'put', key: 'k', text, order: 1.5, ttl: 9 })
  const asValue = `{"op":"put", "key":"k", "value": ${text} , "order":1.5,"ttl":9}`
  const write = { key: 'k', text, order: 1.5, ttlSeconds: 9 }
  assert.deepEqual(parseBatch(`{"operations": [${asText},\n${asValue}]}`), [
    { kind: 'put', write },
    { kind: 'put', write },
  ])
})

test('reads and deletes say what they are about', () => {
  assert.deepEqual(parseOne({ op: 'get', key: 'k' }), { kind: 'get', key: 'k', isText: false })
  assert.deepEqual(parseOne({ op: 'get', key: 'k', as: 'text' }), {
    kind: 'get',
    key: 'k',
    isText: true,
  })
  assert.deepEqual(parseOne({ op: 'delete', key: 'k', order: 3 }), {
    kind: 'delete',
    write: { key: 'k', text: null, order: 3 },
  })
})

test('a wrong operation names its field and leaves the others alone', () => {
  const put = { op: 'put', key: 'k', text: '{}' }
  const wrong: readonly (readonly [unknown, string])[] = [
    [7, 'operation'],
    [null, 'operation'],
    [{ op: 'get' }, 'key'],
    [{ op: 'move', key: 'k' }, 'op'],
    [{ op: 'put', key: 'k' }, 'value'],
    [{ op: 'put', key: 'k', value: [] }, 'value'],
    [{ op: 'put', key: 'k', value: null }, 'value'],
    [{ ...put, value: {} }, 'text'],
    [{ ...put, text: '[]' }, 'text'],
    [{ ...put, text: '{' }, 'text'],
    [{ ...put, text: {} }, 'text'],
    [{ ...put, order: '1' }, 'order'],
    [{ ...put, ttl: 0 }, 'ttl'],
  ]
  for (const [operation, field] of wrong) {
    const [first, second] = parseBatch(batchText(operation, put))
    assert.equal(first?.kind === 'invalid' ? first.field : first, field)
    assert.equal(second?.kind, 'put')
  }
})

test('what is no list of operations is refused whole', () => {
  for (const text of [undefined, '[]', '{}', 'null', '{"operations":{}}', '{']) {
    assert.throws(() => parseBatch(text), InvalidRequest, text)
  }
})

test(`at most ${BATCH_KEYS_MAX} operations are taken`, () => {
  const operations = Array.from({ length: BATCH_KEYS_MAX + 1 }, () => ({ op: 'get', key: 'k' }))
  assert.equal(parseBatch(batchText(...operations.slice(1))).length, BATCH_KEYS_MAX)
  assert.throws(() => parseBatch(batchText(...operations)), /2001 entries; at most 2000/)
})
