import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageOf, readFailure, readOutcomes, statusOf, writeOutcomes } from './http-store-answers.ts'

const answer = (status: number, body: unknown) => ({ kind: 'answer', status, body }) as const
const results = (some: readonly unknown[]) => answer(200, { results: some })

const DONE = { kind: 'done', replicas: 2, targets: ['x'] }
const REFUSALS = [
  [
    { status: 422, field: 'key', detail: 'why' },
    { kind: 'invalid', field: 'key', reason: 'why' },
  ],
  [{ status: 503, detail: 'Nessun nodo KVS registrato' }, { kind: 'no-shards' }],
  [
    { status: 429, detail: 'd', retry_after_ms: 70 },
    { kind: 'busy', retryAfterMs: 70 },
  ],
] as const

test('each result of a write becomes its outcome, in order', () => {
  const known = [
    ...REFUSALS,
    [{ status: 200, replicas_ok: 2, targets: ['x'] }, DONE],
    [
      { status: 502, detail: 'd', reason: 'full' },
      { kind: 'failed', reason: 'full' },
    ],
    [
      { status: 504, detail: 'd', needed: 2, had: 1 },
      { kind: 'unknown', needed: 2, had: 1 },
    ],
  ]
  const outcomes = writeOutcomes(results(known.map(([result]) => result)), known.length)
  assert.deepEqual(
    outcomes,
    known.map(([, outcome]) => outcome),
  )
})

test('each result of a read becomes its outcome, in order', () => {
  const known = [
    ...REFUSALS,
    [
      { status: 200, text: '{}', order: 1.5 },
      { kind: 'found', text: '{}', order: 1.5 },
    ],
    [{ status: 404, detail: 'd' }, { kind: 'absent' }],
    [
      { status: 503, detail: 'd', needed: 2, had: 1 },
      { kind: 'unavailable', needed: 2, had: 1 },
    ],
  ]
  const outcomes = readOutcomes(results(known.map(([result]) => result)), known.length)
  assert.deepEqual(
    outcomes,
    known.map(([, outcome]) => outcome),
  )
})

test('results of no known form are as good as none, each for itself', () => {
  const strange: readonly unknown[] = [
    null,
    7,
    {},
    { status: 200 },
    { status: 201, text: '{}' },
    { status: 503 },
  ]
  const good = { status: 200, replicas_ok: 2, targets: ['x'], text: '{}', order: 1 }
  const all = results([...strange, good])
  const unknown = strange.map(() => ({ kind: 'unknown', needed: 1, had: 0 }))
  assert.deepEqual(writeOutcomes(all, strange.length + 1), [...unknown, DONE])
  const unavailable = strange.map(() => ({ kind: 'unavailable', needed: 1, had: 0 }))
  const found = { kind: 'found', text: '{}', order: 1 }
  assert.deepEqual(readOutcomes(all, strange.length + 1), [...unavailable, found])
})

test('a list of results of another length belongs to another question', () => {
  const good = { status: 404 }
  assert.equal(readOutcomes(results([good, good]), 1), undefined)
  assert.equal(writeOutcomes(results([]), 1), undefined)
})

test('a scan is refused in the words of the single routes', () => {
  const problem = { loc: ['query', 'limit'], msg: 'too much', type: 'limit' }
  const refusals: [number, unknown, unknown][] = [
    [503, { detail: 'Nessun nodo KVS registrato' }, { kind: 'no-shards' }],
    [503, { detail: 'd', needed: 5, had: 3 }, { kind: 'unavailable', needed: 5, had: 3 }],
    [422, { detail: [problem] }, { kind: 'invalid', field: 'limit', reason: 'too much' }],
    [422, { detail: 'no' }, { kind: 'invalid', field: 'request', reason: '"no"' }],
    [422, undefined, { kind: 'invalid', field: 'request', reason: 'HTTP 422' }],
  ]
  for (const [status, body, outcome] of refusals) {
    assert.equal(pageOf(answer(status, body)), undefined)
    assert.deepEqual(readFailure(answer(status, body)), outcome)
  }
})

test('a coordinator that says nothing of its shards counts as one that reaches them', () => {
  const original = answer(200, { total_nodes: 3, nodes: [] })
  assert.deepEqual(statusOf(original), { reachable: true, shards: 3 })
  const ours = answer(200, { total_nodes: 3, reachable: false })
  assert.deepEqual(statusOf(ours), { reachable: false, shards: 3 })
  assert.equal(statusOf(answer(200, { nodes: [] })), undefined)
})
