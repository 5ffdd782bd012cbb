/**
 * The documentation of a coordinator says what it does: every route is in it, and the answers that
 * really come are those that it describes.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { coordinatorFace } from '../support/face.ts'
import { runningCoordinator, runningShard, runningStore } from '../support/running-store.ts'
import type { WireAnswer, WireClient } from '../support/wire-client.ts'

interface Operation {
  readonly summary?: string
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description?: string
        readonly content?: Readonly<Record<string, { readonly schema: object }>>
      }
    >
  >
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

const store = await runningStore()
const { body: document } = await store.get('/openapi.json')
const paths = document.paths as Paths

const ROUTES = [
  ['/health', 'get'],
  ['/sharding/info', 'get'],
  ['/sharding/add-node', 'post'],
  ['/sharding/remove-node', 'post'],
  ['/sharding/replace-node', 'post'],
  ['/sharding/cancel', 'post'],
  ['/sharding/reconfigure', 'post'],
  ['/sharding/export', 'post'],
  ['/sharding/import', 'post'],
  ['/key/{key}', 'put'],
  ['/key/{key}', 'get'],
  ['/key/{key}', 'delete'],
  ['/admin/thresholds', 'get'],
  ['/admin/thresholds', 'put'],
  ['/internal/broadcast', 'post'],
  ['/anomalies/stream', 'get'],
  ['/notifications', 'get'],
  ['/notifications/unread_count', 'get'],
  ['/notifications/mark_read', 'post'],
  ['/batch', 'post'],
  ['/scan', 'get'],
  ['/livez', 'get'],
  ['/readyz', 'get'],
  ['/metrics', 'get'],
  ['/api/v1/readings', 'get'],
  ['/api/v1/live', 'get'],
  ['/api/v1/thresholds/preview', 'get'],
  ['/api/v1/system', 'get'],
  ['/api/v1/incidents', 'get'],
  ['/api/v1/incidents/{id}', 'get'],
  ['/api/v1/incidents/{id}/acknowledge', 'post'],
  ['/api/v1/incidents/{id}/expected', 'get'],
  ['/api/v1/incidents/{id}/expected', 'post'],
  ['/api/v1/incidents/{id}/level', 'post'],
  ['/api/v1/alarms/sayings', 'get'],
  ['/api/v1/alarms/mutes', 'post'],
  ['/api/v1/alarms/mutes/{id}', 'delete'],
  ['/api/v1/alarms/expected/{id}', 'delete'],
  ['/api/v1/backtest', 'get'],
  ['/api/v1/learned', 'get'],
] as const

test('every route is in the documentation, with a sentence about it', () => {
  assert.match(String(document.openapi), /^3\.1/)
  for (const [path, method] of ROUTES) {
    assert.ok(paths[path]?.[method]?.summary, `${method} ${path}`)
  }
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  const known = new Set(ROUTES.map(([path, method]) => `${method} ${path}`))
  assert.deepEqual(
    documented.filter((route) => !known.has(route as never)),
    [],
  )
})

test('the page for people and what it needs are served from here', async () => {
  const page = await store.get('/docs')
  assert.equal(page.status, 200)
  const script = /src="([^"]+swagger-ui-bundle\.js)"/.exec(page.text)?.[1] ?? ''
  assert.equal((await store.get(script)).status, 200)
  assert.ok(!/https?:\/\/(?!127\.0\.0\.1|localhost)/.test(page.text), 'nothing from elsewhere')
})

test('what has a name stands once, and each route says what it means there', () => {
  const { schemas } = document.components as { readonly schemas: Readonly<Record<string, object>> }
  const whole = JSON.stringify(document)
  const pointers = [...whole.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  assert.deepEqual(Object.keys(schemas), [...new Set(pointers)].sort())
  for (const name of ['Alert', 'Incident', 'Notification', 'Problem', 'Reading', 'RingInfo']) {
    assert.ok(schemas[name], name)
  }
  const told = Object.values(paths).flatMap((methods) => Object.values(methods))
  const inline = JSON.stringify(told)
  for (const [name, schema] of Object.entries(schemas)) {
    assert.ok(!inline.includes(JSON.stringify(schema)), `${name} is spelt out`)
  }
  const refused = paths['/sharding/add-node']?.post?.responses
  assert.equal(refused?.['401']?.description, 'A token is needed.')
  assert.equal(refused?.['422']?.description, 'What is wrong, field by field.')
  assert.match(inline, /"anomaly":\{"description":"An alarm; its id[^"]+","allOf":\[\{"\$ref"/)
})

const ajv = new Ajv2020({ strict: false, validateFormats: false })

/** An answer must have a described status and, where there is a schema, that form. */
function mustBeDescribed(method: string, path: string, { status, body }: WireAnswer): void {
  const response = paths[path]?.[method]?.responses[status]
  assert.ok(response, `${method} ${path} describes ${status}`)
  const schema = response.content?.['application/json']?.schema
  if (!schema) return
  const isValid = ajv.validate({ ...schema, components: document.components }, body)
  assert.ok(isValid, `${method} ${path} ${status}: ${ajv.errorsText()} in ${JSON.stringify(body)}`)
}

type Request = readonly [method: string, path: string, sent?: string, json?: unknown]

async function allDescribed(client: WireClient, requests: readonly Request[]): Promise<void> {
  const headers = { authorization: 'Bearer eg-admin-token' }
  for (const [method, path, sent = path, json] of requests) {
    const body = json === undefined ? {} : { json }
    const answer = await client.ask(method.toUpperCase(), sent, { headers, ...body })
    mustBeDescribed(method, path, answer)
  }
}

