import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../adapters/seeded-random.ts'
import type { Reading } from '../model/reading.ts'
import { EPISODE_KINDS, EPISODE_MS, planEpisodes, withEpisode } from './labelled-episodes.ts'

const START_MS = Date.UTC(2026, 0, 5)
const DAY_MS = 86_400_000
const usual: Reading = {
  piano: 1,
  timestamp: '2026-01-05T02:00:00Z',
  sensore1_kwh: 901,
  sensore2_kw: 4,
  sensore3_corrente: 11,
  sensore3_tensione: 227,
}
const before: Reading = { ...usual, sensore1_kwh: 900, sensore2_kw: 3, sensore3_tensione: 229 }
const at = { baseKw: 6, ampPerKw: 2.8, hour: 2, before }

test('each kind makes of a reading what its name says, and the counter is left alone', () => {
  const made = Object.fromEntries(
    EPISODE_KINDS.map((kind) => {
      const endMs = START_MS + EPISODE_MS[kind]
      const episode = { piano: 1, kind, startMs: START_MS, endMs }
      const one = withEpisode(usual, episode, (START_MS + endMs) / 2, at)
      assert.equal(one.sensore1_kwh, 901)
      return [kind, [one.sensore2_kw, one.sensore3_corrente, one.sensore3_tensione]]
    }),
  )
  assert.deepEqual(made, {
    spike: [16, 44.6, 227],
    step: [7.6, 21.08, 227],
    'slow-drift': [7, 19.4, 227],
    'drop-out': [0, 0, 0],
    stuck: [3, 11, 229],
    'night-base-load': [7.6, 21.08, 227],
    'holiday-like': [2, 5.4, 227],
    'voltage-sag': [4, 11, 192.95],
  })
})

test('episodes of a floor leave room between them, and holidays fall on workdays', () => {
  const isWorkday = (timeMs: number) => new Date(timeMs).getUTCDay() % 6 !== 0
  const span = { startMs: START_MS, endMs: START_MS + 200 * DAY_MS, everyMs: DAY_MS }
  const plan = planEpisodes(1, EPISODE_KINDS, span, isWorkday, seededRandom('plan'))
  assert.deepEqual(new Set(plan.map(({ kind }) => kind)), new Set(EPISODE_KINDS))
  plan.forEach((one, i) => {
    const next = plan[i + 1]
    if (next) assert.ok(next.startMs - one.endMs >= DAY_MS)
    if (one.kind === 'holiday-like') assert.ok(isWorkday(one.startMs + DAY_MS / 2))
  })
})
