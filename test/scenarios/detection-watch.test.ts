/**
 * The watch as it lives: between the log, people who speak and a clock. What it tells is what a
 * backtest of the same readings tells, however often it was killed on the way.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incidentDocument } from '../../src/detection/incidents/incident-event.ts'
import { type SeriesState, stepSeries } from '../../src/detection/incidents/series.ts'
import { CHECKPOINT_MS } from '../../src/detection/incidents/watch-desk.ts'
import { incidentId } from '../../src/model/incident.ts'
import { must } from '../../src/model/must.ts'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import { oneLife } from '../support/detection-world.ts'
import {
  DAY_MS,
  HOUR_MS,
  type MeterReading,
  meterReadings,
  START_MS,
} from '../support/meter-series.ts'
import { Crash } from '../support/scripted-log.ts'
import { readingsOf, watchedBuilding } from '../support/watched-meters.ts'

const OPTIONS = { budgetPerMonth: 1, timeZone: 'UTC', holidays: new Set<number>() }

/** Four weeks by the hour, with a spike, a drop-out and a step that stays. */
const SERIES = meterReadings(33, HOUR_MS).map(({ timeMs, value }) => {
  const hour = (timeMs - START_MS) / HOUR_MS
  if (hour === 500) return { timeMs, value: value * 3 }
  if (hour >= 570 && hour < 574) return { timeMs, value: 0 }
  return { timeMs, value: hour >= 650 ? value + 9 : value }
})

/** Ids of what a backtest tells of the power of floor 1. */
function backtested(series: readonly MeterReading[]) {
  const incidents = new Map<string, string>()
  const phases: string[] = []
  let state: SeriesState | undefined
  for (const { timeMs, value } of series) {
    const step = stepSeries(state, timeMs, value, OPTIONS)
    if (step.kind === 'late') continue
    state = step.state
    for (const change of step.changes) {
      const incident = incidentDocument({ floor: 1, metric: 'kw' }, change, null)
      incidents.set(incident.id, JSON.stringify(incident))
      phases.push(`${incident.id} ${change.phase} at ${change.timeMs}`)
    }
  }
  return { incidents, phases }
}

function ofPower(building: ReturnType<typeof watchedBuilding>) {
  const own = [...building.incidents()].filter(([id]) => id.startsWith('1:kw:'))
  const incidents = new Map(own.map(([id, incident]) => [id, JSON.stringify(incident)]))
  const seen = new Set<string>()
  const phases = building.notifications().flatMap(({ id, incident, timestamp_ms }) => {
    if (!incident?.id.startsWith('1:kw:') || seen.has(id)) return []
    seen.add(id)
    return [`${incident.id} ${incident.phase} at ${timestamp_ms}`]
  })
  return { incidents, phases }
}

test('backtest and live tell the same of the same readings', async () => {
  const expected = backtested(SERIES)
  const causes = [...expected.incidents.keys()].map((id) => id.split(':')[2])
  for (const cause of ['higher', 'lower', 'level']) assert.ok(causes.includes(cause), cause)
  const building = watchedBuilding(START_MS)
  await building.send(readingsOf(1, SERIES))
  await building.live()
  assert.deepEqual(ofPower(building), expected)
})

test('a detector that is started again and again tells what one tells that never was', async () => {
  const expected = backtested(SERIES)
  const building = watchedBuilding(START_MS)
  const readings = readingsOf(1, SERIES)
  const places = [0, 3, 400, 501, 572, 655, readings.length]
  for (const [i, from] of places.slice(0, -1).entries()) {
    await building.send(readings.slice(from, places[i + 1]))
    await building.live()
  }
  assert.deepEqual(ofPower(building), expected)
  assert.ok(building.trace.count('detection.readings-read-again') >= places.length - 3)
})

test('nor does it tell anything else when it dies at any commit', async () => {
  const expected = backtested(SERIES)
  const building = watchedBuilding(START_MS)
  const fates = ['committed', 'crash', 'late-crash', 'fenced'] as const
  let commits = 0
  building.log.commitFate = () => {
    commits += 1
    return fates[commits % fates.length] ?? 'committed'
  }
  building.log.batchSize = () => 120
  building.log.redeliver = () => commits % 3
  await building.send(readingsOf(1, SERIES))
  await building.outlive()
  assert.deepEqual(ofPower(building), expected)
  assert.ok(commits > 8)
})

