/**
 * The wire contract: the table of outcomes, with shards that are stopped, silent or killed for
 * real. "Not found" is never said when nobody was asked, and "failed" never when it may have
 * happened.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { stablePort } from '../support/ports.ts'
import { startRole } from '../support/process.ts'
import { runningCoordinator, runningShard, runningStore } from '../support/running-store.ts'
import { untilItStandsStill } from '../support/standing-still.ts'
import { type WireAnswer, wireClient } from '../support/wire-client.ts'

/** Shards that hang are waited for, by each request that meets them. */
const store = await runningStore({ env: { REQUEST_TIMEOUT_SECS: '4' } })
const seen = ({ status, body }: WireAnswer) => [status, body]
const value = { a: 1 }

test('without a shard, every route of a key is 503 in the words of the contract', async () => {
  const coordinator = await runningCoordinator()
  const answer = [503, { detail: 'Nessun nodo KVS registrato' }]
  assert.deepEqual(seen(await coordinator.put('/key/a', { value })), answer)
  assert.deepEqual(seen(await coordinator.get('/key/a')), answer)
  assert.deepEqual(seen(await coordinator.delete('/key/a')), answer)
  assert.deepEqual(seen(await coordinator.get('/scan')), answer)
  const { body } = await coordinator.post('/batch', { operations: [{ op: 'get', key: 'a' }] })
  assert.deepEqual(body, { results: [{ status: 503, detail: 'Nessun nodo KVS registrato' }] })
})

test('with one shard of three dead, keys are written and read as ever', async (t) => {
  await store.put('/key/one:a', { value })
  await kill(t, 1)
  for (const key of ['b', 'c', 'd']) {
    const written = await store.put(`/key/one:${key}`, { value })
    assert.deepEqual([written.status, written.body.replicas_ok], [200, 2])
  }
  assert.deepEqual(seen(await store.get('/key/one:a')), [200, { value }])
  assert.equal((await store.get('/key/none')).status, 404)
})

test('with two dead, a write is 504 unknown and a read is 503, never 404', async (t) => {
  await store.put('/key/two:a', { value })
  await kill(t, 2)
  const writes = [await store.put('/key/two:b', { value }), await store.delete('/key/two:c')]
  for (const written of writes) {
    assert.equal(written.status, 504)
    assert.deepEqual(Object.keys(written.body).sort(), ['detail', 'outcome'])
    assert.equal(written.body.outcome, 'unknown')
    assert.equal(typeof written.body.detail, 'string')
  }
  for (const key of ['two:a', 'none']) {
    const { status, body } = await store.get(`/key/${key}`)
    assert.equal(status, 503, key)
    assert.equal(body.needed, 2)
    assert.ok(body.had === 0 || body.had === 1, 'those that answered until it was certain')
    assert.match(String(body.detail), new RegExp(`${body.had} of the 2`))
  }
  assert.equal((await store.get('/scan')).status, 503)
  assert.equal((await store.get('/health')).status, 200)
  await eventually('it says what it waits for', async () => {
    const { status, text } = await store.get('/readyz')
    return status === 503 && text.includes('quorum')
  })
})

test('with two dead, each operation of a batch says what became of it', async (t) => {
  await kill(t, 2)
  const operations = [
    { op: 'put', key: 'two:d', value },
    { op: 'get', key: 'two:a' },
  ]
  const { body } = await store.post('/batch', { operations })
  assert.partialDeepStrictEqual(body, {
    results: [
      { status: 504, outcome: 'unknown', needed: 2, had: 1 },
      { status: 503, needed: 2 },
    ],
  })
})

test('with all dead, a write has failed for certain; once they are back all is well', async (t) => {
  await store.put('/key/all:a', { value })
  const restore = await kill(t, 3)
  await eventually('the shards are known to be dead', async () => {
    const { status, body } = await store.put('/key/all:b', { value })
    if (status !== 502) return false
    assert.deepEqual(body, { detail: 'Scrittura fallita su tutti i nodi' })
    return true
  })
  const deleted = await store.delete('/key/all:a')
  assert.deepEqual(seen(deleted), [502, { detail: 'Cancellazione fallita su tutti i nodi' }])
  const { status, body } = await store.get('/key/all:a')
  assert.deepEqual([status, body.needed, body.had], [503, 2, 0])

  await restore()
  assert.deepEqual(seen(await store.get('/key/all:a')), [200, { value }])
  assert.equal((await store.get('/key/all:b')).status, 404, 'what failed did not happen')
})

test('shards that are silent make a write unknown, within a few seconds', async (t) => {
  await store.put('/key/silent:a', { value })
  const thaw = await freezeMost(t)
  const written = await store.put('/key/silent:b', { value })
  assert.deepEqual([written.status, written.body.outcome], [504, 'unknown'])
  assert.equal((await store.get('/key/silent:a')).status, 503)
  thaw()
  await eventually('the store works again', async () => {
    return (await store.put('/key/silent:b', { value })).status === 200
  })
  assert.deepEqual(seen(await store.get('/key/silent:a')), [200, { value }])
})

