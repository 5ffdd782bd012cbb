/**
 * The built dashboard beside the routes: which address is a page, which stays a route, and what a
 * browser is told of caching and of what the page may load.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { connectsOf, contentSecurityPolicy, encodingFor, WebApp } from '../../src/http/web-app.ts'
import { must } from '../../src/model/must.ts'
import { coordinatorFace } from '../support/face.ts'

const INDEX = '<!doctype html><title>EnergyGuard</title>'
const SCRIPT = `console.log(${JSON.stringify('watt '.repeat(1_000))})`
const files = new Map([
  ['index.html', Buffer.from(INDEX)],
  ['favicon.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['assets/index-Bx3_9kQz.js', Buffer.from(SCRIPT)],
  ['key', Buffer.from('a file that has the name of a route')],
])
const web = new WebApp({ files: () => files })
/** As a browser asks when a person opens an address. */
const opened = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

test('the pages are one document, whatever their address', async (t) => {
  const face = await coordinatorFace(t, { web })
  for (const path of ['/', '/alerts', '/floor/3?from=now-1h', '/admin/thresholds', '/a/b/c']) {
    const { status, text, headers } = await face.get(path, opened)
    assert.deepEqual([status, text], [200, INDEX], path)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(headers['cache-control'], 'no-cache', path)
  }
  assert.equal((await face.get('/')).text, INDEX, 'whoever asks for the start')
})

test('an address that belongs to a route stays one, also for a browser', async (t) => {
  const face = await coordinatorFace(t, { web })
  const stays = async (path: string, expected: number) => {
    const { status, headers } = await face.get(path, opened)
    assert.equal(status, expected, path)
    assert.doesNotMatch(String(headers['content-security-policy']), /script-src/, path)
  }
  await stays('/health', 200)
  await stays('/docs', 200)
  await stays('/docs/no-such-page', 404)
  await stays('/openapi.json', 200)
  await stays('/key/none', 404)
  await stays('/key', 404)
  await stays('/api/v1/nothing', 404)
  await stays('/notifications/nothing', 404)
  await stays('/internal/broadcast', 405)
})

test('a program is told what is not there, and thresholds are a document', async (t) => {
  const face = await coordinatorFace(t, { web })
  for (const path of ['/alerts', '/floor/3', '/no/such/route', '/%zz', '/../secret']) {
    const { status, body } = await face.get(path)
    assert.deepEqual([status, body], [404, { detail: 'Not Found' }], path)
  }
  const { status, body, headers } = await face.get('/admin/thresholds')
  assert.equal(headers['cache-control'], 'no-store', 'a page has the same address')
  assert.deepEqual([status, Object.keys(body)], [200, ['default', 'per_floor']])
  assert.equal((await face.post('/alerts', {}, opened)).status, 404)
  const missing = await face.get('/assets/index-0ld0ld0l.js', opened)
  assert.equal(missing.status, 404, 'a file of a former build is not the index')
})

test('hashed files are kept for ever; others are asked for again, and are 304', async (t) => {
  const face = await coordinatorFace(t, { web })
  const script = await face.get('/assets/index-Bx3_9kQz.js')
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.equal(script.text, SCRIPT)
  const icon = await face.get('/favicon.svg')
  const said = [icon.headers['cache-control'], icon.headers['content-type']]
  assert.deepEqual(said, ['no-cache', 'image/svg+xml'])
  const etag = must(icon.headers.etag)
  const again = await face.get('/favicon.svg', { headers: { 'if-none-match': etag } })
  assert.deepEqual([again.status, again.text], [304, ''])
  const changed = await face.get('/favicon.svg', { headers: { 'if-none-match': '"other"' } })
  assert.equal(changed.status, 200)
})

test('long texts are compressed as the browser can take it, and come out whole', async (t) => {
  const face = await coordinatorFace(t, { web })
  const open = { br: brotliDecompressSync, gzip: gunzipSync } as const
  for (const encoding of ['br', 'gzip'] as const) {
    const url = `${face.url}/assets/index-Bx3_9kQz.js`
    const headers = { 'accept-encoding': encoding }
    const head = await face.ask('HEAD', '/assets/index-Bx3_9kQz.js', { headers })
    assert.equal(head.headers['content-encoding'], encoding)
    assert.ok(Number(head.headers['content-length']) < SCRIPT.length / 10)
    assert.match(String(head.headers.vary), /accept-encoding/)
    const bytes = await must(web.fileAt(new URL(url).pathname)).in(encoding)
    assert.equal(open[encoding](bytes).toString(), SCRIPT)
    assert.equal(await (await fetch(url, { headers })).text(), SCRIPT)
  }
  assert.equal((await face.get('/', opened)).headers['content-encoding'], undefined)
  assert.equal(encodingFor('gzip, deflate, br'), 'br')
  assert.equal(encodingFor('br;q=0, GZIP;q=0.5'), 'gzip')
  assert.equal(encodingFor('identity'), 'identity')
  assert.equal(encodingFor(undefined), 'identity')
})

test('no page runs a script that stands in it, nor one from elsewhere', async (t) => {
  const face = await coordinatorFace(t, { web })
  const { headers } = await face.get('/', opened)
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /script-src 'self';/)
  assert.match(policy, /default-src 'self';/)
  assert.match(policy, /object-src 'none';/)
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
})

test('the page may ask the login, which has a port of its own on the host it was opened at', () => {
  assert.match(contentSecurityPolicy('energy.example:8000'), /http:\/\/energy\.example:\*/)
  assert.match(contentSecurityPolicy('[::1]:8000'), /http:\/\/\[::1\]:\*/)
  const forged = contentSecurityPolicy("evil; script-src 'unsafe-inline'")
  assert.doesNotMatch(forged, /evil|script-src 'unsafe/)
  assert.match(contentSecurityPolicy(undefined), /connect-src 'self' http:\/\/localhost:\*/)
})

test('a page that was built for services elsewhere may ask them, and nobody else', async (t) => {
  const head = '<meta name="connects" content="https://kv.example:8000 https://login.example">'
  const built = new Map([['index.html', Buffer.from(`<!doctype html>${head}`)]])
  const face = await coordinatorFace(t, { web: new WebApp({ files: () => built }) })
  const { headers } = await face.get('/', opened)
  const policy = String(headers['content-security-policy'])
  assert.match(
    policy,
    /connect-src 'self' [^;]* https:\/\/kv\.example:8000 https:\/\/login\.example;/,
  )
  assert.match(policy, /script-src 'self';/)
  const forged = `<meta name="connects" content="https://a.example;script-src * https://b.example">`
  assert.deepEqual(connectsOf(forged), ['https://b.example'])
  assert.deepEqual(connectsOf(INDEX), [])
})

test('without a build the start leads to the documentation, as before', async (t) => {
  const face = await coordinatorFace(t)
  const { status, headers } = await face.get('/', opened)
  assert.deepEqual([status, headers.location], [302, '/docs'])
  assert.equal((await face.get('/alerts', opened)).status, 404)
})