test('nor when it dies before or after what it appends', async () => {
  const building = watchedBuilding(START_MS)
  await building.send(readingsOf(1, SERIES))
  building.log.batchSize = () => 40
  const append = building.log.append.bind(building.log)
  let appends = 0
  let crashes = 0
  building.log.append = async (topic, records) => {
    appends += 1
    const fate = appends % 11
    if (fate === 3 || fate === 8) crashes += 1
    if (fate === 3) throw new Crash()
    const positions = await append(topic, records)
    if (fate === 8) throw new Crash()
    return positions
  }
  await building.outlive()
  assert.deepEqual(ofPower(building), backtested(SERIES))
  assert.ok(crashes > 4, `${crashes} crashes`)
})

test('what was saved is not read again, and what comes after is judged as ever', async () => {
  const building = watchedBuilding(START_MS)
  const readings = readingsOf(1, SERIES)
  await building.send(readings.slice(0, 400))
  await building.live(async () => {
    await building.clock.advance(CHECKPOINT_MS)
    await building.send(readings.slice(400, 401))
    while (!building.isRead()) await building.clock.advance(0)
  })
  const saved = building.log.records(DETECTION_STATE_TOPIC).map(({ key }) => key)
  for (const key of ['1/1/kw', '1/1/corrente', '1/1/tensione', '1/watched']) {
    assert.ok(saved.includes(key), key)
  }
  const readAgain = building.trace.count('detection.readings-read-again')
  await building.live()
  assert.equal(building.trace.count('detection.readings-read-again'), readAgain)
  await building.send(readings.slice(401))
  await building.live()
  assert.deepEqual(ofPower(building), backtested(SERIES))
})

test('nobody is told what was muted; the incident is kept and says why', async () => {
  const building = watchedBuilding(START_MS)
  const scope = { floor: 1, metric: null, cause: null }
  const weekdays = [0, 1, 2, 3, 4, 5, 6]
  const times = { kind: 'weekly' as const, weekdays, from: '00:00', to: '00:00' }
  const mute = { id: 'mute-1', saidMs: START_MS, endedMs: null, scope, times }
  building.sayings.current = { ...building.sayings.current, mutes: [mute] }
  await building.send(readingsOf(1, SERIES))
  await building.live()
  assert.deepEqual(building.told(), [])
  const kept = [...building.incidents().values()]
  assert.deepEqual(
    [...ofPower(building).incidents.keys()],
    [...backtested(SERIES).incidents.keys()],
  )
  assert.ok(kept.every(({ quietBy }) => quietBy === 'mute-1'))
})

test('a level is asked about until somebody confirms it; then it is usual', async () => {
  const building = watchedBuilding(START_MS)
  const readings = readingsOf(1, SERIES)
  await building.send(readings)
  await building.live()
  const level = must(
    [...building.incidents().values()].find((one) => one.cause === 'level' && one.metric === 'kw'),
  )
  assert.equal(level.state, 'open')
  const saidMs = building.clock.wallMs()
  const word = {
    incident: level.id,
    floor: 1,
    metric: 'kw',
    decision: 'confirmed',
    saidMs,
  } as const
  building.sayings.current = { ...building.sayings.current, decisions: [word] }
  const later = meterReadings(34, HOUR_MS).slice(SERIES.length)
  await building.send(
    readingsOf(
      1,
      later.map(({ timeMs, value }) => ({ timeMs, value: value + 9 })),
    ),
  )
  await building.live()
  assert.equal(building.incidents().get(level.id)?.state, 'closed')
  const others = [...building.incidents().values()].filter((one) => one.cause === 'level')
  assert.ok(others.some((one) => one.metric === 'corrente' && one.state === 'open'))
})

