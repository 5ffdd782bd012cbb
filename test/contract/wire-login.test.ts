/**
 * The wire contract: the login.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRole } from '../support/process.ts'
import { wireClient } from '../support/wire-client.ts'

const WRONG = { detail: 'Invalid credentials' }

async function runningLogin(env: Readonly<Record<string, string>> = {}) {
  const process = await startRole(['login', '--port', '0'], { env })
  return { ...wireClient(process.address), process }
}

const login = await runningLogin()

test('the name and the password are exchanged for the token', async () => {
  const env = { ADMIN_USER: 'anna', ADMIN_PASS: 'segreta è', ADMIN_TOKEN: 'the-token' }
  const guarded = await runningLogin(env)
  const good = await guarded.post('/login', { username: 'anna', password: 'segreta è' })
  assert.deepEqual([good.status, good.body], [200, { token: 'the-token' }])
  for (const [username, password] of [
    ['anna', 'segreta'],
    ['anna', ''],
    ['admin', 'segreta è'],
    ['', ''],
    ['anna', 'the-token'],
  ]) {
    const bad = await guarded.post('/login', { username, password })
    assert.deepEqual([bad.status, bad.body], [401, WRONG], `${username}/${password}`)
  }
})

test('name and password are admin unless told otherwise, the token is the default', async () => {
  const answer = await login.post('/login', { username: 'admin', password: 'admin' })
  assert.deepEqual([answer.status, answer.body], [200, { token: 'eg-admin-token' }])
})

test('the dashboard may ask from whatever port of the same host, and no other page', async () => {
  const ask = async (origin: string) => {
    const answer = await fetch(`${login.process.address}/login`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    return answer.headers.get('access-control-allow-origin')
  }
  assert.equal(await ask('http://127.0.0.1:8000'), 'http://127.0.0.1:8000')
  assert.notEqual(await ask('http://elsewhere.example'), 'http://elsewhere.example')
})

test('a bad body is 422 with each wrong field named', async () => {
  const fieldsOf = async (json: unknown) => {
    const { status, body } = await login.post('/login', json)
    assert.equal(status, 422)
    return (body.detail as { loc: string[] }[]).map(({ loc }) => loc.join('.'))
  }
  assert.deepEqual(await fieldsOf({}), ['body.username', 'body.password'])
  assert.deepEqual(await fieldsOf({ username: 1, password: 'x' }), ['body.username'])
  assert.deepEqual(await fieldsOf([]), ['body'])
  assert.equal((await login.ask('POST', '/login')).status, 422)
})

test('it says that it is well, lets the dashboard ask, and ends cleanly', async () => {
  const health = await login.get('/health')
  assert.deepEqual([health.status, health.body], [200, { status: 'ok' }])
  for (const path of ['/livez', '/readyz', '/openapi.json', '/docs']) {
    assert.equal((await login.get(path)).status, 200, path)
  }
  const origin = 'http://localhost:3000'
  const asked = { origin, 'access-control-request-method': 'POST' }
  const preflight = await login.ask('OPTIONS', '/login', { headers: asked })
  assert.equal(preflight.headers['access-control-allow-origin'], origin)
  assert.equal((await login.process.stop()).code, 0)
})
