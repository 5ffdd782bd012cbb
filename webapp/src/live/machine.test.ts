import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification, Reading } from '../api/types.ts'
import {
  COUNT_DOUBT_MS,
  connectionOf,
  initialState,
  type LiveEvent,
  type LiveState,
  NOTIFICATIONS_MAX,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  step,
} from './machine.ts'
import { addReadings, SAMPLES_MAX } from './samples.ts'

const START_MS = Date.parse('2026-03-02T10:00:00Z')

/** Each entry: seconds since the start, and what happened. */
function story(...events: readonly (readonly [number, LiveEvent])[]): LiveState {
  return events.reduce(
    (state, [seconds, event]) => step(state, event, START_MS + seconds * 1000),
    initialState(START_MS),
  )
}

function raised(id: string, seconds: number): Notification {
  const timestamp = START_MS / 1000 + seconds
  return {
    id,
    timestamp,
    timestamp_ms: timestamp * 1000,
    floor: 1,
    metric: 'kw',
    value: 12,
    threshold: 11,
    threshold_base: 11,
    severity: 'warning',
    message: 'oltre',
  }
}

function reading(floor: number, seconds: number): Reading {
  const timestamp = new Date(START_MS + seconds * 1000).toISOString()
  return { piano: floor, timestamp, sensore2_kw: 5 }
}

const came = (id: string, seconds: number, place?: string): LiveEvent => ({
  kind: 'notifications',
  notifications: [raised(id, seconds)],
  id: place,
})

test('what was raised during a break is replayed, counted as missed, and shown once', () => {
  const state = story(
    [0, { kind: 'opened' }],
    [1, { kind: 'list', items: [] }],
    [2, came('a', 2, 'g-1')],
    [3, { kind: 'shown' }],
    [4, { kind: 'closed' }],
    [14, { kind: 'opened' }],
    [14, came('b', 7, 'g-2')],
    [14, came('b', 7, 'g-2')],
    [14, came('c', 9, 'g-3')],
  )
  assert.deepEqual(
    state.notifications.map(({ id }) => id),
    ['a', 'b', 'c'],
  )
  assert.equal(state.missed, 2)
  assert.equal(state.fresh.length, 2)
  assert.equal(state.lastEventId, 'g-3')
})

test('an alert that is raised after the return is new and not missed', () => {
  const state = story(
    [0, { kind: 'opened' }],
    [4, { kind: 'closed' }],
    [14, { kind: 'opened' }],
    [16, came('d', 15.5)],
  )
  assert.equal(state.missed, 0)
  assert.equal(state.fresh.length, 1)
})

test('the first list is history; what a later list has more is news', () => {
  const first = story([0, { kind: 'opened' }], [1, { kind: 'list', items: [raised('a', -60)] }])
  assert.equal(first.fresh.length, 0)
  const list: LiveEvent = { kind: 'list', items: [raised('a', -60), raised('b', 5)] }
  const second = step(first, list, START_MS + 6_000)
  assert.deepEqual(
    second.fresh.map(({ id }) => id),
    ['b'],
  )
})

test('what a list brings was missed only if it was raised before a break was over', () => {
  const list: LiveEvent = { kind: 'list', items: [raised('a', 2), raised('b', 15)] }
  const empty: LiveEvent = { kind: 'list', items: [] }
  const unbroken = story([0, { kind: 'opened' }], [1, empty], [16, list])
  assert.deepEqual([unbroken.fresh.length, unbroken.missed], [2, 0])
  const broken = story(
    [0, { kind: 'opened' }],
    [1, empty],
    [2, { kind: 'closed' }],
    [14, { kind: 'opened' }],
    [16, list],
  )
  assert.deepEqual([broken.fresh.length, broken.missed], [2, 1])
})

test('what came after toasts were drawn is not taken for shown', () => {
  const state = story([0, { kind: 'opened' }], [1, came('a', 1)], [2, came('b', 2)])
  const shown = step(state, { kind: 'shown', count: 1 }, START_MS)
  assert.deepEqual(
    shown.fresh.map(({ id }) => id),
    ['b'],
  )
  assert.deepEqual(step(state, { kind: 'shown' }, START_MS).fresh, [])
})

