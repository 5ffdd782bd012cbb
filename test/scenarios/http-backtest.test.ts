/**
 * A backtest over stored readings: what it tells is what would have been told live, within limits
 * of rows, of requests at once, and of what people may ask.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import { METERS_OF_A_FLOOR, perMetric } from '../../src/detection/incidents/watched-floor.ts'
import {
  BACKTESTS_AT_ONCE_MAX,
  BACKTESTS_WAITING_MAX,
  type BacktestQuery,
  createBacktests,
} from '../../src/history/backtests.ts'
import { eventually } from '../support/eventually.ts'
import { coordinatorFace } from '../support/face.ts'
import { fakeStore } from '../support/fake-store.ts'
import { HOUR_MS, meterReadings, START_MS } from '../support/meter-series.ts'
import { keepReadings } from '../support/stored-readings.ts'
import { readingsOf, watchedBuilding } from '../support/watched-meters.ts'

const SERIES = meterReadings(28, HOUR_MS).map(({ timeMs, value }, hour) => ({
  timeMs,
  value: hour === 500 ? value * 3 : hour >= 570 && hour < 574 ? 0 : value,
}))
const READINGS = readingsOf(1, SERIES)
const PATH = '/api/v1/backtest?floor=1&metric=kw&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z'

async function facedWithReadings(t: TestContext, rowsMax?: number) {
  const store = fakeStore()
  await keepReadings(store, READINGS)
  const options = { timeZone: 'UTC', holidays: new Set<number>() }
  const world = {
    ...{ clock: systemClock, store },
    createTrial: ({ floor, metric, budgetPerMonth }: BacktestQuery) =>
      new Backtest({ floor, metric }, { budgetPerMonth: perMetric(budgetPerMonth), ...options }),
  }
  const backtests = createBacktests(world, rowsMax)
  return { ...(await coordinatorFace(t, { store, backtests })), store }
}

test('over stored readings it finds what is found live, under the same ids', async (t) => {
  const building = watchedBuilding(START_MS)
  await building.send(READINGS)
  await building.live()
  const live = [...building.incidents().values()].filter(({ metric }) => metric === 'kw')
  assert.ok(live.length >= 2)
  const face = await facedWithReadings(t)
  const { status, body } = await face.get(`${PATH}&budget=${METERS_OF_A_FLOOR}`)
  assert.equal(status, 200)
  assert.deepEqual(body.incidents, JSON.parse(JSON.stringify(live)))
  assert.deepEqual(body.summary, {
    ...{ readings: SERIES.length, firstMs: START_MS, lastMs: SERIES.at(-1)?.timeMs },
    alerts: live.length,
    alertsPerMonth: Number((live.length / ((SERIES.length - 1) / 730.5)).toFixed(2)),
    budgetPerMonth: 1,
    byChannel: countsOf(live.map(({ opening }) => opening.channel)),
    learned: 'weekly-profile',
  })
})

test('a smaller budget tells no more, and nothing stored is nothing told', async (t) => {
  const face = await facedWithReadings(t)
  const alerts = async (query: string) => {
    const { body } = await face.get(query)
    return (body.summary as { alerts: number }).alerts
  }
  assert.ok((await alerts(`${PATH}&budget=0.01`)) <= (await alerts(`${PATH}&budget=100`)))
  const none = await face.get(PATH.replace('floor=1', 'floor=9'))
  assert.deepEqual(none.body, {
    summary: {
      ...{ readings: 0, firstMs: null, lastMs: null, alerts: 0, alertsPerMonth: null },
      ...{ budgetPerMonth: perMetric(1), byChannel: {}, learned: 'cadence' },
    },
    incidents: [],
  })
})

test('a wrong question names each wrong field', async (t) => {
  const face = await facedWithReadings(t, 100)
  const wrong = await face.get('/api/v1/backtest?floor=x&metric=delta_kwh&budget=0&from=a')
  const fields = (wrong.body.detail as readonly { loc: readonly string[] }[]).map(
    ({ loc }) => loc[1],
  )
  assert.deepEqual(fields, ['floor', 'metric', 'from', 'to', 'budget'])
  const many = await face.get(PATH)
  assert.equal(many.status, 422)
  assert.match(many.text, /more than 100 readings/)
})

test('one goes on at a time, some wait, and more are told to come again', async (t) => {
  const face = await facedWithReadings(t)
  const { scan } = face.store
  const gate = Promise.withResolvers<void>()
  const waiting = new Set<object>()
  let most = 0
  face.store.scan = async (query) => {
    waiting.add(query)
    most = Math.max(most, waiting.size)
    await gate.promise
    waiting.delete(query)
    return await scan(query)
  }
  const asked = BACKTESTS_AT_ONCE_MAX + BACKTESTS_WAITING_MAX + 3
  let answered = 0
  const asking = Array.from({ length: asked }, async () => {
    const answer = await face.get(PATH)
    answered += 1
    return answer
  })
  await eventually('three are refused while the first reads', () => answered === 3)
  gate.resolve()
  const answers = await Promise.all(asking)
  const refused = answers.filter(({ status }) => status === 429)
  assert.equal(refused.length, 3)
  assert.ok(refused.every(({ headers }) => Number(headers['retry-after']) >= 1))
  assert.ok(answers.every(({ status }) => status === 200 || status === 429))
  assert.ok(most <= 8, `${most} scans at once are those of one backtest`)
})

function countsOf(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, names.filter((one) => one === name).length]))
}
