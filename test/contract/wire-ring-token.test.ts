/**
 * The wire contract: who may change the ring. Everybody, as with the original, until an admin token
 * is set that is not the well-known one; then whoever sends it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_ADMIN_TOKEN } from '../../src/app/settings/store.ts'
import { runCommand } from '../support/process.ts'
import { runningCoordinator, runningShard } from '../support/running-store.ts'
import type { WireAnswer } from '../support/wire-client.ts'

const TOKEN = 'the-token'
const guarded = await runningCoordinator({ ADMIN_TOKEN: TOKEN })
const open = await runningCoordinator()
const shard = await runningShard()

const CHANGES: readonly (readonly [string, object])[] = [
  ['add-node', { node: shard.url }],
  ['reconfigure', { replication_factor: 2 }],
  ['remove-node', { node: shard.url }],
]
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

test('with a token of its own a change is 401 without it and 403 with a wrong one', async () => {
  const change = (name: string, json: unknown, headers: Readonly<Record<string, string>> = {}) =>
    guarded.post(`/sharding/${name}`, json, { headers })
  for (const [name, json] of CHANGES) {
    const missing = await change(name, json)
    assert.equal(missing.status, 401, name)
    assert.equal(missing.headers['www-authenticate'], 'Bearer')
    assert.equal(typeof missing.body.detail, 'string')
    for (const authorization of ['', 'Bearer', 'Basic YTpi', TOKEN]) {
      assert.equal((await change(name, json, { authorization })).status, 401, authorization)
    }
    for (const wrong of ['wrong', `${TOKEN}x`, DEFAULT_ADMIN_TOKEN]) {
      const { status, body } = await change(name, json, bearer(wrong))
      assert.equal(status, 403, `${name} ${wrong}`)
      assert.equal(typeof body.detail, 'string')
    }
    assert.equal((await change(name, { nonsense: 1 })).status, 401, 'whatever the body is')
  }
  const { body } = await guarded.get('/sharding/info')
  assert.deepEqual([body.total_nodes, body.replication_factor], [0, 3])
})

test('the answers are those of the thresholds, word for word', async () => {
  const seen = ({ status, text, headers }: WireAnswer) => [
    status,
    text,
    headers['www-authenticate'],
  ]
  for (const headers of [{}, bearer('wrong')]) {
    const thresholds = await guarded.put('/admin/thresholds', {}, { headers })
    const ring = await guarded.post('/sharding/reconfigure', {}, { headers })
    assert.deepEqual(seen(ring), seen(thresholds))
  }
})

test('with the token every change is made, and what is wrong with a body is told', async () => {
  const headers = bearer(TOKEN)
  for (const [name, json] of CHANGES) {
    const { status, text } = await guarded.post(`/sharding/${name}`, json, { headers })
    assert.equal(status, 200, text)
    assert.equal((await guarded.post(`/sharding/${name}`, {}, { headers })).status, 422)
  }
})

test('looking at the ring asks for no token', async () => {
  assert.equal((await guarded.get('/sharding/info')).status, 200)
  assert.equal((await guarded.get('/health')).status, 200)
})

test('with the default token the ring is changed without one, and whatever is sent', async () => {
  const other = await runningShard()
  const add = (headers: Readonly<Record<string, string>>) =>
    open.post('/sharding/add-node', { node: other.url }, { headers })
  assert.equal((await add({})).body.status, 'success')
  assert.equal((await add(bearer('wrong'))).body.status, 'warning')
  assert.equal((await add(bearer(DEFAULT_ADMIN_TOKEN))).body.status, 'warning')
})

test('shards named at start are registered whatever the token is', async () => {
  const coordinator = await runningCoordinator({
    ...{ ADMIN_TOKEN: TOKEN, BOOTSTRAP_NODES: (await runningShard()).url },
  })
  assert.equal((await coordinator.get('/sharding/info')).body.total_nodes, 1)
})

test('the command line sends its token, by whichever door it came', async () => {
  const { url: node } = await runningShard()
  const ring = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCommand(['ring', ...words, node, '--coordinator-url', guarded.url], { env })
  const refused = await ring(['add'])
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(refused.stderr, /^The token is wrong \(HTTP 403\)\. Give the token .* --admin-token/)
  const added = await ring(['add', '--admin-token', TOKEN])
  assert.deepEqual([added.code, added.stdout], [0, `Nodo ${node} aggiunto\n`], added.stderr)
  const removed = await ring(['remove'], { ADMIN_TOKEN: TOKEN })
  assert.deepEqual([removed.code, removed.stdout], [0, `Nodo ${node} rimosso\n`], removed.stderr)
  const info = await runCommand(['ring', 'info', '--coordinator-url', guarded.url])
  assert.equal(info.code, 0, info.stderr)
})

test('the documentation names the token for every change and none for looking', async () => {
  const { paths } = (await open.get('/openapi.json')).body as {
    paths: Record<string, Record<string, { security?: unknown; responses: object }>>
  }
  const changes = Object.entries(paths).flatMap(([path, { post }]) =>
    path.startsWith('/sharding/') && post ? [{ path, post }] : [],
  )
  assert.ok(changes.length >= CHANGES.length)
  for (const { path, post } of changes) {
    assert.deepEqual(post.security, [{ bearer: [] }, {}], path)
    assert.ok('401' in post.responses && '403' in post.responses, path)
  }
  assert.equal(paths['/sharding/info']?.get?.security, undefined)
})
