/**
 * The wire contract: the stream of alarms.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { runningCoordinator } from '../support/running-store.ts'
import type { WireClient } from '../support/wire-client.ts'

async function raise(client: WireClient, second: number): Promise<void> {
  const eventi = [{ tipo: 'kw_over', valore: 12, threshold: 11 }]
  const document = { piano: 1, timestamp: 1_750_000_000 + second, eventi }
  assert.equal((await client.post('/internal/broadcast', document)).status, 200)
}

test('first comes a ping without data, then each notification as it is raised', async (t) => {
  const coordinator = await runningCoordinator()
  const listener = await listenTo(t, coordinator.url)
  const { statusCode, headers } = listener.response
  assert.equal(statusCode, 200)
  assert.match(String(headers['content-type']), /^text\/event-stream/)
  assert.match(String(headers['cache-control']), /no-cache/)
  await listener.hears('ping')
  assert.match(listener.text(), /^event: ping\n(id: .*\n)?data: \{\}\n\n/)

  await raise(coordinator, 1)
  await listener.hears('anomaly')
  const { body } = await coordinator.get('/notifications')
  assert.deepEqual(listener.data('anomaly'), body.items)
  assert.equal(listener.data('ping').length, 1)
})

test('a client that comes back is told what it has missed, without gap or repeat', async (t) => {
  const coordinator = await runningCoordinator()
  const first = await listenTo(t, coordinator.url)
  await first.hears('ping')
  await raise(coordinator, 1)
  const { id } = await first.hears('anomaly')
  assert.ok(id)
  first.leave()
  for (const second of [2, 3]) await raise(coordinator, second)
  const seconds = (items: readonly Readonly<Record<string, unknown>>[]) =>
    items.map(({ timestamp }) => Number(timestamp) - 1_750_000_000)

  const byHeader = await listenTo(t, coordinator.url, { headers: { 'last-event-id': id } })
  const path = `/anomalies/stream?last_event_id=${encodeURIComponent(id)}`
  const byQuery = await listenTo(t, coordinator.url, { path })
  await raise(coordinator, 4)
  for (const again of [byHeader, byQuery]) {
    await again.hears('anomaly', 3)
    assert.equal(again.events[0]?.name, 'ping')
    assert.deepEqual(seconds(again.data('anomaly')), [2, 3, 4])
  }
})

test('a client that had heard nothing yet misses nothing either', async (t) => {
  const coordinator = await runningCoordinator()
  await raise(coordinator, 1)
  const first = await listenTo(t, coordinator.url)
  const { id = '' } = await first.hears('ping')
  first.leave()
  await raise(coordinator, 2)
  const again = await listenTo(t, coordinator.url, { headers: { 'last-event-id': id } })
  await again.hears('anomaly')
  assert.deepEqual(
    again.data('anomaly').map(({ timestamp }) => timestamp),
    [1_750_000_002],
  )
})

test('an unknown id is answered by a gap and the list, never by silence', async (t) => {
  const coordinator = await runningCoordinator()
  await raise(coordinator, 1)
  const headers = { 'last-event-id': 'another-log-7' }
  const listener = await listenTo(t, coordinator.url, { headers })
  await listener.hears('gap')
  const { body } = await coordinator.get('/notifications')
  assert.deepEqual(listener.data('gap'), [body])
  await raise(coordinator, 2)
  await listener.hears('anomaly')
})

test('the place survives a restart of the coordinator', async (t) => {
  const coordinator = await runningCoordinator()
  const first = await listenTo(t, coordinator.url)
  await first.hears('ping')
  await raise(coordinator, 1)
  const { id = '' } = await first.hears('anomaly')
  await raise(coordinator, 2)
  await coordinator.restart()
  await eventually('the stream has ended', () => first.isOver())
  const again = await listenTo(t, coordinator.url, { headers: { 'last-event-id': id } })
  await raise(coordinator, 3)
  await again.hears('anomaly', 2)
  assert.deepEqual(
    again.data('anomaly').map(({ timestamp }) => timestamp),
    [1_750_000_002, 1_750_000_003],
  )
})

test('with streams open, SIGTERM ends the coordinator in time, with exit 0', async (t) => {
  const coordinator = await runningCoordinator()
  const listeners = [await listenTo(t, coordinator.url), await listenTo(t, coordinator.url)]
  for (const listener of listeners) await listener.hears('ping')
  const ended = coordinator.process().stop()
  await eventually('the streams have ended', () => listeners.every((one) => one.isOver()))
  assert.deepEqual(await ended, { code: 0, signal: null })
  assert.ok(!coordinator.process().stderr().includes('stop-overdue'))
})
