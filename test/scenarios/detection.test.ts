/**
 * Detection from the log, as a member of its group: what is raised, what is remembered, and what
 * happens while other parts are away.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { FLOORS_MAX } from '../../src/detection/batch.ts'
import { KEY_LENGTH_TOLD_MAX } from '../../src/detection/facts.ts'
import type { Reading } from '../../src/model/reading.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import { detectionScene, oneLife } from '../support/detection-world.ts'
import { unavailable } from '../support/scripted-log.ts'
import { everythingIn } from '../support/statistics.ts'

const reading = (piano: number, minute: number, fields: Partial<Reading> = {}): Reading => {
  const timestamp = new Date(Date.UTC(2026, 0, 5, 7, minute)).toISOString()
  return { piano, timestamp, sensore2_kw: 12, ...fields }
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i += 1) await turn()
}

test('each event of a reading becomes one record with its notification and document', async () => {
  const scene = detectionScene()
  await scene.send(reading(1, 0, { sensore3_corrente: 20 }), reading(2, 0, { sensore2_kw: 3 }))
  await scene.runToEnd()
  const appended = scene.log.records(ALERTS_TOPIC)
  assert.deepEqual(
    appended.map(({ key }) => key),
    ['1', '1'],
  )
  const records = appended.map(({ value }) => JSON.parse(value))
  assert.deepEqual(
    records.map(({ kind, notification }) => [kind, notification.id, notification.metric]),
    [
      ['notification', '1:kw:kw_over:2026-01-05T07:00:00.000Z', 'kw'],
      ['notification', '1:corrente:amp_over:2026-01-05T07:00:00.000Z', 'corrente'],
    ],
  )
  assert.deepEqual(
    records.map(({ alert }) => [alert.eventi.length, alert.raw.piano, alert.thresholds]),
    [1, 1].map((count) => [count, 1, DEFAULT_THRESHOLDS.default]),
  )
})

test('a member that takes over knows the cooldowns of the one before it', async () => {
  const scene = detectionScene({ cooldownMs: 600_000 })
  await scene.send(reading(1, 0))
  await scene.runToEnd()
  await scene.send(reading(1, 5))
  await scene.runToEnd()
  assert.equal(scene.shown().size, 1)
  await scene.send(reading(1, 10))
  await scene.runToEnd()
  assert.equal(scene.shown().size, 2)
})

test('the late write of a member that lost its partition turns nothing back', async () => {
  const scene = detectionScene({ cooldownMs: 600_000 })
  await scene.send(reading(1, 0, { sensore2_kw: 3 }))
  await scene.runToEnd()
  const [old] = scene.log.records(DETECTION_STATE_TOPIC).filter(({ key }) => key === '1/1')
  assert.ok(old)
  await scene.send(reading(1, 1))
  await scene.runToEnd()
  await scene.log.append(DETECTION_STATE_TOPIC, [{ key: old.key, value: old.value }])
  await scene.send(reading(1, 2))
  await scene.runToEnd()
  assert.equal(scene.shown().size, 1)
})

test('a readings topic made anew is read from its start, and the floors stay known', async () => {
  const scene = detectionScene({ cooldownMs: 600_000 })
  await scene.send(reading(1, 0), reading(1, 1), reading(1, 2))
  await scene.runToEnd()
  const renewed = detectionScene({ cooldownMs: 600_000 })
  const states = scene.log.records(DETECTION_STATE_TOPIC)
  await renewed.log.append(DETECTION_STATE_TOPIC, states)
  renewed.log.generation = async () => 'two'
  await renewed.send(reading(1, 5), reading(1, 11))
  await renewed.runToEnd()
  assert.deepEqual([...renewed.shown().keys()], ['1:kw:kw_over:2026-01-05T07:11:00.000Z'])
})

test('a state that cannot be read is told and left out', async () => {
  const scene = detectionScene()
  await scene.log.append(DETECTION_STATE_TOPIC, [
    { key: '1/1', value: 'not json' },
    { key: '1/2', value: '{"floor":2}' },
  ])
  await scene.send(reading(1, 0))
  await scene.runToEnd()
  assert.ok(scene.trace.count('detection.unreadable-state') >= 2)
  assert.equal(scene.shown().size, 1)
})

test('the very first start waits for limits and says so, then judges what waited', async () => {
  const scene = detectionScene()
  scene.limits.current = undefined
  await scene.send(reading(1, 0))
  const life = oneLife(scene.member(), () => scene.log.isDrained(READINGS_TOPIC))
  await turns(50)
  assert.equal(scene.trace.count('detection.waiting-for-thresholds') > 0, true)
  assert.equal(scene.log.committed(1), 0)
  scene.limits.current = DEFAULT_THRESHOLDS
  await life
  assert.equal(scene.shown().size, 1)
})

test('a restart without a coordinator goes on with the last known limits', async () => {
  const scene = detectionScene()
  const own = { ...DEFAULT_THRESHOLDS.default, kw_max: 50 }
  scene.limits.current = { ...DEFAULT_THRESHOLDS, per_floor: { '1': own } }
  await scene.send(reading(1, 0))
  await scene.runToEnd()
  scene.limits.current = undefined
  await scene.send(reading(1, 5), reading(1, 6, { sensore2_kw: 51 }))
  await scene.runToEnd()
  assert.deepEqual([...scene.shown().keys()], ['1:kw:kw_over:2026-01-05T07:06:00.000Z'])
})

test('a change of the limits holds for what comes after it', async () => {
  const scene = detectionScene()
  await scene.send(reading(1, 0, { sensore2_kw: 6 }))
  const stop = new AbortController()
  const life = scene.member().run(stop.signal)
  while (!scene.log.isDrained(READINGS_TOPIC)) await turn()
  scene.limits.current = {
    default: { ...DEFAULT_THRESHOLDS.default, kw_max: 5 },
    per_floor: {},
  }
  while (scene.trace.count('detection.thresholds') < 2) await turn()
  await scene.send(reading(1, 5, { sensore2_kw: 6 }))
  while (!scene.log.isDrained(READINGS_TOPIC)) await turn()
  stop.abort()
  await life
  assert.deepEqual([...scene.shown().keys()], ['1:kw:kw_over:2026-01-05T07:05:00.000Z'])
})

test('limits that do not change are remembered once, however often they are asked', async () => {
  const scene = detectionScene()
  let asked = 0
  scene.world.thresholds.current = async () => {
    asked += 1
    return structuredClone(DEFAULT_THRESHOLDS)
  }
  await oneLife(scene.member(), () => asked > 20)
  assert.equal(scene.log.records(DETECTION_STATE_TOPIC).length, 1)
})

test('what joins the history counts from the next refresh on', async () => {
  const scene = detectionScene()
  const stop = new AbortController()
  const life = scene.member().run(stop.signal)
  const judged = async (one: Reading) => {
    await scene.send(one)
    while (!scene.log.isDrained(READINGS_TOPIC)) await turn()
  }
  await judged(reading(1, 0, { sensore2_kw: 9 }))
  const startIso = (week: number) => new Date(Date.UTC(2025, 0, 6 + week * 7, 7)).toISOString()
  const monday = { floor: 1, weekday: 0, halfHour: 16, corrente: null, tensione: null, dkwh: null }
  scene.statistics.insert(
    Array.from({ length: 18 }, (_, week) => {
      return { ...monday, startIso: startIso(week), kw: 5 + (week % 2) }
    }),
  )
  const refreshes = () => scene.trace.count('detection.statistics')
  const before = refreshes()
  while (refreshes() < before + 2) await turn()
  await judged(reading(1, 5, { sensore2_kw: 9 }))
  stop.abort()
  await life
  assert.deepEqual([...scene.shown().keys()], ['1:kw:pattern_outlier_kw:2026-01-05T07:05:00.000Z'])
})

test('while the log refuses alarms nothing is committed, and nothing is lost', async () => {
  const scene = detectionScene()
  let refusals = 7
  scene.log.beforeAppend = (topic) => {
    if (topic !== ALERTS_TOPIC || refusals === 0) return
    refusals -= 1
    assert.equal(scene.log.committed(1), 0)
    throw unavailable()
  }
  await scene.send(reading(1, 0))
  await scene.runToEnd()
  assert.equal(refusals, 0)
  assert.equal(scene.shown().size, 1)
  assert.equal(scene.log.committed(1), 1)
})

test('readings of floors beyond the limit are not judged, and that is said aloud', async () => {
  const scene = detectionScene()
  const floors = Array.from({ length: FLOORS_MAX + 3 }, (_, n) => n * 2 + 1)
  await scene.send(...floors.map((floor) => reading(floor, 0, { sensore2_kw: 3 })))
  await scene.runToEnd()
  const said = scene.trace.facts.filter(({ kind }) => kind === 'detection.too-many-floors')
  assert.deepEqual(
    said.map(({ level, readings, floorsMax }) => [level, readings, floorsMax]),
    [['warn', 3, FLOORS_MAX]],
  )
})

test('readings that cannot be judged well are told of once, with what to do', async () => {
  const scene = detectionScene()
  scene.log.batchSize = () => 1
  const key = `7th floor, ${'x'.repeat(KEY_LENGTH_TOLD_MAX)}`
  const readings = [65, 59, 0, 1].map((minute) => reading(1, minute, { sensore2_kw: 3 }))
  const records = readings.map((one) => ({ key, value: JSON.stringify(one) }))
  await scene.log.append(READINGS_TOPIC, records)
  await scene.runToEnd()
  const said = scene.trace.facts.filter(({ level }) => level === 'warn')
  assert.deepEqual(
    said.map((fact) => [fact.kind, fact.floor, fact.key, fact.seconds]),
    [
      ['detection.key-is-not-the-floor', 1, key.slice(0, KEY_LENGTH_TOLD_MAX), undefined],
      ['detection.late-readings', 1, undefined, 360],
    ],
  )
  assert.match(String(said[0]?.reason), /send it as the key/)
})

test('a reading that nobody could write down again holds up none behind it', async () => {
  const scene = detectionScene()
  const [before, after] = [reading(1, 0), reading(1, 5)]
  const deep = `{"piano":1,"timestamp":"${reading(1, 1).timestamp}","sensore2_kw":12,"0":`
  const values = [
    JSON.stringify(before),
    `${deep}${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    JSON.stringify(after),
  ]
  const records = values.map((value) => ({ key: '1', value }))
  await scene.log.append(READINGS_TOPIC, records)
  await scene.runToEnd()
  assert.equal(scene.shown().size, 2)
})

test('a half hour seen whole joins the history, once, though a kill came in between', async () => {
  const scene = detectionScene()
  const fates = ['committed', 'crash'] as const
  let commits = 0
  scene.log.batchSize = () => 30
  scene.log.commitFate = () => fates[commits++] ?? 'committed'
  const minutes = Array.from({ length: 32 }, (_, minute) => minute)
  await scene.send(
    ...minutes.map((minute) => reading(1, minute, { sensore2_kw: minute < 15 ? 4 : 6 })),
  )
  await scene.runToEnd()
  const kw = everythingIn(scene.statistics).find(({ metric }) => metric === 'kw')
  assert.deepEqual([kw?.count, kw?.mean, kw?.weekday, kw?.halfHour], [1, 5, 0, 16])
})

test('a broken history does not stop alarms over limits', async () => {
  const scene = detectionScene()
  scene.statistics.close()
  await scene.send(...[0, 10, 20, 29, 31].map((minute) => reading(1, minute)))
  await scene.runToEnd()
  assert.equal(scene.shown().size, 5)
  assert.ok(scene.trace.count('detection.statistics-unreadable') >= 1, 'asked for now and then')
  assert.equal(scene.trace.count('detection.half-hour-lost'), 1)
})

test('a detector that is for some floors raises nothing for the others, and goes on', async () => {
  const scene = detectionScene({}, new Set([2]))
  await scene.send(reading(1, 0), reading(2, 0), reading(3, 0), reading(2, 1), reading(1, 1))
  await scene.runToEnd()
  assert.equal(scene.shown().size, 2)
  assert.ok([...scene.shown().keys()].every((id) => id.startsWith('2:')))
  const dry = detectionScene({}, new Set([3]))
  await dry.send(reading(1, 0), reading(3, 0), reading(1, 1), reading(3, 1))
  await oneLife(dry.member(true), () => dry.trace.count('detection.would-raise') >= 2)
  const floors = dry.trace.facts.filter(({ kind }) => kind === 'detection.would-raise')
  assert.deepEqual(new Set(floors.map(({ floor }) => floor)), new Set([3]))
})