test('a clock that was set back does not have counts doubted or refused until it is back', () => {
  const state = story([0, { kind: 'opened' }], [600, came('a', 600)])
  const counted = { kind: 'unread', unread: 4, askedMs: START_MS + 10_000 } as const
  const back = step(state, counted, START_MS + 11_000)
  assert.equal(back.unread, 4)
  assert.equal(step(back, came('b', 30), START_MS + 30_000).isCountDoubtful, false)
})

test('the bell counts each new alert at once, and believes the server when it counts', () => {
  const state = story([0, { kind: 'opened' }], [1, came('a', 1)], [2, came('b', 2)])
  assert.equal(state.unread, 2)
  assert.equal(step(state, { kind: 'unread', unread: 7 }, START_MS).unread, 7)
})

test('a count that has an alert in it which only comes after it is known to be doubtful', () => {
  const marked: LiveEvent = { kind: 'unread', unread: 1 }
  const twice = story([0, { kind: 'opened' }], [9, marked], [9.1, came('a', 9)])
  assert.equal(twice.unread, 2, 'counted by the server, and once more when it came')
  assert.equal(twice.isCountDoubtful, true)
  const again = { kind: 'unread', unread: 1, askedMs: START_MS + 12_000 } as const
  const sure = step(twice, again, START_MS + 12_100)
  assert.deepEqual([sure.unread, sure.isCountDoubtful], [1, false])
})

test('an alert in the list that the count has not is known to be doubtful too', () => {
  const state = story(
    [0, { kind: 'opened' }],
    [1, { kind: 'list', items: [raised('a', 1)] }],
    [1, { kind: 'unread', unread: 0, askedMs: START_MS }],
    [1.5, came('a', 1)],
  )
  assert.deepEqual([state.unread, state.isCountDoubtful], [0, true])
})

test('a count that an alert has overtaken on its way is not taken over', () => {
  const late = { kind: 'unread', unread: 0, askedMs: START_MS + 1_000 } as const
  const state = story([0, { kind: 'opened' }], [2, came('a', 2)], [3, late])
  assert.deepEqual([state.unread, state.isCountDoubtful], [1, true])
})

test('a count that was asked for right after an alert may not have it yet, and is doubtful', () => {
  const soon = { kind: 'unread', unread: 0, askedMs: START_MS + 2_500 } as const
  const state = story([0, { kind: 'opened' }], [2, came('a', 2)], [3, soon])
  assert.deepEqual([state.unread, state.isCountDoubtful], [0, true])
})

test('a count is sure when no alert came near it', () => {
  const apart = COUNT_DOUBT_MS / 1000
  const counted: LiveEvent = { kind: 'unread', unread: 4 }
  const before = story([0, { kind: 'opened' }], [1, came('a', 1)], [1 + apart, counted])
  assert.equal(before.isCountDoubtful, false)
  const after = step(before, came('b', 9), START_MS + (1 + 2 * apart) * 1000)
  assert.deepEqual([after.unread, after.isCountDoubtful], [5, false])
})

test('each try that fails waits longer, up to a limit; a connection forgets the failures', () => {
  let state = initialState(START_MS)
  const waits: number[] = []
  for (let round = 0; round < 8; round += 1) {
    state = step(state, { kind: 'closed' }, START_MS)
    if (state.phase.kind === 'waiting') waits.push(state.phase.retryAtMs - START_MS)
  }
  assert.equal(waits[0], RETRY_MS_MIN)
  assert.equal(waits[1], 2 * RETRY_MS_MIN)
  assert.equal(waits.at(-1), RETRY_MS_MAX)
  assert.equal(step(state, { kind: 'opened' }, START_MS).failures, 0)
})

test('the pill: connecting, live, delayed since a moment, offline since a moment', () => {
  const at = (state: LiveState, seconds: number) => connectionOf(state, START_MS + seconds * 1000)
  assert.deepEqual(at(initialState(START_MS), 0), { kind: 'connecting' })
  const readings: LiveEvent = { kind: 'readings', readings: [1, 3, 5].map((s) => reading(1, s)) }
  const open = story([0, { kind: 'opened' }], [5, readings])
  assert.deepEqual(at(open, 6), { kind: 'live' })
  assert.deepEqual(at(open, 17), { kind: 'delayed', sinceMs: START_MS + 5_000 })
  const lost = step(open, { kind: 'closed' }, START_MS + 20_000)
  assert.deepEqual(at(lost, 23), { kind: 'offline', sinceMs: START_MS + 20_000 })
  const tried = step(lost, { kind: 'retry' }, START_MS + 24_000)
  assert.deepEqual(at(tried, 25), { kind: 'offline', sinceMs: START_MS + 20_000 })
})

