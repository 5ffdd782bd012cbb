/**
 * The watch of a detector that polls: what it has learned stands in the store, so that a restart
 * goes on; alarms and incidents reach people and the store as those of the log do.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import {
  POLL_CHECKPOINT_MS,
  PollWatch,
  SERIES_AT_ONCE,
} from '../../src/detection/incidents/poll-watch.ts'
import { WATCHED_SERIES_MAX } from '../../src/detection/incidents/watch-batch.ts'
import { NOTHING_SAID } from '../../src/model/alarm-sayings.ts'
import { parseIncident } from '../../src/model/incident.ts'
import { incidentKey, learnedKey, seriesStateKey } from '../../src/model/keys.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import { checked } from '../support/detection-world.ts'
import { anIncident } from '../support/evidence.ts'
import { fakeStore } from '../support/fake-store.ts'
import { manualClock } from '../support/manual-clock.ts'
import { HOUR_MS, meterReadings, OPTIONS, START_MS } from '../support/meter-series.ts'
import { pollScene } from '../support/poll-scene.ts'
import { recordingTrace } from '../support/traces.ts'
import { WATCH_RULES } from '../support/watched-meters.ts'

const SERIES = meterReadings(28, HOUR_MS).map(({ timeMs, value }, hour) => ({
  timeMs,
  value: hour === 500 ? value * 3 : hour >= 600 && hour < 604 ? 0 : value,
}))

function expectedIds(): readonly string[] {
  const options = { budgetPerMonth: 1, timeZone: 'UTC', holidays: new Set<number>() }
  const backtest = new Backtest({ floor: 1, metric: 'kw' }, options)
  for (const { timeMs, value } of SERIES) backtest.take(timeMs, value)
  return backtest.found().map(({ id }) => id)
}

test('polling finds what a backtest finds, though it was stopped in the middle', async () => {
  const scene = pollScene()
  await scene.live(SERIES.slice(0, 550))
  await scene.live(SERIES.slice(550))
  const expected = expectedIds()
  assert.ok(expected.length >= 2)
  assert.deepEqual(scene.opened(), expected)
  assert.equal(scene.incidents().length, expected.length)
})

test('what was learned is saved now and then, and again where the store was away', async () => {
  const scene = pollScene()
  const key = seriesStateKey(1, 'kw')
  scene.store.onWrite = (write) => (write.key === key ? { kind: 'no-shards' } : undefined)
  await scene.live(SERIES.slice(0, 3), async () => {
    await scene.clock.advance(POLL_CHECKPOINT_MS)
    await scene.poll()
    assert.equal(scene.store.text(key), undefined)
    assert.ok(scene.trace.count('detection.series-unsaved') > 0)
    scene.store.onWrite = () => undefined
    await scene.poll()
  })
  assert.match(scene.store.text(key) ?? '', /"rule":"watch/)
  assert.match(scene.store.text(learnedKey(1, 'kw')) ?? '', /"learned":"cadence"/)
})

test('states are brought back and saved a few at a time, so many series and no more', async () => {
  const store = fakeStore()
  const [clock, trace] = [manualClock(START_MS), recordingTrace()]
  const judge = {
    watching: () => ({ options: OPTIONS, decisions: [] }),
    telling: () => ({
      ...{ sayings: NOTHING_SAID, thresholds: DEFAULT_THRESHOLDS, timeZone: 'UTC' },
    }),
  }
  const world = { store, clock, trace, random: seededRandom('poll') }
  const watch = new PollWatch(world, { rules: WATCH_RULES }, judge)
  const floors = Array.from({ length: WATCHED_SERIES_MAX + 5 }, (_, i) => i + 1)
  const asked: number[] = []
  const read = store.read
  store.read = async (keys) => {
    asked.push(keys.length)
    return await read(keys)
  }
  await watch.begin(floors, new AbortController().signal)
  assert.deepEqual(
    [Math.max(...asked), asked.length],
    [SERIES_AT_ONCE, Math.ceil(1205 / SERIES_AT_ONCE)],
  )
  for (const piano of floors) {
    watch.take(checked(new Date(START_MS).toISOString(), { piano, sensore2_kw: 5 }))
  }
  await clock.advance(POLL_CHECKPOINT_MS)
  await watch.saveIfDue(true)
  assert.ok(Math.max(...store.requests) <= 2 * SERIES_AT_ONCE, 'of a series there are two')
  const states = store.keys().filter((key) => /^detection:.*:kw$/.test(key))
  assert.equal(states.length, WATCHED_SERIES_MAX)
})

test('a document of another version is left out, and it is learned anew', async () => {
  const scene = pollScene()
  const text = JSON.stringify({ rule: 'watch-0', state: { watch: 'something else' } })
  await scene.store.write([{ key: seriesStateKey(1, 'kw'), text }])
  await scene.live(SERIES)
  assert.deepEqual(scene.opened(), expectedIds())
})

test('what another version had open ends with the next reading, and is told once', async () => {
  const scene = pollScene()
  const former = anIncident({ startMs: START_MS - HOUR_MS })
  const { cause, startMs, opening, peak } = former
  const open = [{ cause, startMs, foundMs: startMs, opening, peak }]
  const text = JSON.stringify({ rule: 'watch-0', state: { open } })
  await scene.store.write([{ key: seriesStateKey(1, 'kw'), text }])
  await scene.live(SERIES.slice(0, 3))
  // Stopped before it was saved, so the state of the other version still stands there.
  await scene.live(SERIES.slice(3, 6))
  const events = scene.sent.flatMap(({ eventi }) => eventi)
  assert.deepEqual(
    events.map(({ tipo, descrizione }) => [tipo, /la regola è cambiata/.test(descrizione ?? '')]),
    [['higher_closed_kw', true]],
  )
  const kept = parseIncident(scene.store.text(incidentKey(startMs, 1, 'kw', cause)) ?? '')
  assert.deepEqual(
    [kept?.state, kept?.endedBy, kept?.endMs],
    ['closed', 'new-rule', SERIES[0]?.timeMs],
  )
})

test('a store that could not be read is no silence of the meter', async () => {
  const scene = pollScene()
  const minutes = Array.from({ length: 60 }, (_, i) => {
    return { timeMs: START_MS + i * 60_000, value: 5 + (i % 3) }
  })
  await scene.live(minutes, async () => {
    scene.store.onRead = () => ({ kind: 'unavailable', needed: 2, had: 0 })
    for (let minute = 0; minute < 10; minute += 1) {
      await scene.clock.advance(60_000)
      await scene.poll()
    }
    scene.store.onRead = () => undefined
    await scene.poll()
  })
  assert.deepEqual(scene.opened(), [])
})

test('a meter whose latest stays the same for long is silent', async () => {
  const scene = pollScene()
  const minutes = Array.from({ length: 60 }, (_, i) => {
    return { timeMs: START_MS + i * 60_000, value: 5 + (i % 3) }
  })
  await scene.live(minutes, async () => {
    for (let minute = 0; minute < 10; minute += 1) {
      await scene.clock.advance(60_000)
      await scene.poll()
    }
  })
  assert.equal(scene.opened().length, 1)
  assert.match(scene.opened()[0] ?? '', /^1:kw:silent:/)
})
