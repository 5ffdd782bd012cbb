import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadOutcome, WriteOutcome } from '../store/client.ts'
import type { Answer } from './answer.ts'
import { readAnswer, readResult, writeAnswer, writeResult } from './outcomes.ts'

const seen = ({ status, text }: Answer) => [status, JSON.parse(text)] as const
const unknown: WriteOutcome = { kind: 'unknown', needed: 2, had: 1 }
const unavailable: ReadOutcome = { kind: 'unavailable', needed: 2, had: 1 }

test('a write that a quorum holds is 200 with the replicas that hold it', () => {
  const outcome: WriteOutcome = { kind: 'done', replicas: 2, targets: ['http://a', 'http://b'] }
  const { targets } = outcome
  assert.deepEqual(seen(writeAnswer(outcome, 'put')), [
    200,
    { status: 'ok', replicas_ok: 2, targets },
  ])
})

test('in a batch each write names its own targets, as often as they come', () => {
  for (const targets of [['http://a'], ['http://b', 'http://c']]) {
    const outcome: WriteOutcome = { kind: 'done', replicas: 1, targets }
    const told = { status: 200, replicas_ok: 1, targets }
    for (const verb of ['put', 'delete'] as const) {
      assert.deepEqual(JSON.parse(writeResult(outcome, verb)), told)
    }
  }
})

test('a write that is certainly on no replica is 502 in the words of the contract', () => {
  const outcome: WriteOutcome = { kind: 'failed', reason: 'i dischi sono pieni è\r\nx: y' }
  const put = writeAnswer(outcome, 'put')
  assert.deepEqual(seen(put), [502, { detail: 'Scrittura fallita su tutti i nodi' }])
  assert.deepEqual(put.headers, { 'x-energyguard-reason': 'i dischi sono pieni x: y' })
  assert.deepEqual(seen(writeAnswer(outcome, 'delete')), [
    502,
    { detail: 'Cancellazione fallita su tutti i nodi' },
  ])
})

test('a write that is perhaps done is 504 and says so', () => {
  const [status, body] = seen(writeAnswer(unknown, 'put'))
  assert.equal(status, 504)
  assert.deepEqual(Object.keys(body), ['detail', 'outcome'])
  assert.equal(body.outcome, 'unknown')
  assert.match(body.detail, /1 of the 2/)
})

test('a read is found as the text that was sent, absent by a quorum, or not known', () => {
  const found: ReadOutcome = { kind: 'found', text: '{"a": 1.0}', order: 5 }
  assert.deepEqual(readAnswer(found), { status: 200, text: '{"value":{"a": 1.0}}' })
  assert.deepEqual(seen(readAnswer({ kind: 'absent' })), [
    404,
    { detail: 'Chiave non trovata su nessuna replica' },
  ])
  const [status, body] = seen(readAnswer(unavailable))
  assert.equal(status, 503)
  assert.deepEqual([body.needed, body.had], [2, 1])
})

test('without a shard, reads and writes are 503 in the words of the contract', () => {
  const answer = [503, { detail: 'Nessun nodo KVS registrato' }]
  assert.deepEqual(seen(writeAnswer({ kind: 'no-shards' }, 'put')), answer)
  assert.deepEqual(seen(readAnswer({ kind: 'no-shards' })), answer)
})

test('what the store refuses names its field; a full queue says when to come again', () => {
  const invalid = { kind: 'invalid', field: 'key', reason: 'must not be empty' } as const
  assert.deepEqual(seen(readAnswer(invalid)), [
    422,
    { detail: [{ loc: ['path', 'key'], msg: 'must not be empty', type: 'limit' }] },
  ])
  const [, body] = seen(writeAnswer({ ...invalid, field: 'value' }, 'put'))
  assert.deepEqual(body.detail[0].loc, ['body', 'value'])
  const busy = writeAnswer({ kind: 'busy', retryAfterMs: 1_200 }, 'put')
  assert.equal(busy.status, 429)
  assert.deepEqual(busy.headers, { 'retry-after': '2' })
})

test('an entry of a batch has the status that the single route would have', () => {
  const writes: readonly WriteOutcome[] = [
    { kind: 'done', replicas: 2, targets: ['http://a'] },
    { kind: 'failed', reason: 'full' },
    unknown,
    { kind: 'no-shards' },
    { kind: 'invalid', field: 'key', reason: 'must not be empty' },
    { kind: 'busy', retryAfterMs: 700 },
  ]
  for (const outcome of writes) {
    const result = JSON.parse(writeResult(outcome, 'put'))
    assert.equal(result.status, writeAnswer(outcome, 'put').status)
  }
  const reads: readonly ReadOutcome[] = [
    { kind: 'found', text: '{}', order: 1 },
    { kind: 'absent' },
    unavailable,
  ]
  for (const outcome of reads) {
    assert.equal(JSON.parse(readResult(outcome, false)).status, readAnswer(outcome).status)
  }
})

test('the entries of a batch carry what a client needs to know of each', () => {
  const detail = 'Scrittura fallita su tutti i nodi'
  const parse = (outcome: WriteOutcome) => JSON.parse(writeResult(outcome, 'put'))
  assert.deepEqual(parse({ kind: 'failed', reason: 'full' }), {
    status: 502,
    detail,
    reason: 'full',
  })
  assert.deepEqual(
    { ...parse(unknown), detail: '' },
    {
      status: 504,
      detail: '',
      outcome: 'unknown',
      needed: 2,
      had: 1,
    },
  )
  assert.equal(parse({ kind: 'busy', retryAfterMs: 700 }).retry_after_ms, 700)
  const found: ReadOutcome = { kind: 'found', text: '{"a": 1.0}', order: 1.5 }
  assert.equal(readResult(found, false), '{"status":200,"value":{"a": 1.0},"order":1.5}')
  assert.deepEqual(JSON.parse(readResult(found, true)), {
    status: 200,
    text: '{"a": 1.0}',
    order: 1.5,
  })
})
