import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../../test/support/instant-clock.ts'
import { scriptedLog, unavailable } from '../../test/support/scripted-log.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import { READINGS_TOPIC } from '../model/topics.ts'
import { APPEND_RECORDS_MAX, type ReplayOptions, replay, replayProblem } from './replay.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 8, 30)
const HEADER = 'local_time,power_kw,voltage_v,current_a,kitchen_wh,laundry_wh,climate_wh'
const rows = (count: number, stepMinutes = 1) =>
  Array.from({ length: count }, (_, n) => {
    const time = new Date(Date.UTC(2006, 11, 16, 17, 24 + n * stepMinutes)).toISOString()
    return `${time.slice(0, 19)},4.2,240,18.4,0,1,17`
  })

function scene(lines: readonly string[], some: Partial<ReplayOptions> = {}) {
  const [log, trace, clock] = [scriptedLog(4), recordingTrace(), instantClock(NOW_MS)]
  const appends: { readonly count: number; readonly atMs: number }[] = []
  log.beforeAppend = (_topic, records) => {
    appends.push({ count: records.length, atMs: clock.monotonicMs() })
  }
  const world = {
    ...{ log, trace, clock, random: seededRandom('replay') },
    async *lines() {
      yield* lines
    },
  }
  const options: ReplayOptions = {
    ...{ topic: READINGS_TOPIC, speed: 'max', loop: false, shiftToNow: false, mapping: null },
    ...some,
  }
  const run = (signal = new AbortController().signal) => replay(world, options, signal)
  const readings = (floor: number) =>
    log
      .records(READINGS_TOPIC)
      .map((record) => JSON.parse(record.value))
      .filter((reading) => reading.piano === floor)
  return { log, trace, clock, appends, run, readings }
}

test('as fast as it can: every row once, in order, in large appends', async () => {
  const { run, readings, appends, trace } = scene([HEADER, ...rows(1_200), ''])
  assert.deepEqual(await run(), { rows: 1_200, sent: 4_800 })
  assert.deepEqual(
    appends.map((append) => append.count),
    [APPEND_RECORDS_MAX, APPEND_RECORDS_MAX, 800],
  )
  const times = readings(4).map((reading) => reading.timestamp)
  assert.equal(times.length, 1_200)
  assert.deepEqual(times, [...times].sort())
  assert.equal(trace.facts.find((fact) => fact.kind === 'replay.finished')?.sent, 4_800)
})

test('at a pace: each row when it is due', async () => {
  const { run, appends } = scene([HEADER, ...rows(4)], { speed: 60 })
  await run()
  assert.deepEqual(appends, [...[0, 1_000, 2_000, 3_000].map((atMs) => ({ count: 4, atMs }))])
})

test('at a pace: a log that takes its time does not make the rows behind it late', async () => {
  const { run, appends, log, clock } = scene([HEADER, ...rows(4)], { speed: 60 })
  const append = log.append.bind(log)
  log.append = async (topic, records) => {
    const positions = await append(topic, records)
    await clock.sleep(300)
    return positions
  }
  await run()
  assert.deepEqual(
    appends.map(({ atMs }) => atMs),
    [0, 1_000, 2_000, 3_000],
  )
})

test('a gap of months is waited for, in steps that a timer can take', async () => {
  const gapMinutes = 90 * 24 * 60
  const { run, appends } = scene([HEADER, ...rows(2, gapMinutes)], { speed: 1 })
  await run()
  assert.deepEqual(
    appends.map((append) => append.atMs),
    [0, gapMinutes * 60_000],
  )
})

test('shifted to now at a pace, each reading carries the moment at which it is sent', async () => {
  const { run, readings } = scene([HEADER, ...rows(3)], { speed: 60, shiftToNow: true })
  await run()
  assert.deepEqual(
    readings(4).map((reading) => [reading.timestamp, reading.delta_kwh]),
    [0, 1, 2].map((s) => [`2026-01-05T08:30:0${s}.000000Z`, 0.001167]),
  )
})

