/**
 * Stored readings as a dashboard asks for them: points of a stretch, the trial of a limit, and what
 * is answered to a question that would cost too much.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { LimitTrial } from '../../src/detection/limit-trial.ts'
import { FLOORS_MAX } from '../../src/history/floors.ts'
import { createHistory } from '../../src/history/history.ts'
import { POINTS_MAX } from '../../src/history/steps.ts'
import { ROWS_MAX } from '../../src/history/stored-readings.ts'
import type { Metric } from '../../src/model/alert.ts'
import { thresholdsSchema } from '../../src/model/thresholds.ts'
import { coordinatorFace } from '../support/face.ts'
import { fakeStore } from '../support/fake-store.ts'
import { keepReadings, writtenIn } from '../support/stored-readings.ts'
import type { WireAnswer } from '../support/wire-client.ts'

const NOON_MS = Date.UTC(2026, 0, 5, 12)
const NOON = NOON_MS / 1000
const FROM_TO = 'from=2026-01-05T12:00:00Z&to=2026-01-05T13:00:00Z'
const RULES = { cooldownMs: 20_000, margin: 0 }

/** Two floors, a reading every ten seconds: kW counts them. */
async function facedWithReadings(t: TestContext, rowsMax?: number) {
  const store = fakeStore()
  const of = (piano: number, factor: number) =>
    Array.from({ length: 30 }, (_, i) => ({
      piano,
      timestamp: writtenIn(60, NOON_MS + i * 10_000),
      sensore2_kw: i * factor,
    }))
  await keepReadings(store, [...of(1, 1), ...of(2, 10), ...of(30, 1)])
  const createTrial = (metric: Metric, value: number) => new LimitTrial(metric, value, RULES)
  const history = createHistory({ clock: systemClock, store, createTrial }, rowsMax)
  const thresholds = thresholdsSchema.parse({ per_floor: { 2: {} } })
  const book = {
    current: async () => ({ thresholds, isLastKnown: false }),
    replace: async () => ({ kind: 'no-shards' }) as const,
  }
  return { ...(await coordinatorFace(t, { store, history, thresholds: book })), store }
}

function wrongFields({ status, body }: WireAnswer) {
  const problems = body.detail as readonly { loc: readonly string[] }[]
  return [status, problems.map(({ loc }) => loc.join('.'))]
}

test('a stretch is told in points, and what was asked for beside them', async (t) => {
  const face = await facedWithReadings(t)
  const { status, body } = await face.get(`/api/v1/readings?floor=1&metric=kw&${FROM_TO}&step=120`)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    ...{ floor: 1, metric: 'kw', step: 120 },
    ...{ from: '2026-01-05T12:00:00Z', to: '2026-01-05T13:00:00Z' },
    points: [
      { t: NOON, min: 0, mean: 5.5, max: 11, count: 12 },
      { t: NOON + 120, min: 12, mean: 17.5, max: 23, count: 12 },
      { t: NOON + 240, min: 24, mean: 26.5, max: 29, count: 6 },
    ],
  })
  const none = await face.get(`/api/v1/readings?floor=1&metric=tensione&${FROM_TO}&step=60`)
  assert.deepEqual(none.body.points, [])
  const origin = 'http://127.0.0.1:3000'
  const other = await face.get(`/api/v1/readings?floor=9&metric=kw&${FROM_TO}&step=60`, {
    headers: { origin },
  })
  assert.deepEqual([other.status, other.body.points], [200, []])
  assert.equal(other.headers['access-control-allow-origin'], origin)
})

test('a wrong question names each wrong field', async (t) => {
  const face = await facedWithReadings(t)
  const wrong = await face.get('/api/v1/readings?floor=0&metric=watt&from=2026&step=0.5')
  assert.deepEqual(wrongFields(wrong), [
    422,
    ['query.floor', 'query.metric', 'query.from', 'query.to', 'query.step'],
  ])
  const ask = (query: string) => face.get(`/api/v1/readings?floor=1&metric=kw&${query}`)
  const backwards = 'from=2026-01-05T13:00:00Z&to=2026-01-05T13:00:00Z&step=60'
  assert.deepEqual(wrongFields(await ask(backwards)), [422, ['query.to']])
  const plus = await ask('from=2026-01-05T12:00:00+01:00&to=2026-01-06T00:00:00Z&step=60')
  assert.match(plus.text, /%2B/)
})

