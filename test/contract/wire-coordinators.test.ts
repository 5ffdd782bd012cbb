/**
 * The wire contract with several coordinators side by side: whichever is asked, all say the same.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { startStore } from '../support/pipeline.ts'
import { PATIENT, startRole, temporaryFolder } from '../support/process.ts'
import { wireClient } from '../support/wire-client.ts'

const logFlags = ['--log-path', join(temporaryFolder('log'), 'log.db')]
const { url, shards } = await startStore({ logFlags, env: PATIENT })
const nodes = shards.map((shard) => shard.current().address).join(',')
const second = await startRole(
  ['coordinator', '--port', '0', '--bootstrap-nodes', nodes, ...logFlags],
  { env: PATIENT },
)
const [one, two] = [wireClient(url), wireClient(second.address)]
for (const client of [one, two]) {
  await eventually('both are ready', async () => (await client.get('/readyz')).status === 200)
}

test('what is written through one is read through the other', async () => {
  for (let n = 0; n < 20; n += 1) {
    const [writer, reader] = n % 2 === 0 ? [one, two] : [two, one]
    assert.equal((await writer.put('/key/both', { value: { n } })).status, 200)
    assert.deepEqual((await reader.get('/key/both')).body, { value: { n } })
  }
  const infos = [await one.get('/sharding/info'), await two.get('/sharding/info')]
  const [first, other] = infos.map(({ body }) => [body.cluster, body.version, body.nodes])
  assert.deepEqual(first, other)
})

test('thresholds changed at one hold at the other', async () => {
  const headers = { authorization: 'Bearer eg-admin-token' }
  await one.put('/admin/thresholds', { default: { kw_max: 21 } }, { headers })
  const { body } = await two.get('/admin/thresholds')
  assert.partialDeepStrictEqual(body, { default: { kw_max: 21 } })
})

test('both show the same notifications, the same count, and the same events', async (t) => {
  const listeners = [await listenTo(t, one.url), await listenTo(t, two.url)]
  for (const listener of listeners) await listener.hears('ping')
  for (const n of [1, 2, 3, 4]) {
    const document = { piano: 1, timestamp: 1_750_000_000 + n, eventi: [{ tipo: 'kw_over' }] }
    await (n % 2 === 0 ? one : two).post('/internal/broadcast', document)
  }
  for (const listener of listeners) await listener.hears('anomaly', 4)
  assert.deepEqual(listeners[0]?.events.slice(1), listeners[1]?.events.slice(1))
  const [items, others] = [await one.get('/notifications'), await two.get('/notifications')]
  assert.equal(items.body.total, 4)
  assert.deepEqual(items.body, others.body)

  const [first] = items.body.items as { id: string }[]
  await one.post('/notifications/mark_read', { ids: [first?.id] })
  await eventually('the other knows it too', async () => {
    return (await two.get('/notifications/unread_count')).body.unread === 3
  })
})

test('a stream that was cut at one goes on at the other', async (t) => {
  const before = await listenTo(t, one.url)
  await before.hears('ping')
  await one.post('/internal/broadcast', { piano: 2, timestamp: 1_750_000_100 })
  const { id = '' } = await before.hears('anomaly')
  before.leave()
  await one.post('/internal/broadcast', { piano: 2, timestamp: 1_750_000_101 })
  const after = await listenTo(t, two.url, { headers: { 'last-event-id': id } })
  await after.hears('anomaly')
  assert.deepEqual(
    after.data('anomaly').map(({ timestamp }) => timestamp),
    [1_750_000_101],
  )
})
