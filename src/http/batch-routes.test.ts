import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadOutcome, StoreWrite, WriteOutcome } from '../store/client.ts'
import { parseBatch } from './batch-body.ts'
import { runBatch } from './batch-routes.ts'

test('neighbours of one kind travel together, in the order that was asked for', async () => {
  const asked: string[] = []
  const store = {
    async write(writes: readonly StoreWrite[]): Promise<readonly WriteOutcome[]> {
      asked.push(`write ${writes.map(({ key }) => key)}`)
      await new Promise((resolve) => setImmediate(resolve))
      asked.push('written')
      return writes.map(() => ({ kind: 'done', replicas: 2, targets: [] }))
    },
    async read(keys: readonly string[]): Promise<readonly ReadOutcome[]> {
      asked.push(`read ${keys}`)
      return keys.map((key) => ({ kind: 'found', text: JSON.stringify({ key }), order: 0 }))
    },
  }
  const put = (key: string) => ({ op: 'put', key, value: {} })
  const get = (key: string) => ({ op: 'get', key })
  const operations = [
    ...[put('a'), { op: 'delete', key: 'b' }, get('a'), get('b')],
    ...[{ op: 'none', key: 'c' }, put('d'), get('d')],
  ]
  const texts = await runBatch(store, parseBatch(JSON.stringify({ operations })))
  assert.deepEqual(asked, [
    ...['write a,b', 'written', 'read a,b'],
    ...['write d', 'written', 'read d'],
  ])
  const results = texts.map((text) => JSON.parse(text))
  assert.deepEqual(
    results.map(({ status }) => status),
    [200, 200, 200, 200, 422, 200, 200],
  )
  assert.deepEqual(
    results.map(({ value }) => value?.key),
    [undefined, undefined, 'a', 'b', undefined, undefined, 'd'],
  )
})
