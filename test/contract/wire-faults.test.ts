/**
 * The wire contract: the table of outcomes, with shards that are stopped, silent or killed for
 * real. "Not found" is never said when nobody was asked, and "failed" never when it may have
 * happened.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePorts } from '../support/compose-processes.ts'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { startRole } from '../support/process.ts'
import {
  type RunningStore,
  runningCoordinator,
  runningShard,
  runningStore,
} from '../support/running-store.ts'
import { type WireAnswer, wireClient } from '../support/wire-client.ts'

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

test('with one shard of three dead, keys are written and read as ever', async () => {
  const store = await runningStore()
  await store.put('/key/a', { value })
  kill(store, 1)
  for (const key of ['b', 'c', 'd']) {
    const written = await store.put(`/key/${key}`, { value })
    assert.deepEqual([written.status, written.body.replicas_ok], [200, 2])
  }
  assert.deepEqual(seen(await store.get('/key/a')), [200, { value }])
  assert.equal((await store.get('/key/none')).status, 404)
})

test('with two dead, a write is 504 unknown and a read is 503, never 404', async () => {
  const store = await runningStore()
  await store.put('/key/a', { value })
  kill(store, 2)
  for (const written of [await store.put('/key/b', { value }), await store.delete('/key/a')]) {
    assert.equal(written.status, 504)
    assert.deepEqual(Object.keys(written.body).sort(), ['detail', 'outcome'])
    assert.equal(written.body.outcome, 'unknown')
    assert.equal(typeof written.body.detail, 'string')
  }
  for (const key of ['a', 'none']) {
    const { status, body } = await store.get(`/key/${key}`)
    assert.equal(status, 503, key)
    assert.equal(body.needed, 2)
    assert.ok(body.had === 0 || body.had === 1, 'those that answered until it was certain')
    assert.match(String(body.detail), new RegExp(`${body.had} of the 2`))
  }
  const operations = [
    { op: 'put', key: 'b', value },
    { op: 'get', key: 'a' },
  ]
  const { body } = await store.post('/batch', { operations })
  assert.partialDeepStrictEqual(body, {
    results: [
      { status: 504, outcome: 'unknown', needed: 2, had: 1 },
      { status: 503, needed: 2 },
    ],
  })
  assert.equal((await store.get('/scan')).status, 503)
  assert.equal((await store.get('/health')).status, 200)
  await eventually('it says what it waits for', async () => {
    const { status, text } = await store.get('/readyz')
    return status === 503 && text.includes('quorum')
  })
})

test('with all dead, a write has failed for certain; once they are back all is well', async () => {
  const store = await runningStore()
  await store.put('/key/a', { value })
  for (const { member } of store.shards) {
    member.current().kill('SIGKILL')
    await member.current().exited
  }
  await eventually('the shards are known to be dead', async () => {
    const { status, body } = await store.put('/key/b', { value })
    if (status !== 502) return false
    assert.deepEqual(body, { detail: 'Scrittura fallita su tutti i nodi' })
    return true
  })
  const deleted = await store.delete('/key/a')
  assert.deepEqual(seen(deleted), [502, { detail: 'Cancellazione fallita su tutti i nodi' }])
  const { status, body } = await store.get('/key/a')
  assert.deepEqual([status, body.needed, body.had], [503, 2, 0])

  for (const { member } of store.shards) await member.killAndRestart()
  await eventually('they are back', async () => (await store.get('/readyz')).status === 200)
  assert.deepEqual(seen(await store.get('/key/a')), [200, { value }])
  assert.equal((await store.get('/key/b')).status, 404, 'what failed did not happen')
})

test('shards that are silent make a write unknown, within a few seconds', async () => {
  const store = await runningStore()
  await store.put('/key/a', { value })
  for (const { member } of store.shards.slice(1)) member.current().kill('SIGSTOP')
  const written = await store.put('/key/b', { value })
  assert.deepEqual([written.status, written.body.outcome], [504, 'unknown'])
  assert.equal((await store.get('/key/a')).status, 503)
  for (const { member } of store.shards.slice(1)) member.current().kill('SIGCONT')
  await eventually('the store works again', async () => {
    return (await store.put('/key/b', { value })).status === 200
  })
  assert.deepEqual(seen(await store.get('/key/a')), [200, { value }])
})

test('a coordinator that is killed knows everything when it is back', async () => {
  const store = await runningStore()
  await store.put('/key/a', { value })
  const { body } = await store.get('/sharding/info')
  await store.coordinator.killAndRestart()
  await eventually('it is ready', async () => (await store.get('/readyz')).status === 200)
  assert.deepEqual(seen(await store.get('/key/a')), [200, { value }])
  assert.deepEqual((await store.get('/sharding/info')).body.nodes, body.nodes)
})

test('a request that is under way when the coordinator stops gets its answer', async () => {
  const store = await runningStore()
  await store.put('/key/a', { value })
  for (const { member } of store.shards.slice(1)) member.current().kill('SIGSTOP')
  const writing = store.put('/key/b', { value })
  /** A later request has its answer, so this one has arrived. */
  await store.get('/health')
  const ended = store.coordinator.current().stop()
  assert.deepEqual([(await writing).status, (await writing).body.outcome], [504, 'unknown'])
  assert.deepEqual(await ended, { code: 0, signal: null })
})

test('while the log is away keys are served, and what needs the log is 503', async (t) => {
  const shard = await runningShard()
  const [port] = await freePorts(1)
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

function kill(store: RunningStore, count: number): void {
  for (const { member } of store.shards.slice(0, count)) member.current().kill('SIGKILL')
}
