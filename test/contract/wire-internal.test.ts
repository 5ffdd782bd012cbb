/**
 * The inner door of a shard, `POST /internal/ops`, as strangers and as its own cluster find it: on
 * real processes, with the bytes and headers that a test writes.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startRole } from '../support/process.ts'
import { runningCoordinator, runningShard, runningStore } from '../support/running-store.ts'
import { signedHeaders } from '../support/signed-body.ts'
import type { WireAnswer, WireClient } from '../support/wire-client.ts'

const HELLO = '{"kind":"hello"}'
const OTHER_SECRET = 'the-secret-of-somebody-else'

const ask = (shard: WireClient, text: string | Buffer, headers: Readonly<Record<string, string>>) =>
  shard.ask('POST', '/internal/ops', { text, headers })

function assertRefused({ status, body }: WireAnswer, says: RegExp): void {
  assert.deepEqual([status, body.kind], [401, 'error'])
  assert.match(String(body.reason), says)
  assert.match(String(body.reason), /Give shards and coordinators the same CLUSTER_SECRET/)
}

test('a body that is signed with the secret is answered', async () => {
  const shard = await runningShard()
  const { status, body } = await ask(shard, HELLO, signedHeaders(HELLO))
  assert.deepEqual([status, body.kind], [200, 'hello'])
})

test('without a signature, with a wrong one, or changed on the way it is 401', async () => {
  const shard = await runningShard()
  assertRefused(await ask(shard, HELLO, {}), /is not signed/)
  const noSignature = { 'x-energyguard-signature': 'sha256' }
  assertRefused(await ask(shard, HELLO, noSignature), /is not signed/)
  assertRefused(await ask(shard, HELLO, signedHeaders(HELLO, OTHER_SECRET)), /does not fit/)
  const changed = HELLO.replace('hello', 'hallo')
  assertRefused(await ask(shard, changed, signedHeaders(HELLO)), /does not fit/)
  const longer = `${HELLO} `
  assertRefused(await ask(shard, longer, signedHeaders(HELLO)), /does not fit/)
})

test('whoever has no signature learns nothing of what a body must be', async () => {
  const shard = await runningShard()
  for (const text of ['', 'no JSON', '[]', '{"kind":"nothing"}']) {
    assertRefused(await ask(shard, text, {}), /is not signed/)
    assertRefused(await ask(shard, text, signedHeaders(text, OTHER_SECRET)), /does not fit/)
  }
})

test('a ring that a stranger sends is not taken', async () => {
  const store = await runningStore({ shards: 1 })
  const [shard] = store.shards
  assert.ok(shard)
  const ringOf = async () => (await ask(shard, HELLO, signedHeaders(HELLO))).body.ring
  const ring = Object(await ringOf())
  const theirs = JSON.stringify({
    kind: 'ring.store',
    ring: { ...ring, version: ring.version + 9 },
  })
  assertRefused(await ask(shard, theirs, {}), /is not signed/)
  assertRefused(await ask(shard, theirs, signedHeaders(theirs, OTHER_SECRET)), /does not fit/)
  assert.deepEqual(await ringOf(), ring)
})

test('the routes for people ask for no signature', async () => {
  const shard = await runningShard()
  for (const path of ['/health', '/stats', '/livez', '/readyz', '/metrics', '/docs/']) {
    assert.equal((await shard.get(path)).status, 200, path)
  }
  assert.equal((await shard.put('/key/a', { value: {} })).status, 200)
})

test('a coordinator with another secret is given nothing, and a person is told why', async () => {
  const store = await runningStore({ shards: 1 })
  const [shard] = store.shards
  assert.ok(shard)
  await store.put('/key/a', { value: { kept: true } })
  const other = await startRole(['coordinator', '--port', '0'], {
    env: { CLUSTER_SECRET: OTHER_SECRET, BOOTSTRAP_NODES: shard.url },
  })
  await eventually('it is told', () =>
    /does not take the signature .*same CLUSTER_SECRET.*"network\.unsigned"/.test(other.stderr()),
  )
  assert.equal(other.stderr().match(/"network\.unsigned"/g)?.length, 1, 'once')
  const answer = await fetch(`${other.address}/key/a`)
  assert.equal(answer.status, 503)
  assert.deepEqual((await store.get('/key/a')).body, { value: { kept: true } })
})

test('a shard with another secret cannot be added', async () => {
  const coordinator = await runningCoordinator()
  const shard = await runningShard({ CLUSTER_SECRET: OTHER_SECRET })
  const answer = await coordinator.post('/sharding/add-node', { node: shard.url })
  assert.equal(answer.status, 502)
  assert.equal((await coordinator.get('/sharding/info')).body.total_nodes, 0)
})

test('while one shard has another secret the others go on, and it is told to be down', async () => {
  const store = await runningStore()
  const [, , third] = store.shards
  assert.ok(third)
  await third.member.kill()
  await third.member.start(['--cluster-secret', OTHER_SECRET])
  for (let n = 0; n < 20; n += 1) {
    const answer = await store.put(`/key/k${n}`, { value: { n } })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.replicas_ok, 2)
  }
  await eventually('it is down', async () => (await healthOf(store))[third.url] === 'down')
  await third.member.kill()
  await third.member.start()
  await eventually('it is up again', async () => (await healthOf(store))[third.url] === 'up')
})

async function healthOf(store: WireClient): Promise<Readonly<Record<string, string>>> {
  const { shards } = (await store.get('/sharding/info')).body
  const list = shards as readonly { readonly node: string; readonly health: string }[]
  return Object.fromEntries(list.map(({ node, health }) => [node, health]))
}
