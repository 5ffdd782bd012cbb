/**
 * The wire contract: which web pages may ask a coordinator, on every route it has, and how it
 * answers what it does not know.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { runningCoordinator } from '../support/running-store.ts'
import { rawExchange } from '../support/wire-client.ts'

const coordinator = await runningCoordinator()

const ORIGINS = [
  'http://localhost:3000',
  'http://localhost:5173',
  'http://127.0.0.1:3000',
  'http://127.0.0.1:5173',
]
const FOREIGN = ['http://localhost:3001', 'https://localhost:3000', 'http://evil.example', 'null']
const ROUTES: readonly (readonly [string, string])[] = [
  ['GET', '/health'],
  ['GET', '/sharding/info'],
  ['POST', '/sharding/add-node'],
  ['POST', '/sharding/remove-node'],
  ['POST', '/sharding/reconfigure'],
  ['PUT', '/key/a:b+c'],
  ['GET', '/key/a%2Fb'],
  ['DELETE', '/key/a/b'],
  ['GET', '/admin/thresholds'],
  ['PUT', '/admin/thresholds'],
  ['POST', '/internal/broadcast'],
  ['GET', '/notifications'],
  ['GET', '/notifications/unread_count'],
  ['POST', '/notifications/mark_read'],
  ['POST', '/batch'],
  ['GET', '/scan'],
  ['GET', '/livez'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
  ['GET', '/key/%zz'],
  ['GET', '/no/such/route'],
  ['GET', '/%zz'],
]

test('the dashboard of a developer may ask every route, errors included', async () => {
  for (const [index, [method, path]] of ROUTES.entries()) {
    const origin = ORIGINS[index % ORIGINS.length] ?? ''
    const { headers } = await coordinator.ask(method, path, { headers: { origin } })
    assert.equal(headers['access-control-allow-origin'], origin, `${method} ${path}`)
    assert.equal(headers['access-control-allow-credentials'], 'true', `${method} ${path}`)
    assert.match(String(headers.vary), /origin/i, `${method} ${path}`)
  }
})

test('any method and header is allowed, on every route', async () => {
  for (const origin of ORIGINS) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const [, path] of ROUTES) {
        const asked = {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization, content-type, x-any',
        }
        const { status, headers } = await coordinator.ask('OPTIONS', path, { headers: asked })
        assert.ok(status === 200 || status === 204, `${path}: ${status}`)
        assert.equal(headers['access-control-allow-origin'], origin)
        assert.equal(headers['access-control-allow-credentials'], 'true')
        const methods = String(headers['access-control-allow-methods']).split(/, ?/)
        assert.ok(methods.includes(method), `${path} allows ${methods}`)
        assert.match(String(headers['access-control-allow-headers']), /authorization.*x-any/)
      }
    }
  }
})

test('the stream may be listened to from there too', async (t) => {
  const origin = 'http://localhost:5173'
  const listener = await listenTo(t, coordinator.url, { headers: { origin } })
  const { headers } = listener.response
  assert.equal(headers['access-control-allow-origin'], origin)
  assert.equal(headers['access-control-allow-credentials'], 'true')
})

test('pages of other origins may not read the answers', async (t) => {
  for (const origin of FOREIGN) {
    const { headers } = await coordinator.get('/health', { headers: { origin } })
    assert.equal(headers['access-control-allow-origin'], undefined, origin)
    const asked = { origin, 'access-control-request-method': 'PUT' }
    const preflight = await coordinator.ask('OPTIONS', '/key/a', { headers: asked })
    assert.equal(preflight.headers['access-control-allow-origin'], undefined, origin)
    const { response } = await listenTo(t, coordinator.url, { headers: { origin } })
    assert.equal(response.headers['access-control-allow-origin'], undefined, origin)
  }
})

test('a route that does not know a method is 405 and says which it knows', async () => {
  for (const [method, path, allow] of [
    ['POST', '/key/a', 'PUT, GET, HEAD, DELETE'],
    ['PATCH', '/health?x=1', 'GET, HEAD'],
    ['DELETE', '/notifications', 'GET, HEAD'],
    ['GET', '/internal/broadcast', 'POST'],
  ] as const) {
    const { status, body, headers } = await coordinator.ask(method, path)
    const said = [status, body, headers.allow]
    assert.deepEqual(said, [405, { detail: 'Method Not Allowed' }, allow], `${method} ${path}`)
  }
})

test('what is no route is 404, whatever is sent with it', async () => {
  for (const [method, path] of [
    ['GET', '/no/such/route'],
    ['GET', '/key'],
    ['GET', '/%zz'],
  ] as const) {
    const { status, body } = await coordinator.ask(method, path)
    assert.deepEqual([status, body], [404, { detail: 'Not Found' }], `${method} ${path}`)
  }
  assert.equal((await coordinator.post('/no/such/route', { a: 1 })).status, 404)
})

test('what is not HTTP, or far too long, is answered with a sentence', async () => {
  const garbage = await rawExchange(coordinator.url, 'GET /key/\u00e8 HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(garbage, /^HTTP\/1\.1 400 .*\{"detail":"This is not HTTP/s)
  const long = `GET /key/${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`
  assert.match(await rawExchange(coordinator.url, long), /^HTTP\/1\.1 431 .*\{"detail":"/s)
})

test('a body beyond the limit of its route is 413', async () => {
  const text = JSON.stringify({ ids: ['x'.repeat(1024 * 1024)] })
  const { status, body } = await coordinator.ask('POST', '/notifications/mark_read', { text })
  assert.deepEqual([status, body], [413, { detail: 'The body is too large' }])
})
