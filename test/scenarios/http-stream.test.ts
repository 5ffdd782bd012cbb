/**
 * The stream of alarms when clients or the coordinator misbehave: what a slow client is allowed,
 * what the end of either side does to the other.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  HEARTBEAT_MS,
  STREAM_CLIENTS_MAX,
  STREAM_UNSENT_BYTES_MAX,
  STREAM_UNSENT_BYTES_SUM_MAX,
} from '../../src/http/event-streams.ts'
import { listenTo, type StreamListener } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { coordinatorFace, type Face } from '../support/face.ts'
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
  const face = await coordinatorFace(t)
  const good = await listenTo(t, face.url)
  await eventually('the good one listens', () => face.live.subscribers.size === 1)
  listenWithoutReading(t, face)
  await eventually('the slow one listens', () => face.live.subscribers.size === 2)
  await showUntil(face, good, 'the slow one is cut', () => face.live.subscribers.size === 1)
  assert.equal(face.trace.count('http.stream-cut'), 1)
  const cut = face.trace.facts.find(({ kind }) => kind === 'http.stream-cut')
  assert.ok(Number(cut?.unsentBytes) > STREAM_UNSENT_BYTES_MAX)
  assert.equal(good.isOver(), false)
  assert.equal(face.stream.size, 1)
})

test('however many clients stall, what waits for all of them has one bound', async (t) => {
  assert.equal(STREAM_UNSENT_BYTES_SUM_MAX, 64_000 * 1024)
  const unsentBytesSumMax = 3_000_000
  const limits = { clientsMax: 9, unsentBytesMax: STREAM_UNSENT_BYTES_MAX, unsentBytesSumMax }
  const face = await coordinatorFace(t, { streamLimits: limits })
  const good = await listenTo(t, face.url)
  for (let i = 0; i < 3; i += 1) listenWithoutReading(t, face)
  await eventually('all listen', () => face.live.subscribers.size === 4)
  await showUntil(face, good, 'all that stall are cut', () => face.live.subscribers.size === 1)
  const cuts = face.trace.facts.filter(({ kind }) => kind === 'http.stream-cut')
  assert.equal(cuts.length, 3)
  assert.ok(cuts.every(({ unsentBytes }) => Number(unsentBytes) <= unsentBytesSumMax + 20_000))
  assert.ok(Number(cuts[0]?.unsentBytes) > unsentBytesSumMax / 4, 'the one that lags most')
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
  const face = await coordinatorFace(t, { streamLimits: { ...LIMITS, clientsMax: 2 } })
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
  assert.match(String(head), /^HTTP\/1\.1 405/)
  socket.destroy()
  assert.equal(face.stream.size, 0)
})

const LIMITS = {
  clientsMax: STREAM_CLIENTS_MAX,
  unsentBytesMax: STREAM_UNSENT_BYTES_MAX,
  unsentBytesSumMax: STREAM_UNSENT_BYTES_SUM_MAX,
}

function listenWithoutReading(t: TestContext, { url }: Face): void {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).pause()
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  socket.write('GET /anomalies/stream HTTP/1.1\r\nHost: x\r\n\r\n')
}

/** Shows long events, no faster than the good one reads them. */
async function showUntil(
  { live }: Face,
  good: StreamListener,
  what: string,
  isSo: () => boolean,
): Promise<void> {
  let sent = 0
  await eventually(what, async () => {
    for (let i = 0; i < 20; i += 1) {
      live.show({ id: sent, text: 'x'.repeat(10_000) })
      sent += 1
    }
    await eventually('the good one keeps up', () => good.data('anomaly').length === sent)
    return isSo()
  })
}
