import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { instantClock } from '../../test/support/instant-clock.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { scriptedLog, unavailable } from '../../test/support/scripted-log.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import { LABELS_TOPIC, READINGS_TOPIC } from '../model/topics.ts'
import type { Clock } from '../ports/clock.ts'
import { createSimulator } from './simulator.ts'
import { BUILDING_DEFAULTS, type SimulatorOptions } from './simulator-options.ts'

const START_MS = Date.UTC(2026, 0, 5, 8, 30)

function scene(
  some: Partial<SimulatorOptions> = {},
  clock: Clock = instantClock(START_MS),
  seed = 42,
) {
  const [log, trace] = [scriptedLog(3), recordingTrace()]
  const options: SimulatorOptions = {
    ...BUILDING_DEFAULTS,
    ...{ episodeKinds: [], episodeEveryHours: 96 },
    ...{ topic: READINGS_TOPIC, labelsTopic: LABELS_TOPIC, startMs: START_MS, ticks: 20 },
    ...some,
  }
  const service = createSimulator({ clock, log, trace, random: seededRandom(seed) }, options)
  const run = () => service.run(new AbortController().signal)
  return { log, trace, service, run }
}

const valuesOf = (log: ReturnType<typeof scriptedLog>, topic: string) =>
  log.records(topic).map((record) => record.value)

test('each floor is a key of its own, and the pace is steady from the start', async () => {
  const { log, run } = scene({ ticks: 4 })
  await run()
  const records = log.records(READINGS_TOPIC)
  assert.equal(records.length, 12)
  assert.ok(records.every((record) => JSON.parse(record.value).piano === Number(record.key)))
  const times = records
    .filter((one) => one.key === '2')
    .map((one) => JSON.parse(one.value).timestamp)
  assert.deepEqual(
    times,
    [0, 30, 60, 90].map((second) => new Date(START_MS + second * 1000).toISOString()),
  )
})

test('two runs from one seed and start are equal byte for byte; another seed differs', async () => {
  const [one, same, other] = [scene(), scene(), scene({}, instantClock(START_MS), 43)]
  await Promise.all([one.run(), same.run(), other.run()])
  for (const topic of [READINGS_TOPIC, LABELS_TOPIC]) {
    assert.deepEqual(valuesOf(one.log, topic), valuesOf(same.log, topic))
    assert.notDeepEqual(valuesOf(one.log, topic), valuesOf(other.log, topic))
  }
})

test('every injected anomaly is a labelled record that names its reading', async () => {
  const { log, run } = scene({ anomalyRate: 1 })
  await run()
  const labels = valuesOf(log, LABELS_TOPIC).map((value) => JSON.parse(value))
  assert.ok(labels.length >= 60)
  const readings = new Set(
    valuesOf(log, READINGS_TOPIC)
      .map((value) => JSON.parse(value))
      .map((reading) => `${reading.piano} ${reading.timestamp}`),
  )
  assert.ok(labels.every((label) => readings.has(`${label.piano} ${label.timestamp}`)))
})

test('a label is in the log before the reading that it names', async () => {
  const { log, run } = scene({ anomalyRate: 1, ticks: 3 })
  const topics: string[] = []
  log.beforeAppend = (topic) => void topics.push(topic)
  await run()
  const tick = [LABELS_TOPIC, READINGS_TOPIC]
  assert.deepEqual(topics, [...tick, ...tick, ...tick])
})

test('while the log is away nothing is dropped and the stream stays the same', async () => {
  const [calm, rough] = [scene(), scene()]
  let outages = 12
  rough.log.beforeAppend = () => {
    outages -= 1
    if (outages >= 0 && outages % 4 !== 0) throw unavailable()
  }
  await Promise.all([calm.run(), rough.run()])
  assert.deepEqual(valuesOf(rough.log, READINGS_TOPIC), valuesOf(calm.log, READINGS_TOPIC))
  assert.ok(rough.trace.count('log.waiting.over') > 0)
})

test('no reading is published before its time; those that became due follow at once', async () => {
  const clock = manualClock(START_MS)
  const { log, service } = scene({ intervalSeconds: 5, ticks: null }, clock)
  const stop = new AbortController()
  const running = service.run(stop.signal)
  const count = () => log.records(READINGS_TOPIC).length
  await eventually('the first tick', () => count() === 3)
  await clock.advance(4_900)
  assert.equal(count(), 3)
  await clock.advance(20_100)
  await eventually('five more ticks', () => count() === 18)
  stop.abort()
  await running
})

test('labelled episodes are laid over the floors, each told once with its end', async () => {
  const episodes = { episodeKinds: ['drop-out', 'voltage-sag'] as const, episodeEveryHours: 1 }
  const { log, run } = scene({
    ...episodes,
    anomalyRate: 0,
    shiftProb: 0,
    kwhSpikeProb: 0,
    ticks: 9_000,
  })
  await run()
  const labels = valuesOf(log, LABELS_TOPIC).map((value) => JSON.parse(value))
  assert.deepEqual(new Set(labels.map(({ kind }) => kind)), new Set(episodes.episodeKinds))
  const { piano, timestamp, until } = labels.find(({ kind }) => kind === 'drop-out')
  const readings = valuesOf(log, READINGS_TOPIC).map((value) => JSON.parse(value))
  const within = readings.filter(
    (one) => one.piano === piano && one.timestamp >= timestamp && one.timestamp < until,
  )
  assert.equal(within.length, 40)
  assert.ok(within.every((one) => one.sensore2_kw === 0 && one.sensore3_tensione === 0))
})
