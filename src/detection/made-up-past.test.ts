import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everythingIn } from '../../test/support/statistics.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import { openStatistics } from '../adapters/sqlite-statistics.ts'
import type { Random } from '../ports/random.ts'
import { type HistoryPlan, historyRows, populateHistory, usualKw } from './made-up-past.ts'
import { statisticsCache } from './statistics-cache.ts'

const PLAN: HistoryPlan = {
  days: 130,
  endMs: Date.UTC(2026, 8, 1, 10, 12),
  floors: [
    { floor: 1, baseKw: 5.8 },
    { floor: 2, baseKw: 6.3 },
    { floor: 3, baseKw: 6.9 },
  ],
  ampPerKw: 2.2,
  baseVolt: 226,
  kwNoiseStd: 0.6,
  ampNoiseStd: 0.7,
  voltNoiseStd: 3.5,
  timeZone: 'Europe/Rome',
}
const QUIET = { ...PLAN, days: 7, kwNoiseStd: 0, ampNoiseStd: 0, voltNoiseStd: 0 }
const rowsOf = (plan: HistoryPlan, seed = 'a') => [...historyRows(plan, seededRandom(seed))]

test('130 days of three floors are 18720 rows, and every slot can be judged', async () => {
  const table = openStatistics({ path: ':memory:' })
  const counts = populateHistory(table, PLAN, seededRandom('a'))
  assert.deepEqual(counts, { rows: 130 * 48 * 3, floors: 3, halfHours: 130 * 48 })
  const slots = everythingIn(table)
  assert.equal(slots.length, 3 * 7 * 48 * 4)
  assert.ok(slots.every(({ count }) => count === 18 || count === 19))
  const cache = statisticsCache(table)
  assert.equal(await cache.refresh(async () => {}), slots.length)
  const noon = cache.find(1, { weekday: 0, halfHour: 24 }, 'kw')
  assert.ok(noon && Math.abs(noon.mean - usualKw(5.8, 24, 0)) < 0.6)
  assert.ok(noon.standardDeviation > 0.3 && noon.standardDeviation < 1)
  table.close()
})

test('writing the history again changes nothing', () => {
  const table = openStatistics({ path: ':memory:' })
  const plan = { ...PLAN, days: 14 }
  populateHistory(table, plan, seededRandom('a'))
  const before = everythingIn(table)
  populateHistory(table, plan, seededRandom('a'))
  assert.deepEqual(everythingIn(table), before)
  table.close()
})

test('a history that is cut off half way leaves nothing that passes for a past', () => {
  const table = openStatistics({ path: ':memory:' })
  const whole = seededRandom('a')
  const cutOff: Random = {
    ...whole,
    fork(purpose) {
      const chance = whole.fork(purpose)
      let draws = 0
      const unit = () => {
        draws += 1
        if (draws > 30_000) throw new Error('killed')
        return chance.unit()
      }
      return { ...chance, unit }
    },
  }
  assert.throws(() => populateHistory(table, PLAN, cutOff), /killed/)
  assert.deepEqual(table.floors(), [])
  table.close()
})

test('power follows the formula of the contract, current and voltage follow power', () => {
  const [first] = rowsOf(QUIET)
  assert.equal(first?.startIso, '2026-08-25T10:00:00+00:00')
  assert.deepEqual([first?.weekday, first?.halfHour], [1, 24])
  const kw = 5.8 * (1 + 0.55 * Math.sin(((12 - 6.5) * Math.PI) / 12)) * 1.05
  assert.equal(first?.kw, kw)
  assert.equal(first?.corrente, kw * 2.2)
  assert.equal(first?.tensione, 226)
  assert.ok(Math.abs((first?.dkwh ?? 0) - (kw * 30) / 3600) < 1e-12)
  const weekend = usualKw(5.8, 24, 5) / usualKw(5.8, 24, 4)
  assert.ok(Math.abs(weekend - 0.92 / 1.05) < 1e-12)
})

test('each noise has the deviation it was given', () => {
  const rows = rowsOf({ ...PLAN, days: 60 })
  const deviation = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length)
  }
  const volts = deviation(rows.map((row) => row.tensione ?? 0))
  const amps = deviation(rows.map((row) => (row.corrente ?? 0) - (row.kw ?? 0) * PLAN.ampPerKw))
  assert.ok(Math.abs(volts - 3.5) < 0.1)
  assert.ok(Math.abs(amps - 0.7) < 0.05)
})

test('it ends with the last half hour that is over, in the time of the site', () => {
  const last = rowsOf(QUIET).at(-1)
  assert.equal(last?.startIso, '2026-09-01T09:30:00+00:00')
  assert.deepEqual([last?.weekday, last?.halfHour], [1, 23])
  const utc = rowsOf({ ...QUIET, timeZone: 'UTC' }).at(-1)
  assert.deepEqual([utc?.startIso, utc?.halfHour], [last?.startIso, 19])
})

test('the same seed gives the same rows, another seed others, and nothing is below zero', () => {
  const plan = { ...PLAN, days: 20, kwNoiseStd: 4 }
  assert.deepEqual(rowsOf(plan), rowsOf(plan))
  assert.notDeepEqual(rowsOf(plan), rowsOf(plan, 'b'))
  assert.ok(rowsOf(plan).every((row) => (row.kw ?? -1) >= 0 && (row.corrente ?? -1) >= 0))
})
