/**
 * Detection in the original's manner: it polls `latest`, writes documents to the store and hands
 * alarms to a coordinator, and outlives the absence of both.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { openStatistics } from '../../src/adapters/sqlite-statistics.ts'
import { createPollDetection, WAITING_ALERTS_MAX } from '../../src/detection/poll-detection.ts'
import type { Alert } from '../../src/model/alert.ts'
import { latestKey } from '../../src/model/keys.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import type { BroadcastOutcome } from '../../src/ports/alert-broadcast.ts'
import { RULES } from '../support/detection-world.ts'
import { fakeStore } from '../support/fake-store.ts'
import { manualClock } from '../support/manual-clock.ts'
import { everythingIn } from '../support/statistics.ts'
import { recordingTrace } from '../support/traces.ts'

/** Readings are put up to half an hour ahead, so the clock is later than the first of them. */
const START_MS = Date.UTC(2026, 0, 5, 8, 30)

function pollScene({ dryRun = false, floors = [1, 2] } = {}) {
  const [clock, store, trace] = [manualClock(START_MS + 3_600_000), fakeStore(), recordingTrace()]
  const sent: Alert[] = []
  const statistics = openStatistics({ path: ':memory:' })
  const scene = {
    ...{ store, trace, sent, statistics },
    answer: (): BroadcastOutcome => 'accepted',
    async put(floor: number, second: number, kw: number) {
      const timestamp = new Date(START_MS + second * 1_000).toISOString()
      const text = JSON.stringify({ piano: floor, timestamp, sensore2_kw: kw })
      await store.write([{ key: latestKey(floor), text }])
    },
    /** Polls so many times, then stops. */
    async polls(count: number, between: (poll: number) => Promise<void> = async () => {}) {
      const stop = new AbortController()
      const life = service.run(stop.signal)
      for (let poll = 0; poll < count; poll += 1) {
        for (let turn = 0; turn < 20; turn += 1) await clock.advance(0)
        await between(poll)
        await clock.advance(500)
      }
      for (let turn = 0; turn < 20; turn += 1) await clock.advance(0)
      stop.abort()
      await life
    },
  }
  const send = async (alert: Alert) => {
    const outcome = scene.answer()
    if (outcome === 'accepted') sent.push(alert)
    return outcome
  }
  const service = createPollDetection(
    {
      ...{ clock, store, trace, broadcast: { send }, random: seededRandom('poll') },
      thresholds: { current: async () => DEFAULT_THRESHOLDS },
      sayings: { current: async () => undefined },
      statistics,
    },
    {
      ...{ rules: RULES, budgetPerMonth: 1, statisticsRefreshMs: 900_000, thresholdsPollMs: 2_000 },
      ...{ dryRun, floors, pollMs: 500 },
    },
  )
  return scene
}

test('a reading over a limit becomes a document in the store and one broadcast', async () => {
  const scene = pollScene()
  await scene.put(2, 0, 12)
  await scene.polls(3)
  assert.deepEqual(
    scene.sent.map((alert) => alert.alert_id),
    ['2:2026-01-05T08:30:00.000Z'],
  )
  const stored = JSON.parse(scene.store.text(`alerts:2:${START_MS / 1000}`) ?? 'null')
  assert.deepEqual(stored, JSON.parse(JSON.stringify(scene.sent[0])))
})

test('only a newer reading is judged, and cooldown holds between polls', async () => {
  const scene = pollScene()
  const seconds = [0, 0, 5, 20, 10, 41]
  await scene.polls(6, (poll) => scene.put(1, seconds[poll] ?? 0, 12))
  assert.deepEqual(
    scene.sent.map((alert) => alert.timestamp - START_MS / 1000),
    [0, 20, 41],
  )
})

test('floors that are not polled, absent readings and other documents raise nothing', async () => {
  const scene = pollScene()
  await scene.put(3, 0, 12)
  await scene.store.write([{ key: latestKey(1), text: '{"piano":1}' }])
  await scene.polls(2)
  assert.deepEqual(scene.sent, [])
})

test('while nobody takes alarms they wait, and come in order afterwards', async () => {
  const scene = pollScene()
  let silent = 4
  scene.answer = () => (silent-- > 0 ? 'unreachable' : 'accepted')
  await scene.polls(8, (poll) => scene.put(1, poll * 30, 12))
  assert.deepEqual(
    scene.sent.map((alert) => (alert.timestamp - START_MS / 1000) / 30),
    [0, 1, 2, 3, 4, 5, 6, 7],
  )
})

test('while the store is away polling goes on, and the document follows later', async () => {
  const scene = pollScene()
  await scene.put(1, 0, 12)
  let failures = 3
  scene.store.onWrite = ({ key }) =>
    key.startsWith('alerts:') && failures-- > 0 ? { kind: 'no-shards' } : undefined
  await scene.polls(6)
  assert.equal(scene.sent.length, 1)
  assert.equal(scene.store.keys().filter((key) => key.startsWith('alerts:')).length, 1)
  scene.store.onRead = () => ({ kind: 'unavailable', needed: 2, had: 0 })
  await scene.polls(2)
  assert.ok(scene.trace.count('detection.nothing-read') > 0)
})

test('an alarm that the coordinator refuses is told and given up', async () => {
  const scene = pollScene()
  scene.answer = () => 'refused'
  await scene.put(1, 0, 12)
  await scene.polls(3)
  assert.equal(scene.trace.count('detection.broadcast-refused'), 1)
})

test('only so many alarms wait; the oldest are given up, and that is told', async () => {
  const floors = Array.from({ length: WAITING_ALERTS_MAX + 5 }, (_, i) => i + 1)
  const scene = pollScene({ floors })
  for (const floor of floors) await scene.put(floor, 0, 12)
  scene.answer = () => 'unreachable'
  await scene.polls(1)
  const told = scene.trace.facts.find(({ kind }) => kind === 'detection.alarms-given-up')
  assert.equal(told?.count, 5)
  scene.answer = () => 'accepted'
  await scene.polls(1)
  assert.equal(scene.sent.length, WAITING_ALERTS_MAX)
  assert.equal(scene.sent[0]?.piano, 6)
})

test('a half hour seen whole joins the history', async () => {
  const scene = pollScene()
  await scene.polls(4, (poll) => scene.put(1, poll * 600, 3))
  assert.equal(everythingIn(scene.statistics).find(({ metric }) => metric === 'kw')?.mean, 3)
})

test('a dry run says what it would raise and leaves no mark', async () => {
  const scene = pollScene({ dryRun: true })
  await scene.polls(4, (poll) => scene.put(1, poll * 600, 12))
  assert.equal(scene.trace.count('detection.would-raise'), 4)
  assert.deepEqual(everythingIn(scene.statistics), [])
  assert.deepEqual(scene.sent, [])
  assert.deepEqual(scene.store.keys(), [latestKey(1)])
})
