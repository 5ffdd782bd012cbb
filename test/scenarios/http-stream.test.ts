/**
 * The stream of alarms when clients or the coordinator misbehave: what a slow client is allowed,
 * what the end of either side does to the other.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import {
  HEARTBEAT_MS,
  STREAM_CLIENTS_MAX,
  STREAM_UNSENT_BYTES_MAX,
} from '../../src/http/anomaly-stream.ts'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { coordinatorFace } from '../support/face.ts'
import { manualClock } from '../support/manual-clock.ts'

test('a comment comes now and then, so that no proxy takes quiet for an end', async (t) => {
  const clock = manualClock()
  const face = await coordinatorFace(t, { clock })
  const listener = await listenTo(t, face.url)
  await listener.hears('ping')
  assert.equal(HEARTBEAT_MS, 15_000)
  for (const beats of [1, 2]) {
    await clock.advance(HEARTBEAT_MS - 1)
    await clock.advance(1)
    await eventually(`comment ${beats}`, () => listener.text().split('\n: ').length - 1 === beats)
  }
  assert.equal(listener.events.length, 1, 'comments are no events')
})

test('a client that does not read is cut when too much waits for it; others are not', async (t) => {
  const limits = { clientsMax: STREAM_CLIENTS_MAX, unsentBytesMax: STREAM_UNSENT_BYTES_MAX }
  const face = await coordinatorFace(t, { streamLimits: limits })
  const good = await listenTo(t, face.url)
  await eventually('the good one listens', () => face.live.subscribers.size === 1)
  const { hostname, port } = new URL(face.url)
  const slow = connect(Number(port), hostname).pause()
  t.after(() => slow.destroy())
  slow.write('GET /anomalies/stream HTTP/1.1\r\nHost: x\r\n\r\n')
  await eventually('the slow one listens', () => face.live.subscribers.size === 2)
  let sent = 0
  await eventually('the slow one is cut', async () => {
    for (let i = 0; i < 20; i += 1) {
      face.live.show({ id: sent, text: 'x'.repeat(10_000) })
      sent += 1
    }
    await eventually('the good one keeps up', () => good.data('anomaly').length === sent)
    return face.live.subscribers.size === 1
  })
  assert.equal(face.trace.count('http.stream-cut'), 1)
  const cut = face.trace.facts.find(({ kind }) => kind === 'http.stream-cut')
  assert.ok(Number(cut?.unsentBytes) > STREAM_UNSENT_BYTES_MAX)
  assert.equal(good.isOver(), false)
  assert.equal(face.stream.size, 1)
})

test('a client that goes away is forgotten', async (t) => {
  const face = await coordinatorFace(t)
  const listener = await listenTo(t, face.url)
  await listener.hears('ping')
  assert.equal(face.stream.size, 1)
  listener.leave()
  await eventually('nobody is subscribed', () => face.live.subscribers.size === 0)
  await eventually('no stream is open', () => face.stream.size === 0)
})

test('when the face closes, streams end at once and new ones are refused', async (t) => {
  const face = await coordinatorFace(t)
  const listeners = [await listenTo(t, face.url), await listenTo(t, face.url)]
  for (const listener of listeners) await listener.hears('ping')
  await face.app.close()
  await eventually('both have ended', () => listeners.every((listener) => listener.isOver()))
  assert.equal((await face.get('/anomalies/stream')).status, 503)
})

test('beyond so many clients the next is refused, until one has left', async (t) => {
  const face = await coordinatorFace(t, { streamLimits: { clientsMax: 2, unsentBytesMax: 1e6 } })
  const [first] = [await listenTo(t, face.url), await listenTo(t, face.url)]
  assert.equal((await face.get('/anomalies/stream')).status, 503)
  first?.leave()
  await eventually('there is room', () => !face.stream.isFull)
  await (await listenTo(t, face.url)).hears('ping')
})

test('a client says where it was, by header or query, or is given a place', async (t) => {
  const face = await coordinatorFace(t)
  face.live.newestId = 'log-7'
  const fresh = await listenTo(t, face.url)
  assert.equal((await fresh.hears('ping')).id, 'log-7')
  const back = await listenTo(t, face.url, { headers: { 'last-event-id': 'log-3' } })
  assert.equal((await back.hears('ping')).id, undefined)
  await (await listenTo(t, face.url, { path: '/anomalies/stream?last_event_id=log-4' })).hears(
    'ping',
  )
  assert.deepEqual(face.live.resumedFrom, [undefined, 'log-3', 'log-4'])
})

test('HEAD on the stream does not open one', async (t) => {
  const face = await coordinatorFace(t)
  const { hostname, port } = new URL(face.url)
  const socket = connect(Number(port), hostname)
  socket.write('HEAD /anomalies/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [head] = await once(socket, 'data')
  assert.match(String(head), /^HTTP\/1\.1 404/)
  socket.destroy()
  assert.equal(face.stream.size, 0)
})
