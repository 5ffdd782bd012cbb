/**
 * A new version of the rule takes over from one that had incidents open: each comes to an end or
 * goes on, people are told once of what changes, and a kill at any point changes nothing in that.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHECKPOINT_MS } from '../../src/detection/incidents/watch-desk.ts'
import type { Incident } from '../../src/model/incident.ts'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC } from '../../src/model/topics.ts'
import { anIncident } from '../support/evidence.ts'
import { HOUR_MS, meterReadings, START_MS } from '../support/meter-series.ts'
import { Crash } from '../support/scripted-log.ts'
import { readingsOf, watchedBuilding } from '../support/watched-meters.ts'

/** A month by the hour, with a step near its end that stays. */
const SERIES = meterReadings(31, HOUR_MS).map(({ timeMs, value }) => {
  const hour = (timeMs - START_MS) / HOUR_MS
  return { timeMs, value: hour >= 650 ? value + 9 : value }
})
const READINGS = readingsOf(1, SERIES)
/** The former rule was replaced here; the step has been told. */
const REPLACED_AT = 720
const REPLACED_MS = START_MS + REPLACED_AT * HOUR_MS
/** Of a fault that the rule of today does not see. */
const FORMER_MS = START_MS + 600 * HOUR_MS
const FORMER = anIncident({ startMs: FORMER_MS, cause: 'stuck' })

type Building = ReturnType<typeof watchedBuilding>

/** Told by a rule that is gone; of its states one was saved, before that. */
async function left(building: Building, incident: Incident): Promise<void> {
  const record = { key: '1', value: JSON.stringify({ kind: 'incident', incident }) }
  await building.log.append(ALERTS_TOPIC, [record])
  const saved = { partition: 1, offset: 3, generation: 'one', rule: 'watch-0', state: { open: [] } }
  const state = { key: '1/1/kw', value: JSON.stringify(saved) }
  await building.log.append(DETECTION_STATE_TOPIC, [state])
}

async function buildingLeft(incident: Incident = FORMER): Promise<Building> {
  const building = watchedBuilding(START_MS)
  await building.send(READINGS.slice(0, REPLACED_AT))
  await building.live()
  await left(building, incident)
  return building
}

/** Each once: "closed stuck of 600 at 720". */
function told(building: Building, metric = 'kw'): readonly string[] {
  const seen = new Set<string>()
  return building.notifications().flatMap(({ id, incident, timestamp_ms }) => {
    const [, of, cause, start] = incident?.id.split(':') ?? []
    if (of !== metric || seen.has(id)) return []
    seen.add(id)
    const hour = (ms: number) => (ms - START_MS) / HOUR_MS
    return [`${incident?.phase} ${cause} of ${hour(Number(start))} at ${hour(timestamp_ms)}`]
  })
}

test('what the new rule does not find ends with its first reading, and says why', async () => {
  const building = await buildingLeft()
  const before = told(building)
  await building.send(READINGS.slice(REPLACED_AT))
  await building.live()
  assert.deepEqual(told(building).slice(before.length), ['closed stuck of 600 at 720'])
  const ended = building.incidents().get(FORMER.id)
  assert.deepEqual(
    [ended?.state, ended?.endMs, ended?.endedBy],
    ['closed', REPLACED_MS, 'new-rule'],
  )
  const news = building.notifications().filter(({ incident }) => incident?.id === FORMER.id)
  assert.deepEqual(
    news.map(({ incident }) => incident?.endedBy),
    ['new-rule'],
  )
  assert.match(ended?.message ?? '', /la regola è cambiata/)
  assert.match(ended?.messageEn ?? '', /the rule was replaced/)
})

test('what both find goes on under the name that people know', async () => {
  const former = anIncident({ startMs: FORMER_MS, cause: 'level' })
  const building = await buildingLeft(former)
  const known = building.log.records(ALERTS_TOPIC).length - 1
  building.log.forget(ALERTS_TOPIC, known)
  const before = told(building)
  const back = readingsOf(1, meterReadings(33, HOUR_MS).slice(REPLACED_AT + 3))
  await building.send([...READINGS.slice(REPLACED_AT, REPLACED_AT + 3), ...back])
  await building.live()
  assert.ok(before.some((one) => one.startsWith('opened level')))
  const news = told(building).slice(before.length)
  assert.ok(
    news.some((one) => one.startsWith('closed level of 600')),
    String(news),
  )
  assert.ok(!news.some((one) => one.includes('level') && one.endsWith('at 720')), String(news))
})

test('what only the new rule finds is told with its first reading', async () => {
  const building = await buildingLeft()
  building.log.forget(ALERTS_TOPIC, building.log.records(ALERTS_TOPIC).length)
  const before = told(building)
  const open = [...building.incidents().values()].filter((one) => one.state === 'open')
  const causes = open.filter(({ metric }) => metric === 'kw').map(({ cause }) => cause)
  await building.send(READINGS.slice(REPLACED_AT))
  await building.live()
  const opened = before.filter((one) => causes.some((cause) => one.startsWith(`opened ${cause}`)))
  assert.ok(opened.some((one) => one.startsWith('opened level')))
  const news = told(building).slice(before.length)
  assert.deepEqual(
    news,
    opened.map((one) => one.replace(/at .*$/, 'at 720')),
  )
})

test('it is told once, whatever the detector dies of meanwhile', async () => {
  const building = await buildingLeft()
  const before = told(building)
  await building.send(READINGS.slice(REPLACED_AT))
  building.log.batchSize = () => 2
  const append = building.log.append.bind(building.log)
  let appends = 0
  let crashes = 0
  let parts = 0
  building.log.append = async (topic, records) => {
    appends += 1
    const fate = appends % 5
    // Of the news of the end a part may stay, where the log is killed as well: the document.
    const isParted = topic === ALERTS_TOPIC && parts < 2
    if (isParted) parts += 1
    if (fate === 1 || fate === 3 || isParted) crashes += 1
    if (fate === 1) throw new Crash()
    const positions = await append(topic, isParted ? records.slice(0, 1) : records)
    if (fate === 3 || isParted) throw new Crash()
    return positions
  }
  await building.outlive()
  assert.deepEqual(told(building).slice(before.length), ['closed stuck of 600 at 720'])
  assert.ok(crashes > 4, `${crashes} crashes`)
})

test('a floor that is quiet is taken over when it speaks, after another restart', async () => {
  const building = await buildingLeft()
  const before = told(building)
  const others = readingsOf(3, SERIES).slice(REPLACED_AT)
  await building.send(others.slice(0, 3))
  await building.live(async () => {
    await building.clock.advance(CHECKPOINT_MS)
    await building.send(others.slice(3, 4))
    while (!building.isRead()) await building.clock.advance(0)
  })
  assert.deepEqual(told(building), before)
  const late = READINGS.slice(REPLACED_AT + 5)
  await building.send(late)
  await building.live()
  assert.deepEqual(
    told(building)
      .slice(before.length)
      .filter((one) => one.includes('stuck')),
    ['closed stuck of 600 at 725'],
  )
})
