/**
 * How often the page is told: once for a burst, and not at all about what has not changed.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Notification, Reading } from '../api/types.ts'
import { HURRY_MS, LiveClient, type LiveWorld, QUIET_MS_MAX, SLOW_MS } from './live-client.ts'
import { type LiveEvent, SILENCE_MS_MAX } from './machine.ts'
import type { Urgency } from './pace.ts'

const START_MS = Date.parse('2026-03-02T10:00:00Z')
const LOOK_MS = 1_000

function reading(floor: number, seconds: number): Reading {
  const timestamp = new Date(START_MS + seconds * 1000).toISOString()
  return { piano: floor, timestamp, sensore2_kw: 5 }
}

function raised(id: string): Notification {
  const moment = { timestamp: START_MS / 1000, timestamp_ms: START_MS }
  const limits = { value: 12, threshold: 11, threshold_base: 11 }
  return { id, ...moment, floor: 1, metric: 'kw', ...limits, severity: 'warning', message: '' }
}

function hanging(signal: AbortSignal, signals: AbortSignal[]): Promise<Response> {
  signals.push(signal)
  return new Promise((_, reject) => signal.addEventListener('abort', reject))
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A world whose stream says nothing and whose frames are drawn by hand. */
function openWorld(t: TestContext, more: Partial<LiveWorld> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START_MS })
  const frames: [call: () => void, urgency: Urgency][] = []
  const world: LiveWorld = {
    now: () => Date.now(),
    open: () => new Promise(() => {}),
    poll: async () => [],
    refresh: async () => [],
    count: async () => [],
    nextFrame: (call, urgency) => frames.push([call, urgency]),
    ...more,
  }
  const client = new LiveClient(world)
  t.after(() => client.stop())
  let told = 0
  client.subscribe(() => {
    told += 1
  })
  return {
    client,
    told: () => told,
    draw: () => {
      for (const [call] of frames.splice(0)) call()
    },
    asked: () => frames.map(([, urgency]) => urgency),
  }
}

test('readings of twenty floors before a frame are told once in it', (t) => {
  const { client, told, draw } = openWorld(t)
  for (let floor = 1; floor <= 20; floor += 1) {
    client.take({ kind: 'readings', readings: [reading(floor, 0)] })
  }
  assert.equal(told(), 0)
  draw()
  assert.equal(told(), 1)
  draw()
  assert.equal(told(), 1, 'nothing came since')
})

test('an alert does not wait for the drawing of readings, and both are told in it', (t) => {
  const { client, told, draw, asked } = openWorld(t)
  client.take({ kind: 'readings', readings: [reading(1, 0)] })
  assert.deepEqual(asked(), ['soon'])
  client.take({ kind: 'notifications', notifications: [raised('a')] })
  client.take({ kind: 'notifications', notifications: [raised('b')] })
  client.take({ kind: 'readings', readings: [reading(2, 0)] })
  assert.deepEqual(asked(), ['soon', 'now'])
  draw()
  assert.equal(told(), 1, 'the frame that was asked for first has nothing left to tell')
})

test('a sign of life alone is told to nobody', (t) => {
  const { client, asked } = openWorld(t)
  client.take({ kind: 'heard' })
  assert.deepEqual(asked(), [])
})

test('the connection is the same object until what its pill says changes', (t) => {
  const { client, told, draw } = openWorld(t)
  client.start()
  client.take({ kind: 'opened' })
  draw()
  const live = client.connection()
  assert.deepEqual(live, { kind: 'live' })
  client.take({ kind: 'readings', readings: [reading(1, 0)] })
  draw()
  assert.equal(client.connection(), live)
  t.mock.timers.tick(SLOW_MS)
  draw()
  const before = told()
  t.mock.timers.tick(2 * LOOK_MS)
  draw()
  assert.equal(told(), before, 'two seconds in which nothing changes')
  assert.equal(client.connection(), live)
})

test('readings that stop are told as late once; to grow older is no news', (t) => {
  const { client, told, draw } = openWorld(t)
  client.start()
  client.take({ kind: 'opened' })
  client.take({ kind: 'readings', readings: [0, 1, 2].map((second) => reading(1, second)) })
  draw()
  t.mock.timers.tick(20 * LOOK_MS)
  draw()
  assert.deepEqual(client.connection(), { kind: 'delayed', sinceMs: START_MS + 2 * LOOK_MS })
  const before = told()
  t.mock.timers.tick(QUIET_MS_MAX - LOOK_MS)
  draw()
  assert.equal(told(), before)
})