const alert = { piano: 1, timestamp: 1_750_000_000, eventi: [{ tipo: 'kw_over' }, {}] }
const operations = [
  { op: 'put', key: 'a', value: {} },
  { op: 'get', key: 'a' },
  { op: 'get', key: '' },
]

const stretch = 'from=2026-01-05T12:00:00Z&to=2026-01-05T13:00:00Z'
const points = `floor=1&metric=kw&${stretch}&step=60`
const trial = `floor=default&metric=kw&value=11&${stretch}`

test('what comes when all is well, and what comes for a wrong request, is described', async () => {
  const spare = await runningShard()
  await allDescribed(store, [
    ['get', '/health'],
    ['get', '/sharding/info'],
    ['put', '/key/{key}', '/key/a', { value: { a: 1 }, ttl: 60 }],
    ['put', '/key/{key}', '/key/a', { value: [] }],
    ['post', '/sharding/export', '/sharding/export', {}],
    ['post', '/sharding/export', '/sharding/export', { limit: 0 }],
    ['post', '/sharding/import', '/sharding/import', { rows: [] }],
    ['post', '/sharding/import', '/sharding/import', { rows: [{}] }],
    ['get', '/key/{key}', '/key/a'],
    ['get', '/key/{key}', '/key/none'],
    ['get', '/key/{key}', '/key/%zz'],
    ['delete', '/key/{key}', '/key/none'],
    ['post', '/sharding/add-node', '/sharding/add-node', { node: store.shards[0]?.url }],
    ['post', '/sharding/add-node', '/sharding/add-node', { node: 'http://127.0.0.1:9' }],
    ['post', '/sharding/add-node', '/sharding/add-node', {}],
    ['post', '/sharding/add-node', '/sharding/add-node', { node: spare.url, preview: true }],
    ['post', '/sharding/add-node', '/sharding/add-node', { node: spare.url }],
    ['get', '/sharding/info'],
    ['post', '/sharding/cancel'],
    ['post', '/sharding/remove-node', '/sharding/remove-node', { node: 'http://127.0.0.1:9' }],
    ['post', '/sharding/replace-node', '/sharding/replace-node', { node: 'http://127.0.0.1:9' }],
    ['post', '/sharding/replace-node', '/sharding/replace-node', { node: 7 }],
    ['post', '/sharding/reconfigure', '/sharding/reconfigure', { replication_factor: 2 }],
    ['put', '/admin/thresholds', '/admin/thresholds', { default: { kw_max: 12 } }],
    ['put', '/admin/thresholds', '/admin/thresholds', { default: 7 }],
    ['get', '/admin/thresholds'],
    ['post', '/internal/broadcast', '/internal/broadcast', alert],
    ['post', '/internal/broadcast', '/internal/broadcast', []],
    ['get', '/notifications'],
    ['get', '/notifications', '/notifications?since_ts=x'],
    ['get', '/notifications/unread_count'],
    ['post', '/notifications/mark_read', '/notifications/mark_read', { ids: [] }],
    ['post', '/notifications/mark_read', '/notifications/mark_read', {}],
    ['post', '/batch', '/batch', { operations }],
    ['post', '/batch', '/batch', {}],
    ['get', '/scan'],
    ['get', '/scan', '/scan?as=text&limit=0'],
    ['get', '/livez'],
    ['get', '/readyz'],
    ['get', '/metrics'],
    ['get', '/api/v1/readings', `/api/v1/readings?${points}`],
    ['get', '/api/v1/readings'],
    ['get', '/api/v1/thresholds/preview', `/api/v1/thresholds/preview?${trial}`],
    ['get', '/api/v1/thresholds/preview'],
    ['get', '/api/v1/system'],
  ])
})

test('what comes without shards is described', async () => {
  await allDescribed(await runningCoordinator(), [
    ['put', '/key/{key}', '/key/a', { value: {} }],
    ['get', '/key/{key}', '/key/a'],
    ['delete', '/key/{key}', '/key/a'],
    ['get', '/scan'],
    ['put', '/admin/thresholds', '/admin/thresholds', {}],
    ['get', '/readyz'],
    ['post', '/batch', '/batch', { operations }],
    ['get', '/api/v1/readings', `/api/v1/readings?${points}`],
    ['get', '/api/v1/thresholds/preview', `/api/v1/thresholds/preview?${trial}`],
  ])
})

test('what comes in trouble is described', async (t) => {
  const face = await coordinatorFace(t)
  const outcomes = [
    { kind: 'failed', reason: 'full' },
    { kind: 'unknown', needed: 2, had: 1 },
    { kind: 'busy', retryAfterMs: 100 },
  ] as const
  for (const outcome of outcomes) {
    face.store.onWrite = () => outcome
    await allDescribed(face, [
      ['put', '/key/{key}', '/key/a', { value: {} }],
      ['delete', '/key/{key}', '/key/a'],
    ])
  }
  face.store.onRead = () => ({ kind: 'unavailable', needed: 2, had: 1 })
  face.live.isReady = false
  await allDescribed(face, [
    ['get', '/key/{key}', '/key/a'],
    ['put', '/key/{key}', '/key/a', { value: { a: 'x'.repeat(2 * 1024 * 1024) } }],
    ['get', '/notifications'],
    ['get', '/notifications/unread_count'],
    ['post', '/notifications/mark_read', '/notifications/mark_read', { ids: [] }],
    ['put', '/admin/thresholds', '/admin/thresholds', {}],
  ])
})