test('the less time an operation has, the sooner its outcome is told', async (t) => {
  const BOOTSTRAP_NODES = store.shards.map(({ url }) => url).join(',')
  const hasty = await runningCoordinator({ BOOTSTRAP_NODES, REQUEST_TIMEOUT_SECS: '0.5' })
  await eventually(
    'it works',
    async () => (await hasty.put('/key/hasty', { value })).status === 200,
  )
  const thaw = await freezeMost(t)
  const told: string[] = []
  const outcomes = [store, hasty].map(async (client) => {
    const { body } = await client.put('/key/hasty', { value })
    told.push(client.url)
    return body.outcome
  })
  assert.deepEqual(await Promise.all(outcomes), ['unknown', 'unknown'])
  assert.deepEqual(told, [hasty.url, store.url])
  thaw()
  await whole()
})

test('a coordinator that is killed knows everything when it is back', async () => {
  await store.put('/key/back:a', { value })
  const { body } = await store.get('/sharding/info')
  await store.coordinator.killAndRestart()
  await whole()
  assert.deepEqual(seen(await store.get('/key/back:a')), [200, { value }])
  assert.deepEqual((await store.get('/sharding/info')).body.nodes, body.nodes)
})

test('a coordinator that starts has found its ring before it answers anything', async (t) => {
  await store.put('/key/anew:a', { value })
  const slow = store.shards[2]?.member.current()
  t.after(() => slow?.kill('SIGCONT'))
  slow?.kill('SIGSTOP')
  await store.coordinator.killAndRestart()
  assert.deepEqual(seen(await store.get('/key/anew:a')), [200, { value }])
  assert.equal((await store.get('/admin/thresholds')).status, 200)
  slow?.kill('SIGCONT')
  await whole()
})

test('one whose shards are all dead answers after a moment, and does not guess', async () => {
  const port = await stablePort()
  const env = { BOOTSTRAP_NODES: `http://127.0.0.1:${port}`, REQUEST_TIMEOUT_SECS: '2' }
  const coordinator = await runningCoordinator(env)
  const answer = [503, { detail: 'Nessun nodo KVS registrato' }]
  assert.deepEqual(seen(await coordinator.get('/key/a')), answer)
  assert.equal((await coordinator.get('/admin/thresholds')).status, 503)
  assert.equal((await coordinator.get('/health')).status, 200)
})

test('a request that is under way when the coordinator stops gets its answer', async (t) => {
  const thaw = await freezeMost(t)
  const writing = store.put('/key/stop:b', { value })
  /** A later request has its answer, so this one has arrived. */
  await store.get('/health')
  const ended = store.coordinator.current().stop()
  assert.deepEqual([(await writing).status, (await writing).body.outcome], [504, 'unknown'])
  assert.deepEqual(await ended, { code: 0, signal: null })
  thaw()
})

test('while the log is away keys are served, and what needs the log is 503', async (t) => {
  const shard = await runningShard()
  const port = await stablePort()
  const env = { KAFKA_BOOTSTRAP: `127.0.0.1:${port}`, BOOTSTRAP_NODES: shard.url }
  const process = await startRole(['coordinator', '--port', '0'], { env })
  const coordinator = wireClient(process.address)
  await eventually('a key is written', async () => {
    return (await coordinator.put('/key/a', { value })).status === 200
  })
  assert.deepEqual(seen(await coordinator.get('/key/a')), [200, { value }])
  assert.equal((await coordinator.get('/admin/thresholds')).status, 200)
  await (await listenTo(t, coordinator.url)).hears('ping')
  const answers = [
    await coordinator.get('/notifications'),
    await coordinator.get('/notifications/unread_count'),
    await coordinator.post('/notifications/mark_read', { ids: [] }),
    await coordinator.post('/internal/broadcast', { piano: 1 }),
    await coordinator.get('/readyz'),
  ]
  for (const { status, body } of answers) {
    assert.equal(status, 503)
    assert.match(String(body.detail), /alerts log|Kafka/)
  }
  assert.deepEqual(await process.stop(), { code: 0, signal: null })
})

/** `kill -9`; the function brings them back and waits until all is well, as the test's end does. */
async function kill(t: TestContext, count: number): Promise<() => Promise<void>> {
  const members = store.shards.slice(0, count).map(({ member }) => member)
  let areDead = true
  const restore = async () => {
    if (!areDead) return
    areDead = false
    await Promise.all(members.map((member) => member.killAndRestart()))
    await whole()
  }
  t.after(restore)
  for (const member of members) {
    member.current().kill('SIGKILL')
    await member.current().exited
  }
  return restore
}

/** All shards but one. They go on when the test is over, however it ended. */
async function freezeMost(t: TestContext): Promise<() => void> {
  const most = store.shards.slice(1).map(({ member }) => member.current())
  const thaw = () => {
    for (const shard of most) shard.kill('SIGCONT')
  }
  t.after(thaw)
  for (const shard of most) shard.kill('SIGSTOP')
  for (const { pid } of most) await untilItStandsStill(pid)
  return thaw
}

function whole(): Promise<unknown> {
  return eventually('all is well', async () => (await store.get('/readyz')).status === 200)
}
