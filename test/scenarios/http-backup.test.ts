/**
 * The two routes of a backup: what they admit, and how what the store says of it looks.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Backup, BackupRow, ExportOutcome, ImportOutcome } from '../../src/store/backup.ts'
import { coordinatorFace } from '../support/face.ts'

const PLAIN = {
  ...{ lane: 'plain', key: 'a', text: '{ "x":\n1.0 }', order: 5.25, time: 7, writer: 'w' },
  expires_ms: null,
}
const DOCUMENT = { lane: 'conditional', key: 'cas:a', text: '{}', etag: '1-w', revision: 3 }
const ROWS: readonly BackupRow[] = [
  {
    ...{ lane: 'plain', key: 'a', text: '{ "x":\n1.0 }', order: 5.25, time: 7, writer: 'w' },
    expiresMs: null,
  },
  { lane: 'conditional', key: 'cas:a', text: '{}', etag: '1-w', revision: 3 },
]

async function face(t: TestContext, page: ExportOutcome, outcomes: readonly ImportOutcome[] = []) {
  const asked: unknown[] = []
  const backup: Backup = {
    exportPage: async (query) => {
      asked.push(query)
      return page
    },
    importRows: async (rows) => {
      asked.push(rows)
      return outcomes
    },
  }
  return { ...(await coordinatorFace(t, { backup })), asked }
}

test('a page is told with the versions of its rows, and where the next one begins', async (t) => {
  const page = { kind: 'page', cluster: 'c1', rows: ROWS, next: 'b' } as const
  const { post, asked } = await face(t, page)
  const { status, body } = await post('/sharding/export', { from: 'a', limit: 5 })
  assert.equal(status, 200)
  assert.deepEqual(body, { cluster: 'c1', rows: [PLAIN, DOCUMENT], next: 'b' })
  assert.equal((await post('/sharding/export', {})).status, 200)
  assert.deepEqual(asked, [
    { from: 'a', limit: 5 },
    { from: '', limit: 1_000 },
  ])
})

test('a page that cannot be had is none', async (t) => {
  const { post } = await face(t, { kind: 'unavailable', needed: 2, had: 1 })
  const { status, body } = await post('/sharding/export', {})
  assert.equal(status, 503)
  assert.deepEqual([body.needed, body.had], [2, 1])
  for (const wrong of [{ limit: 0 }, { limit: 1_001 }, { from: 1 }]) {
    assert.equal((await post('/sharding/export', wrong)).status, 422)
  }
  const { post: ask } = await face(t, { kind: 'invalid', field: 'from', reason: 'is too long' })
  const refused = await ask('/sharding/export', {})
  assert.deepEqual(refused.body.detail, [
    { loc: ['body', 'from'], msg: 'is too long', type: 'limit' },
  ])
})

test('rows are taken as they were exported, and each has an outcome', async (t) => {
  const outcomes: readonly ImportOutcome[] = [
    { kind: 'done', replicas: 2, targets: [] },
    { kind: 'kept' },
  ]
  const { post, asked } = await face(t, { kind: 'no-shards' }, outcomes)
  const { status, body } = await post('/sharding/import', { rows: [PLAIN, DOCUMENT] })
  assert.equal(status, 200)
  assert.deepEqual(asked, [ROWS])
  assert.deepEqual(body.results, [
    { status: 200, replicas_ok: 2, targets: [] },
    { status: 200, kept: true },
  ])
})

test('what is not a row is refused, and nothing of the request is written', async (t) => {
  const { post, asked } = await face(t, { kind: 'no-shards' })
  const wrong: readonly [object, string][] = [
    [{ ...PLAIN, lane: 'other' }, 'lane'],
    [{ ...PLAIN, text: '{' }, 'text'],
    [{ ...PLAIN, order: -1 }, 'order'],
    [{ ...PLAIN, time: 0.5 }, 'time'],
    [{ ...PLAIN, writer: 'w'.repeat(101) }, 'writer'],
    [{ ...PLAIN, expires_ms: 'never' }, 'expires_ms'],
    [{ ...DOCUMENT, text: null }, 'text'],
    [{ ...DOCUMENT, etag: '' }, 'etag'],
    [{ ...DOCUMENT, revision: -1 }, 'revision'],
  ]
  for (const [row, field] of wrong) {
    const { status, body } = await post('/sharding/import', { rows: [PLAIN, row] })
    assert.equal(status, 422)
    const [problem] = body.detail as { loc: unknown[] }[]
    assert.deepEqual(problem?.loc, ['body', 'rows', 1, field])
  }
  const many = await post('/sharding/import', { rows: new Array(1_001).fill(PLAIN) })
  assert.equal(many.status, 422)
  assert.deepEqual(asked, [])
})

test('a body of many large documents is taken', async (t) => {
  const { post } = await face(t, { kind: 'no-shards' }, [])
  const text = JSON.stringify('x'.repeat(1_000_000))
  const rows = new Array(8).fill({ ...PLAIN, text })
  assert.equal((await post('/sharding/import', { rows })).status, 200)
})