test('an answer has so many points at most, and reads so many readings', async (t) => {
  assert.deepEqual([POINTS_MAX, ROWS_MAX], [2_000, 150_000])
  const face = await facedWithReadings(t, 25)
  const long = 'floor=1&metric=kw&from=2026-01-05T12:00:00Z&to='
  const fits = await face.get(`/api/v1/readings?${long}2026-01-05T12:00:20Z&step=1`)
  assert.equal(fits.status, 200)
  const points = await face.get(`/api/v1/readings?${long}2026-01-05T12:33:21Z&step=1`)
  assert.deepEqual(wrongFields(points), [422, ['query.step']])
  const rows = await face.get(`/api/v1/readings?${long}2026-01-05T13:00:00Z&step=60`)
  assert.deepEqual(wrongFields(rows), [422, ['query.from']])
  assert.match(rows.text, /more than 25 readings/)
})

test('a store that cannot be asked is 503, and not an empty chart', async (t) => {
  const face = await facedWithReadings(t)
  face.store.onScan = () => ({ kind: 'unavailable', needed: 2, had: 1 })
  const paths = [
    `/api/v1/readings?floor=1&metric=kw&${FROM_TO}&step=60`,
    `/api/v1/thresholds/preview?floor=1&metric=kw&value=11&${FROM_TO}`,
    `/api/v1/thresholds/preview?floor=default&metric=kw&value=11&${FROM_TO}`,
  ]
  for (const path of paths) {
    const { status, body } = await face.get(path)
    assert.deepEqual([status, body.needed, body.had], [503, 2, 1], path)
  }
})

test('many charts at once wait for one another, and all are answered', async (t) => {
  const face = await facedWithReadings(t)
  let atOnce = 0
  let most = 0
  face.store.onScan = () => {
    most = Math.max(most, atOnce)
    return undefined
  }
  const { scan } = face.store
  face.store.scan = async (query) => {
    atOnce += 1
    try {
      await new Promise((resolve) => setImmediate(resolve))
      return await scan(query)
    } finally {
      atOnce -= 1
    }
  }
  const path = `/api/v1/readings?floor=1&metric=kw&${FROM_TO}&step=60`
  const answers = await Promise.all(Array.from({ length: 12 }, () => face.get(path)))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.ok(most <= 2 * 8, `${most} scans at once`)
})

test('a limit is tried before it is saved: on one floor, or all that inherit it', async (t) => {
  const face = await facedWithReadings(t)
  const ask = async (query: string) => {
    const path = `/api/v1/thresholds/preview?${query}&${FROM_TO}`
    const { status, body } = await face.get(path)
    assert.equal(status, 200, path)
    return body
  }
  /** Over 19 are 20 to 29, ten seconds apart; after a cooldown of 20 s every other one is told. */
  const one = { readings: 30, over: 10, notifications: 5 }
  assert.deepEqual(await ask('floor=1&metric=kw&value=19'), one)
  assert.deepEqual(await ask('floor=2&metric=kw&value=19'), {
    ...{ readings: 30, over: 28, notifications: 14 },
  })
  const both = { readings: 60, over: 20, notifications: 10 }
  assert.deepEqual(await ask('floor=default&metric=kw&value=19'), both, 'floors 1 and 30')
  const none = { readings: 0, over: 0, notifications: 0 }
  assert.deepEqual(await ask('floor=1&metric=corrente&value=0'), none)
})

test('a trial on more floors than are looked for is refused, and says so', async (t) => {
  const face = await facedWithReadings(t)
  const floors = Array.from({ length: FLOORS_MAX }, (_, i) => 1_000 + i)
  await face.store.write(floors.map((floor) => ({ key: `energy:p${floor}:latest`, text: '{}' })))
  const path = `/api/v1/thresholds/preview?floor=default&metric=kw&value=19&${FROM_TO}`
  const refused = await face.get(path)
  assert.deepEqual(wrongFields(refused), [422, ['query.floor']])
  assert.match(refused.text, new RegExp(`more than ${FLOORS_MAX} floors`))
})

test('a wrong trial names each wrong field', async (t) => {
  const face = await facedWithReadings(t)
  const wrong = await face.get('/api/v1/thresholds/preview?floor=x&metric=kw&value=-1&from=a&to=b')
  assert.deepEqual(wrongFields(wrong), [
    422,
    ['query.floor', 'query.value', 'query.from', 'query.to'],
  ])
})