test('a meter that sends every 30 s is not late after 60 s', () => {
  const readings: LiveEvent = { kind: 'readings', readings: [0, 30, 60].map((s) => reading(1, s)) }
  const open = story([0, { kind: 'opened' }], [60, readings])
  assert.equal(connectionOf(open, START_MS + 120_000).kind, 'live')
  assert.equal(connectionOf(open, START_MS + 160_000).kind, 'delayed')
})

test('a coordinator with only the contract is asked for its stream of alerts', () => {
  const state = story([0, { kind: 'absent' }])
  assert.equal(state.channel, 'alerts')
  assert.deepEqual(state.phase, { kind: 'connecting' })
})

test('a building that has told one reading a floor, and not its pace, is not called late', () => {
  const readings: LiveEvent = { kind: 'readings', readings: [reading(1, 0), reading(2, 0)] }
  const open = story([0, { kind: 'opened' }], [0, readings])
  assert.equal(connectionOf(open, START_MS + 15 * 60_000).kind, 'live')
  assert.equal(connectionOf(open, START_MS + 24 * 3_600_000).kind, 'delayed')
})

test('readings come once each, in order of their own time, and no more than the limit', () => {
  const late = addReadings(new Map(), [reading(1, 4), reading(1, 2), reading(1, 4), reading(2, 1)])
  assert.deepEqual(
    late.get(1)?.map(({ timestamp }) => timestamp),
    [reading(1, 2).timestamp, reading(1, 4).timestamp],
  )
  const many = Array.from({ length: SAMPLES_MAX + 5 }, (_, second) => reading(1, second))
  const kept = addReadings(new Map(), many).get(1) ?? []
  assert.equal(kept.length, SAMPLES_MAX)
  assert.equal(kept.at(-1)?.timestamp, many.at(-1)?.timestamp)
})

test('a burst keeps the newest and no more than the limit', () => {
  const items = Array.from({ length: NOTIFICATIONS_MAX + 10 }, (_, n) => raised(`n${n}`, n))
  const burst: LiveEvent = { kind: 'notifications', notifications: items }
  const state = step(initialState(START_MS), burst, START_MS)
  assert.equal(state.notifications.length, NOTIFICATIONS_MAX)
  assert.equal(state.notifications.at(-1)?.id, items.at(-1)?.id)
})

test('a reading of one floor leaves the others, and the list of floors, as they were', () => {
  const before = story([0, { kind: 'readings', readings: [reading(2, 0), reading(1, 0)] }])
  const after = step(before, { kind: 'readings', readings: [reading(1, 1)] }, START_MS)
  assert.notEqual(after.samples.get(1), before.samples.get(1))
  assert.equal(after.samples.get(2), before.samples.get(2))
  assert.deepEqual(before.floors, [1, 2])
  assert.equal(after.floors, before.floors)
  const wider = step(after, { kind: 'readings', readings: [reading(3, 1)] }, START_MS)
  assert.deepEqual(wider.floors, [1, 2, 3])
})

test('readings are passed over in a break and in a pause, until they come again', () => {
  const opened = step(initialState(0), { kind: 'opened' }, 10)
  assert.equal(opened.passedMs, undefined, 'nothing was there before')
  const back = step(step(opened, { kind: 'closed' }, 20), { kind: 'opened' }, 30)
  assert.equal(back.passedMs, 30)
  const paused = step(back, { kind: 'paused', isPaused: true }, 40)
  assert.equal(paused.passedMs, 30)
  assert.equal(step(paused, { kind: 'paused', isPaused: false }, 50).passedMs, 50)
  assert.equal(
    step(back, { kind: 'paused', isPaused: false }, 50).passedMs,
    30,
    'it was not paused',
  )
})

test('what is told again changes nothing that is shown', () => {
  const before = story(
    [0, { kind: 'readings', readings: [reading(1, 0)] }],
    [1, { kind: 'list', items: [raised('a', 0)] }],
  )
  const again = step(before, { kind: 'readings', readings: [reading(1, 0)] }, START_MS)
  assert.equal(again.samples, before.samples)
  const listed = step(before, { kind: 'list', items: [raised('a', 0)] }, START_MS)
  assert.equal(listed.notifications, before.notifications)
})