test('a dry run says what the watch would raise and leaves no mark', async () => {
  const building = watchedBuilding(START_MS)
  await building.send(readingsOf(1, SERIES))
  const wouldRaise = () =>
    building.trace.facts.filter(({ kind }) => kind === 'detection.would-raise')
  const isEnough = () => wouldRaise().some(({ tipo }) => tipo === 'level_changed_kw')
  let isOver = false
  const running = oneLife(building.life(true), isEnough).finally(() => {
    isOver = true
  })
  while (!isOver) await building.clock.advance(0)
  await running
  assert.ok(wouldRaise().some(({ tipo }) => tipo === 'pattern_outlier_kw'))
  for (const topic of [ALERTS_TOPIC, DETECTION_STATE_TOPIC]) {
    assert.deepEqual(building.log.records(topic), [], topic)
  }
})

test('it says what it has learned so far, when there is news', async () => {
  const building = watchedBuilding(START_MS)
  await building.send(readingsOf(1, SERIES))
  building.log.batchSize = () => 3
  await building.live()
  const learned = building.learnedOf(1)
  const stages = [...new Set(learned.map((one) => one.learned))]
  assert.deepEqual(stages, ['cadence', 'first-days', 'daily-profile', 'weekly-profile'])
  assert.ok(learned.length < 40, `${learned.length} times in 33 days`)
  const newest = must(learned.at(-1))
  assert.equal(newest.stepMs, HOUR_MS)
  assert.ok(Number(newest.alarmsPerMonth) > 0, 'there were alarms')
  const sinceHour = ((newest.shift?.sinceMs ?? 0) - START_MS) / HOUR_MS
  assert.ok(Math.abs(sinceHour - 650) <= 1, `the level has changed in hour ${sinceHour}`)
})

test('a meter that falls silent is one incident until it speaks again', async () => {
  const building = watchedBuilding(START_MS)
  const minute = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => {
      const timestamp = new Date(START_MS + (from + i) * 60_000).toISOString()
      return { piano: 2, timestamp, sensore2_kw: 5 + (i % 3) }
    })
  await building.send(minute(0, 60))
  await building.live(async () => {
    for (let step = 0; step < 40; step += 1) await building.clock.advance(30_000)
  })
  const id = incidentId(2, 'kw', 'silent', START_MS + 59 * 60_000)
  assert.deepEqual([...building.incidents().keys()], [id])
  assert.equal(building.incidents().get(id)?.state, 'open')
  const [told] = building.notifications()
  assert.equal(told?.incident?.phase, 'opened')
  assert.match(told?.message ?? '', /^Piano 2: nessuna lettura da 5 min/)
  await building.send(minute(90, 95))
  await building.live()
  assert.equal(building.incidents().get(id)?.state, 'closed')
  assert.deepEqual(
    building.notifications().map(({ incident }) => incident?.phase),
    ['opened', 'closed'],
  )
})

test('a floor of an earlier topic that falls silent keeps what is known of it', async () => {
  const minutes = Array.from({ length: 60 }, (_, i) => {
    return { timeMs: START_MS + i * 60_000, value: 5 + (i % 3) }
  })
  const before = watchedBuilding(START_MS)
  await before.send(readingsOf(1, minutes))
  await before.live()
  const building = watchedBuilding(before.clock.wallMs())
  const states = before.log.records(DETECTION_STATE_TOPIC)
  await building.log.append(DETECTION_STATE_TOPIC, states)
  building.log.generation = async () => 'two'
  await building.live(async () => {
    for (let step = 0; step < 40; step += 1) await building.clock.advance(30_000)
  })
  assert.equal(building.told().length, 1)
  await building.live()
  assert.equal(building.trace.count('detection.unreadable-state'), 0)
})

test('a log that is away and a machine that slept are no silence of the meter', async () => {
  const building = watchedBuilding(START_MS)
  const first = meterReadings(1, 60_000).slice(0, 60)
  await building.send(readingsOf(1, first))
  await building.live(async () => {
    building.log.isAway = () => true
    for (let step = 0; step < 40; step += 1) await building.clock.advance(30_000)
    building.log.isAway = () => false
    await building.clock.advance(30_000)
    await building.clock.advance(DAY_MS)
    await building.clock.advance(30_000)
  })
  assert.deepEqual([building.told(), building.incidents().size], [[], 0])
  assert.equal(building.log.records(READINGS_TOPIC).length, 60)
})
