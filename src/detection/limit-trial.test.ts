/**
 * The trial of a limit says what detection would have done: it is held against detection itself.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { METRICS, type Metric } from '../model/alert.ts'
import type { FloorState } from '../model/detection-state.ts'
import type { Reading } from '../model/reading.ts'
import { DEFAULT_THRESHOLDS } from '../model/thresholds.ts'
import { LimitTrial } from './limit-trial.ts'
import { limitsOn } from './rules.ts'
import { step } from './step.ts'

const RULES = { cooldownMs: 20_000, margin: 0 }
const START_MS = Date.UTC(2026, 0, 5, 8)

function at(second: number, fields: Partial<Reading>) {
  const timeMs = START_MS + second * 1000
  const reading = { piano: 1, timestamp: new Date(timeMs).toISOString(), ...fields }
  return { reading, timeMs, text: JSON.stringify(reading) }
}

test('values over the limit are counted, and those that the cooldown lets through', () => {
  const trial = new LimitTrial('kw', 10, RULES)
  for (const [second, kw] of [
    [0, 11],
    [10, 12],
    [15, 10],
    [20, 13],
    [30, 9],
  ] as const) {
    trial.take(at(second, { sensore2_kw: kw }))
  }
  trial.take(at(31, { sensore3_corrente: 99 }))
  assert.deepEqual(trial.result(), { readings: 5, over: 3, notifications: 2 })
})

const amounts = fc.record(
  {
    sensore1_kwh: fc.double({ min: 0, max: 5, noNaN: true }),
    sensore2_kw: fc.double({ min: 0, max: 20, noNaN: true }),
    sensore3_corrente: fc.double({ min: 0, max: 20, noNaN: true }),
    sensore3_tensione: fc.double({ min: 0, max: 20, noNaN: true }),
    delta_kwh: fc.double({ min: 0, max: 20, noNaN: true }),
  },
  { requiredKeys: [] },
)
const readings = fc.array(fc.tuple(fc.double({ min: 0, max: 60, noNaN: true }), amounts))

test('it counts what detection itself raises on the same readings', () => {
  fc.assert(
    fc.property(
      ...[readings, fc.constantFrom(...METRICS), fc.double({ min: 0, max: 20, noNaN: true })],
      fc.constantFrom(0, 0.1),
      fc.constantFrom(0, 20_000),
      (sent, metric, value, margin, cooldownMs) => {
        let second = 0
        const stored = sent.map(([pause, fields]) => {
          second += pause
          return at(second, fields)
        })
        const trial = new LimitTrial(metric, value, { margin, cooldownMs })
        for (const one of stored) trial.take(one)
        const { over, notifications } = trial.result()
        assert.equal(notifications, raised(stored, metric, value, margin, cooldownMs))
        assert.equal(over, raised(stored, metric, value, margin, 0))
      },
    ),
  )
})

/** Events of detection with no other limit and no history. */
function raised(
  stored: readonly ReturnType<typeof at>[],
  metric: Metric,
  value: number,
  margin: number,
  cooldownMs: number,
): number {
  const thresholds = { ...DEFAULT_THRESHOLDS, default: limitsOn(metric, value) }
  const usual = { sigmas: 1, countMin: 1, timeZone: 'UTC', rule: 'original' } as const
  const rules = { cooldownMs, margin, ...usual }
  const context = { thresholds, rules, statistics: { find: () => undefined } }
  let state: FloorState | undefined
  let events = 0
  for (const one of stored) {
    const result = step(state, one, context)
    if (result.kind === 'late') continue
    state = result.state
    events += result.alert?.eventi.length ?? 0
  }
  return events
}
