/**
 * A detector that polls is stopped while incidents are open: what it told of goes on under its name
 * and ends once, whether its state could be saved or not.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import { INCIDENT_PAGES_MAX } from '../../src/detection/incidents/open-incidents.ts'
import { voiceKey } from '../../src/detection/incidents/poll-voices.ts'
import type { Incident } from '../../src/model/incident.ts'
import { incidentKey, latestKey, seriesStateKey } from '../../src/model/keys.ts'
import { SCAN_LIMIT_MAX } from '../../src/store/client.ts'
import { anEvidence, anIncident } from '../support/evidence.ts'
import { HOUR_MS, type MeterReading, meterReadings, START_MS } from '../support/meter-series.ts'
import { pollScene } from '../support/poll-scene.ts'

const MINUTE_MS = 60_000

/** One reading a minute. */
const minutes = (from: number, to: number): readonly MeterReading[] =>
  Array.from({ length: to - from }, (_, i) => {
    return { timeMs: START_MS + (from + i) * MINUTE_MS, value: 5 + (i % 3) }
  })

type Scene = ReturnType<typeof pollScene>

async function wait(scene: Scene, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await scene.clock.advance(MINUTE_MS)
    await scene.poll()
  }
}

/** An hour of readings, ten minutes of silence, and then the detector is stopped. */
async function silentScene(prepare: (scene: Scene) => void = () => {}): Promise<Scene> {
  const scene = pollScene()
  await scene.live(minutes(0, 60), async () => {
    prepare(scene)
    await wait(scene, 10)
  })
  assert.deepEqual(scene.documents(), ['open silent'])
  return scene
}

/** After so many minutes of what stands in the store the silence goes on, and then it is over. */
async function endsWhenItSpeaks(scene: Scene, silentMinutes: number): Promise<void> {
  await scene.live([], () => wait(scene, silentMinutes))
  assert.deepEqual(scene.told(), ['opened silent'], 'its latest is no sign of life')
  await scene.live(minutes(90, 95))
  assert.deepEqual(scene.told(), ['opened silent', 'closed silent'])
  assert.deepEqual(scene.documents(), ['closed silent'])
}

/** What an earlier detector left in the store. */
async function leave(scene: Scene, incident: Incident): Promise<void> {
  const { startMs, floor, metric, cause, changedMs } = incident
  const key = incidentKey(startMs, floor, metric, cause)
  await scene.store.write([{ key, text: JSON.stringify(incident), order: changedMs }])
}

test('a meter that was silent before a restart is no longer so when it speaks', async () => {
  const scene = await silentScene()
  await endsWhenItSpeaks(scene, 10)
})

test('what people were told of is saved at once, not only when it is time', async () => {
  const scene = pollScene()
  const saved = () => JSON.parse(scene.store.text(voiceKey(1)) ?? '{}').voice?.silentSinceMs
  await scene.live(minutes(0, 60), async () => {
    await wait(scene, 4)
    assert.deepEqual([scene.told(), saved()], [[], null])
    await wait(scene, 2)
    assert.deepEqual(scene.told(), ['opened silent'])
    assert.equal(typeof saved(), 'number')
  })
})

test('of a silence that could not be saved the document is enough', async () => {
  const scene = await silentScene(({ store }) => {
    store.onWrite = ({ key }) => (key === voiceKey(1) ? { kind: 'no-shards' } : undefined)
  })
  await endsWhenItSpeaks(scene, 1)
})

test('what nobody could be told of before a restart is found again and told after it', async () => {
  const scene = await silentScene(({ coordinator }) => {
    coordinator.says = 'unreachable'
  })
  assert.deepEqual(scene.told(), [])
  scene.coordinator.says = 'accepted'
  await scene.live([], () => wait(scene, 10))
  assert.deepEqual(scene.told(), ['opened silent'])
})

test('what was told of and could not be saved goes on under its name, and ends', async () => {
  const series = meterReadings(28, HOUR_MS).map(({ timeMs, value }, hour) => {
    return { timeMs, value: hour >= 600 && hour < 604 ? 0 : value }
  })
  const options = { budgetPerMonth: 1, timeZone: 'UTC', holidays: new Set<number>() }
  const backtest = new Backtest({ floor: 1, metric: 'kw' }, options)
  for (const { timeMs, value } of series) backtest.take(timeMs, value)
  const expected = backtest.found().map(({ id }) => id)
  const scene = pollScene()
  await scene.live(series.slice(0, 600))
  assert.deepEqual(scene.opened(), [])
  scene.store.onWrite = ({ key }) =>
    key === seriesStateKey(1, 'kw') ? { kind: 'no-shards' } : undefined
  await scene.live(series.slice(600, 601))
  assert.ok(scene.opened().length > 0)
  scene.store.onWrite = () => undefined
  const { timeMs, value } = series[601] ?? { timeMs: 0, value: 0 }
  const text = { piano: 1, timestamp: new Date(timeMs).toISOString(), sensore2_kw: value }
  await scene.clock.advance(HOUR_MS)
  await scene.store.write([{ key: latestKey(1), text: JSON.stringify(text) }])
  await scene.live(series.slice(602))
  assert.deepEqual(scene.opened(), expected)
  assert.ok(scene.documents().every((one) => one.startsWith('closed')))
})

test('incidents that an earlier detector left open end when their meter speaks', async () => {
  const scene = pollScene()
  const at = (day: number) => ({ startMs: START_MS - day * 24 * HOUR_MS })
  const silence = anEvidence({ channel: 'silence', direction: 'none' })
  const silent = { cause: 'silent', opening: silence, peak: silence } as const
  await leave(scene, anIncident({ ...at(5) }))
  await leave(scene, anIncident({ ...at(4), ...silent }))
  await leave(scene, anIncident({ ...at(3) }))
  await leave(scene, anIncident({ ...at(2), ...silent }))
  await leave(scene, anIncident({ ...at(1), floor: 2 }))
  await scene.live(minutes(0, 3))
  const closed = ['closed higher', 'closed silent', 'closed higher', 'closed silent']
  assert.deepEqual(scene.documents(), [...closed, 'open higher'], 'the last is of another floor')
})

test('so many pages of incidents are looked through, and no more', async () => {
  const scene = pollScene()
  let pages = 0
  scene.store.onScan = ({ limit }) => {
    assert.equal(limit, SCAN_LIMIT_MAX)
    pages += 1
    return { kind: 'page', entries: [], next: `incidents:${9_000 - pages}` }
  }
  await scene.live([], () => wait(scene, 1))
  assert.equal(pages, INCIDENT_PAGES_MAX)
})
