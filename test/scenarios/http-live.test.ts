/**
 * The channel that carries everything a dashboard shows: readings, of which a slow client misses
 * some, and alarms, of which nobody misses any.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { HEARTBEAT_MS } from '../../src/http/event-streams.ts'
import { GATHER_MS, GATHERED_MAX } from '../../src/http/gathered-readings.ts'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { coordinatorFace } from '../support/face.ts'
import { manualClock } from '../support/manual-clock.ts'

const path = '/api/v1/live'

test('first a ping with a place, then the newest of each floor, then what comes', async (t) => {
  const face = await coordinatorFace(t)
  face.live.newestId = 'log-7'
  face.readings.known.push({ floor: 2, timeMs: 0, text: '{"piano":2}' })
  const origin = 'http://localhost:5173'
  const listener = await listenTo(t, face.url, { path, headers: { origin } })
  assert.equal(listener.response.headers['access-control-allow-origin'], origin)
  assert.match(String(listener.response.headers['content-type']), /^text\/event-stream/)
  await listener.hears('reading')
  face.readings.show(1, { piano: 1, sensore2_kw: 3 })
  face.live.show({ id: 'a' }, 'log-8')
  await listener.hears('anomaly')
  assert.deepEqual(listener.events, [
    { name: 'ping', data: '{}', id: 'log-7' },
    { name: 'reading', data: '{"piano":2}' },
    { name: 'reading', data: '{"piano":1,"sensore2_kw":3}' },
    { name: 'anomaly', data: '{"id":"a"}', id: 'log-8' },
  ])
})

test('a client that comes back says where it was', async (t) => {
  const face = await coordinatorFace(t)
  face.live.newestId = 'log-9'
  const back = await listenTo(t, face.url, { path, headers: { 'last-event-id': 'log-3' } })
  assert.equal((await back.hears('ping')).id, undefined)
  await (await listenTo(t, face.url, { path: `${path}?last_event_id=log-4` })).hears('ping')
  assert.deepEqual(face.live.resumedFrom, ['log-3', 'log-4'])
})

test('the heartbeat is an event that a page can hear', async (t) => {
  const clock = manualClock()
  const face = await coordinatorFace(t, { clock })
  const listener = await listenTo(t, face.url, { path })
  await listener.hears('ping')
  for (const beat of [2, 3]) {
    await clock.advance(HEARTBEAT_MS)
    assert.equal((await listener.hears('ping', beat)).data, '{}')
  }
})

test('who goes away is forgotten by alarms and readings alike', async (t) => {
  const face = await coordinatorFace(t)
  const listener = await listenTo(t, face.url, { path })
  await listener.hears('ping')
  assert.deepEqual([face.live.subscribers.size, face.readings.listeners.size], [1, 1])
  listener.leave()
  await eventually('nobody is told any more', () => face.readings.listeners.size === 0)
  assert.deepEqual([face.live.subscribers.size, face.stream.size], [0, 0])
})

test('both kinds of stream share their limit, and end with the face', async (t) => {
  const limits = { clientsMax: 2, unsentBytesMax: 1e6, unsentBytesSumMax: 1e7 }
  const face = await coordinatorFace(t, { streamLimits: limits })
  const listeners = [await listenTo(t, face.url, { path }), await listenTo(t, face.url)]
  assert.equal((await face.get(path)).status, 503)
  await face.app.close()
  await eventually('both have ended', () => listeners.every((listener) => listener.isOver()))
})

/** Enough that the buffers between the two sides are full. */
const READINGS = 4_000
const FLOORS = 3

test('readings of one moment go out in one piece, and an alarm takes them along', async (t) => {
  const clock = manualClock()
  const face = await coordinatorFace(t, { clock })
  const pieces: string[] = []
  const listener = await listenTo(t, face.url, { path })
  listener.response.on('data', (piece: Buffer) => pieces.push(piece.toString('utf8')))
  await listener.hears('ping')
  const show = (...floors: number[]) => {
    for (const piano of floors) face.readings.show(piano, { piano })
  }
  show(1, 2, 3)
  await clock.advance(GATHER_MS - 1)
  assert.equal(listener.data('reading').length, 0)
  await clock.advance(1)
  await listener.hears('reading', 3)
  assert.equal(pieces.filter((piece) => piece.includes('event: reading')).length, 1)
  show(4)
  face.live.show({ id: 'a' }, 'log-1')
  await listener.hears('anomaly')
  assert.deepEqual(
    listener.data('reading'),
    [1, 2, 3, 4].map((piano) => ({ piano })),
  )
  show(...Array.from({ length: GATHERED_MAX }, (_, at) => 5 + at))
  await listener.hears('reading', 4 + GATHERED_MAX)
})

test('a client that falls behind misses readings, but not the newest and no alarm', async (t) => {
  const face = await coordinatorFace(t)
  const { hostname, port } = new URL(face.url)
  const socket = connect(Number(port), hostname).pause()
  t.after(() => socket.destroy())
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(socket, 'connect')
  await eventually('it listens', () => face.readings.listeners.size === 1)
  const padding = 'x'.repeat(5_000)
  for (let i = 0; i < READINGS; i += 1) {
    for (let floor = 1; floor <= FLOORS; floor += 1)
      face.readings.show(floor, { i, floor, padding })
    if (i % 1_000 === 0) face.live.show({ alarm: i }, `log-${i}`)
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  let text = ''
  socket
    .setEncoding('utf8')
    .on('data', (chunk) => (text += chunk))
    .resume()
  const newest = Array.from({ length: FLOORS }, (_, f) => `{"i":${READINGS - 1},"floor":${f + 1},`)
  await eventually('the newest have come', () => newest.every((one) => text.includes(one)))
  const told = text.split('event: reading\n').length - 1
  assert.ok(told < (READINGS * FLOORS) / 2, `${told} readings were told`)
  for (const i of [0, 1_000, 2_000, 3_000]) assert.ok(text.includes(`{"alarm":${i}}`), `alarm ${i}`)
  assert.equal(face.trace.count('http.stream-cut'), 0, 'readings alone never cut a client off')
})
