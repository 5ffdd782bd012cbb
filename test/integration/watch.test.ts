/**
 * The watch in real processes, over the embedded log and over a real Kafka broker: four weeks of a
 * floor, the detector killed in the middle of an incident and the coordinator after it, and people
 * who look, speak and are heard after a restart.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DEFAULT_ADMIN_TOKEN } from '../../src/app/settings/store.ts'
import { topicDeclarations } from '../../src/app/topics.ts'
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import { METERS_OF_A_FLOOR } from '../../src/detection/incidents/watched-floor.ts'
import type { Incident } from '../../src/model/incident.ts'
import { must } from '../../src/model/must.ts'
import type { Notification } from '../../src/model/notification.ts'
import type { Reading } from '../../src/model/reading.ts'
import { READINGS_TOPIC } from '../../src/model/topics.ts'
import { eventually } from '../support/eventually.ts'
import { type LogDescription, openDescribed } from '../support/log-description.ts'
import { HOUR_MS, meterReadings, START_MS } from '../support/meter-series.ts'
import { putThresholds, startDetector, startStore, stopMembers } from '../support/pipeline.ts'
import { PATIENT, temporaryFolder } from '../support/process.ts'
import { ownKafka } from '../support/shared-kafka.ts'
import { readingsOf } from '../support/watched-meters.ts'
import { wireClient } from '../support/wire-client.ts'

const ENV = {
  ...PATIENT,
  DETECTION_RULE: 'watch',
  FALSE_ALARM_BUDGET: `${METERS_OF_A_FLOOR}`,
  SITE_TIMEZONE: 'UTC',
}
const ADMIN = { headers: { authorization: `Bearer ${DEFAULT_ADMIN_TOKEN}` } }
const HIGH = { kw_max: 1e6, corrente_max: 1e6, tensione_max: 1e6, delta_kwh_max: 1e6 }

/** A spike and, four days later, a drop-out of four hours. */
const SERIES = meterReadings(28, HOUR_MS).map(({ timeMs, value }, hour) => ({
  timeMs,
  value: hour === 500 ? value * 3 : hour >= 600 && hour < 604 ? 0 : value,
}))

const DROP_OUT_MS = START_MS + 600 * HOUR_MS
/** Readings that come before the detector is killed: the drop-out has begun. */
const READINGS_BEFORE = 602

/** What a backtest tells of the power. */
function expectedIncidents(): readonly Incident[] {
  const options = { budgetPerMonth: 1, timeZone: 'UTC', holidays: new Set<number>() }
  const backtest = new Backtest({ floor: 1, metric: 'kw' }, options)
  for (const { timeMs, value } of SERIES) backtest.take(timeMs, value)
  return backtest.found()
}

/** Of the machine at its slowest; a broker also waits for the session of a dead member. */
const STORED_MS_MAX = 120_000

const recordOf = (reading: Reading) => {
  return { key: String(reading.piano), value: JSON.stringify(reading) }
}

interface LogPlace {
  /** For the processes. */
  readonly logFlags: readonly string[]
  /** The same, for the test. */
  readonly description: LogDescription
}

function embedded(): LogPlace {
  const path = join(temporaryFolder('log'), 'log.db')
  return { logFlags: ['--log-path', path], description: { kind: 'sqlite', options: { path } } }
}

const { bootstrap, skip } = await ownKafka()

function kafka(): LogPlace {
  const description = { kind: 'kafka', options: { bootstrap: [bootstrap] } } as const
  return { logFlags: ['--kafka-bootstrap', bootstrap], description }
}

const TITLE = 'real processes tell what a backtest tells, though they are killed on the way'
test(`${TITLE}: the embedded log`, (t) => storyOf(t, embedded()))
test(`${TITLE}: Apache Kafka`, { skip }, (t) => storyOf(t, kafka()))

async function storyOf(t: TestContext, { logFlags, description }: LogPlace): Promise<void> {
  assert.ok(START_MS < Date.now(), 'readings of the past')
  const options = { logFlags, env: ENV }
  const store = await startStore(options)
  await putThresholds(store.url, { default: HIGH, per_floor: {} })
  const detector = await startDetector(store, options)
  const log = await openDescribed(description)
  t.after(() => log.close())
  await log.declare(topicDeclarations())
  const face = wireClient(store.url)
  const incidents = async () => {
    const { status, body } = await face.get('/api/v1/incidents?metric=kw&limit=500')
    return status === 200 ? (body.items as readonly Incident[]) : []
  }
  const records = readingsOf(1, SERIES).map(recordOf)
  await log.append(READINGS_TOPIC, records.slice(0, READINGS_BEFORE))
  const isOpen = async () =>
    (await incidents()).some((one) => one.state === 'open' && one.startMs >= DROP_OUT_MS)
  await eventually('the drop-out is an open incident', isOpen, STORED_MS_MAX)
  await detector.killAndRestart()
  await log.append(READINGS_TOPIC, records.slice(READINGS_BEFORE))
  const stories = (all: readonly Incident[]) => all.map(({ id, state }) => `${id} ${state}`)
  const expected = expectedIncidents()
  const wanted = stories(expected)
  const isWhole = async () => `${stories(await incidents()).toReversed()}` === `${wanted}`
  await eventually('all incidents are in the store as a backtest has them', isWhole, STORED_MS_MAX)

  const { items } = (await face.get('/notifications?limit=1000')).body
  const told = (items as readonly Notification[]).filter(({ metric }) => metric === 'kw')
  const opened = told.filter(({ incident }) => incident?.phase === 'opened')
  assert.deepEqual(
    opened.map(({ incident }) => incident?.id),
    expected.map(({ id }) => id),
  )
  assert.ok(opened.every(({ message, message_en }) => message && message_en))

  const { id } = must(expected[0])
  const mute = { kind: 'weekly', weekdays: [6], from: '22:00', to: '06:00' }
  assert.equal((await face.post('/api/v1/alarms/mutes', mute, ADMIN)).status, 200)
  assert.equal((await face.post(`/api/v1/incidents/${id}/acknowledge`, {})).status, 200)
  assert.equal((await face.post(`/api/v1/incidents/${id}/expected`, {}, ADMIN)).status, 200)
  await store.coordinator.killAndRestart()
  const one = await eventually('the coordinator knows it again', async () => {
    const { status, body } = await face.get(`/api/v1/incidents/${id}`)
    return status === 200 ? body : undefined
  })
  assert.ok(Number(one.acknowledgedMs) > 0)
  assert.equal(one.expectedBy, 'expected-2')
  const { mutes } = (await face.get('/api/v1/alarms/sayings')).body
  assert.equal((mutes as readonly object[]).length, 1)
  await stopMembers([detector, store.coordinator, ...store.shards])
}