test('the clock of the page moves with the readings, and by itself where none come', (t) => {
  const { client, told, draw } = openWorld(t)
  client.start()
  draw()
  t.mock.timers.tick(LOOK_MS)
  draw()
  assert.equal(client.clockMs(), START_MS, 'nothing came')
  client.take({ kind: 'readings', readings: [reading(1, 0)] })
  draw()
  assert.equal(client.clockMs(), START_MS + LOOK_MS)
  const before = told()
  t.mock.timers.tick(QUIET_MS_MAX)
  draw()
  assert.equal(client.clockMs(), START_MS + LOOK_MS + QUIET_MS_MAX)
  assert.equal(told(), before + 1)
})

test('what costs much to draw is told more seldom, and what came last is never left out', (t) => {
  const { client, draw } = openWorld(t)
  const slowFloors = () => [...client.slowSnapshot().floors]
  client.start()
  client.take({ kind: 'readings', readings: [reading(1, 0)] })
  draw()
  assert.deepEqual(slowFloors(), [1], 'the first at once')
  client.take({ kind: 'readings', readings: [reading(2, 0)] })
  draw()
  assert.deepEqual(client.snapshot().floors, [1, 2])
  assert.deepEqual(slowFloors(), [1], 'the next one has to wait')
  t.mock.timers.tick(SLOW_MS)
  draw()
  assert.deepEqual(slowFloors(), [1, 2], 'though nothing else came')
})

test('a count that alerts have overtaken is not believed, and asked for again', async (t) => {
  const answers: ((unread: number) => void)[] = []
  const refresh = () =>
    new Promise<readonly LiveEvent[]>((resolve) => {
      answers.push((unread) => resolve([{ kind: 'unread', unread }]))
    })
  const { client } = openWorld(t, { refresh, count: refresh })
  client.start()
  client.take({ kind: 'opened' })
  t.mock.timers.tick(30 * LOOK_MS)
  assert.equal(answers.length, 1)
  client.take({ kind: 'notifications', notifications: ['a', 'b', 'c'].map(raised) })
  answers[0]?.(1)
  await settled()
  assert.equal(client.snapshot().unread, 3)
  t.mock.timers.tick(3 * LOOK_MS)
  assert.equal(answers.length, 2, 'asked again, soon')
  answers[1]?.(2)
  await settled()
  assert.equal(client.snapshot().unread, 2, 'somebody has read one')
})

test('a connection that hangs before its head is given up, and tried again', (t) => {
  const signals: AbortSignal[] = []
  const { client } = openWorld(t, { open: (_, __, signal) => hanging(signal, signals) })
  client.start()
  t.mock.timers.tick(SILENCE_MS_MAX - LOOK_MS)
  assert.equal(signals[0]?.aborted, false)
  t.mock.timers.tick(2 * LOOK_MS)
  assert.equal(signals[0]?.aborted, true)
  assert.equal(signals.length, 1)
})

test('who does not want to wait has a hanging connection tried anew at once', async (t) => {
  const signals: AbortSignal[] = []
  const { client } = openWorld(t, { open: (_, __, signal) => hanging(signal, signals) })
  client.start()
  client.retry()
  assert.equal(signals.length, 1, 'it has only begun')
  t.mock.timers.tick(HURRY_MS)
  client.retry()
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
  )
  await settled()
  assert.equal(client.snapshot().phase.kind, 'connecting', 'the end of the former is not its end')
})

test('a clock that is set back holds up neither the clock of the page nor what is asked', (t) => {
  let asked = 0
  const refresh = async () => {
    asked += 1
    return []
  }
  let setBackMs = 0
  const { client, draw } = openWorld(t, { refresh, now: () => Date.now() - setBackMs })
  client.start()
  client.take({ kind: 'opened' })
  t.mock.timers.tick(30 * LOOK_MS)
  draw()
  assert.equal(asked, 1)
  setBackMs = 600_000
  t.mock.timers.tick(LOOK_MS)
  draw()
  assert.equal(client.clockMs(), Date.now() - setBackMs)
  assert.equal(asked, 2)
  assert.equal(client.snapshot().heardMs, client.clockMs(), 'silence counts from now on')
})
