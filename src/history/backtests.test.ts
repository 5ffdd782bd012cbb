/**
 * How much of a backtest is told; what it finds, http-backtest.test.ts tells over HTTP.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anIncident, MONDAY_MS } from '../../test/support/evidence.ts'
import { fakeStore } from '../../test/support/fake-store.ts'
import { systemClock } from '../adapters/system-clock.ts'
import { BACKTEST_INCIDENTS_MAX, createBacktests } from './backtests.ts'

test('of many incidents the newest are told, and the summary counts them all', async () => {
  const found = Array.from({ length: BACKTEST_INCIDENTS_MAX + 5 }, (_, i) =>
    anIncident({ startMs: MONDAY_MS + i * 3_600_000 }),
  )
  const summary = {
    ...{ readings: 0, firstMs: null, lastMs: null, alerts: found.length, alertsPerMonth: null },
    ...{ budgetPerMonth: 1, byChannel: {}, learned: 'cadence' },
  }
  const createTrial = () => ({ take: () => {}, summary: () => summary, found: () => found })
  const backtests = createBacktests({ clock: systemClock, store: fakeStore(), createTrial })
  const query = { floor: 1, metric: 'kw', fromMs: 0, toMs: 1_000, budgetPerMonth: 1 } as const
  assert.deepEqual(await backtests.run(query, () => true), {
    kind: 'done',
    value: { summary, incidents: found.slice(-BACKTEST_INCIDENTS_MAX) },
  })
})