test('shifted to now at full speed, the last reading is now and the steps stay', async () => {
  const { run, readings } = scene([HEADER, ...rows(3)], { shiftToNow: true })
  await run()
  assert.deepEqual(
    readings(1).map((reading) => reading.timestamp),
    [28, 29, 30].map((minute) => `2026-01-05T08:${minute}:00.000000Z`),
  )
})

test('in a loop recorded times come again as they were, counters too', async () => {
  const stop = new AbortController()
  const { run, readings, log } = scene([HEADER, ...rows(2)], { speed: 60, loop: true })
  log.beforeAppend = () => {
    if (readings(1).length === 6) stop.abort()
  }
  await run(stop.signal)
  const seen = readings(4).map((one) => `${one.timestamp} ${one.sensore1_kwh}`)
  assert.deepEqual(seen.slice(0, 2), seen.slice(2, 4))
})

test('in a loop that is shifted to now, time and counters go on', async () => {
  const stop = new AbortController()
  const { run, readings, log } = scene([HEADER, ...rows(2)], {
    ...{ speed: 60, loop: true, shiftToNow: true },
  })
  log.beforeAppend = () => {
    if (readings(1).length === 4) stop.abort()
  }
  await run(stop.signal)
  assert.deepEqual(
    readings(4).map((reading) => reading.timestamp.slice(17, 19)),
    ['00', '01', '02', '03', '04'],
  )
  const counters = readings(4).map((reading) => reading.sensore1_kwh)
  assert.deepEqual(
    counters,
    [...counters].sort((a, b) => a - b),
  )
  assert.equal(new Set(counters).size, 5)
})

test('while the log is away the replay waits and repeats the same append', async () => {
  const { run, readings, log } = scene([HEADER, ...rows(900)])
  let outages = 3
  log.beforeAppend = () => {
    outages -= 1
    if (outages >= 0) throw unavailable()
  }
  assert.deepEqual(await run(), { rows: 900, sent: 3_600 })
  assert.equal(readings(2).length, 900)
})

test('recorded readings, one JSON object on each line, are sent as they stand', async () => {
  const lines = [
    '{"piano":1,"timestamp":"2026-01-01T00:00:00Z","sensore2_kw":1, "note":"è"}',
    'not JSON',
    '{"piano":2,"timestamp":"2026-01-01T00:00:05Z","sensore2_kw":2}',
  ]
  const { run, log, appends } = scene(lines, { speed: 10 })
  assert.deepEqual(await run(), { rows: 3, sent: 3 })
  assert.deepEqual(
    log
      .records(READINGS_TOPIC)
      .map((record) => record.value)
      .sort(),
    [...lines].sort(),
  )
  assert.equal(appends.at(-1)?.atMs, 500)
})

test('recorded readings can be moved to now, other fields untouched', async () => {
  const line = '{"piano":1,"timestamp":"2026-01-01T00:00:00Z","sensore2_kw":1,"note":"è"}'
  const { run, readings } = scene([line], { speed: 1, shiftToNow: true })
  await run()
  assert.deepEqual(readings(1), [
    { piano: 1, timestamp: '2026-01-05T08:30:00.000000Z', sensore2_kw: 1, note: 'è' },
  ])
})

test('a file without readings is met with a sentence', async () => {
  await assert.rejects(scene([]).run(), /The file is empty/)
  await assert.rejects(scene(['a,b', '1,2']).run(), /columns a, b are not known/)
  await assert.rejects(scene([HEADER], { loop: true }).run(), /holds no readings/)
})

test('options that cannot work are refused with a sentence', () => {
  const base = { topic: 't', loop: false, shiftToNow: false, mapping: null }
  assert.equal(replayProblem({ ...base, speed: 600, loop: true, shiftToNow: true }), undefined)
  assert.match(replayProblem({ ...base, speed: 0 }) ?? '', /speed must be/)
  assert.match(replayProblem({ ...base, speed: 2e6 }) ?? '', /speed must be/)
  const overtaking = { ...base, speed: 'max' as const, loop: true, shiftToNow: true }
  assert.match(replayProblem(overtaking) ?? '', /cannot --loop/)
})
