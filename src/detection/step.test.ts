import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checked, RULES, stepContext } from '../../test/support/detection-world.ts'
import type { Metric } from '../model/alert.ts'
import type { FloorState } from '../model/detection-state.ts'
import type { CheckedReading, Reading } from '../model/reading.ts'
import { DEFAULT_THRESHOLDS } from '../model/thresholds.ts'
import { type StepContext, step } from './step.ts'

const CONTEXT = stepContext()

/**
 * Steps through readings; what each raised, as a list of kinds (`late` for one that was too old).
 */
function walk(readings: readonly CheckedReading[], context: StepContext = CONTEXT) {
  let state: FloorState | undefined
  return readings.map((one) => {
    const result = step(state, one, context)
    if (result.kind === 'late') return 'late'
    state = result.state
    return (result.alert?.eventi ?? []).map(({ tipo }) => tipo).join(',')
  })
}

const at = (second: number, fields: Partial<Reading>) =>
  checked(`2026-01-05T08:00:${String(second).padStart(2, '0')}Z`, fields)

test('the alert is the document of the contract, under an id of floor and time', () => {
  const one = checked('2026-01-05T08:30:00.250000+01:00', { sensore2_kw: 12.4, extra: 'kept' })
  const result = step(undefined, one, CONTEXT)
  assert.ok(result.kind === 'judged' && result.alert)
  const { eventi, ...rest } = result.alert
  assert.equal(eventi.length, 1)
  assert.deepEqual(rest, {
    alert_id: '1:2026-01-05T08:30:00.250000+01:00',
    piano: 1,
    timestamp: Date.UTC(2026, 0, 5, 7, 30) / 1000,
    raw: one.reading,
    thresholds: DEFAULT_THRESHOLDS.default,
  })
})

test('one reading may be over a limit and off its pattern at once', () => {
  const find = (floor: number, slot: { weekday: number; halfHour: number }, metric: Metric) =>
    floor === 1 && slot.weekday === 0 && slot.halfHour === 18 && metric === 'kw'
      ? { mean: 5, standardDeviation: 1, count: 18 }
      : undefined
  const context = stepContext({ statistics: { find } })
  assert.deepEqual(walk([at(0, { sensore2_kw: 12 })], context), ['kw_over,pattern_outlier_kw'])
  assert.deepEqual(walk([at(0, { sensore2_kw: 7 })], context), ['pattern_outlier_kw'])
})

test('the slot is that of the site, or of UTC where that is its zone', () => {
  const one = checked('2026-01-04T23:15:00Z', { sensore2_kw: 7 })
  const slotIn = (timeZone: string) => {
    const find = () => ({ mean: 5, standardDeviation: 1, count: 18 })
    const context = stepContext({ statistics: { find }, rules: { ...RULES, timeZone } })
    const result = step(undefined, one, context)
    const event = result.kind === 'judged' ? result.alert?.eventi[0] : undefined
    return event && 'fascia_label' in event ? event.fascia_label : undefined
  }
  assert.equal(slotIn('Europe/Rome'), 'Lun 00:00')
  assert.equal(slotIn('UTC'), 'Dom 23:00')
})

test('without a sent value energy is the difference to the counter of the reading before', () => {
  const counters = [900, 900.05, 900.14, 900.19, 900.28]
  const readings = counters.map((sensore1_kwh, i) => at(i * 10, { sensore1_kwh }))
  const slower = stepContext({ rules: { ...RULES, cooldownMs: 0 } })
  const limits = { ...DEFAULT_THRESHOLDS.default, delta_kwh_max: 0.25 }
  const context = { ...slower, thresholds: { ...DEFAULT_THRESHOLDS, default: limits } }
  assert.deepEqual(walk(readings, context), ['', '', 'dkwh_over', '', 'dkwh_over'])
})

test('a floor with limits of its own is held against them', () => {
  const own = { ...DEFAULT_THRESHOLDS.default, kw_max: 5 }
  const thresholds = { ...DEFAULT_THRESHOLDS, per_floor: { '2': own } }
  const context = stepContext({ thresholds })
  assert.deepEqual(walk([at(0, { sensore2_kw: 6 })], context), [''])
  assert.deepEqual(walk([at(0, { piano: 2, sensore2_kw: 6 })], context), ['kw_over'])
})

test('cooldown counts in event time, for each kind by itself', () => {
  const hot = { sensore2_kw: 12 }
  const readings = [at(0, hot), at(5, hot), at(10, { ...hot, sensore3_corrente: 20 })]
  const later = [at(19, hot), at(20, hot), at(39, hot), at(40, hot)]
  const expected = ['kw_over', '', 'amp_over', '', 'kw_over', '', 'kw_over']
  assert.deepEqual(walk([...readings, ...later]), expected)
})

test('a repeated, an old and an out-of-order reading fire nothing and change nothing', () => {
  const hot = { sensore2_kw: 12 }
  const readings = [at(30, hot), at(30, hot), at(10, hot), at(29, hot), at(51, hot)]
  assert.deepEqual(walk(readings), ['kw_over', 'late', 'late', 'late', 'kw_over'])
})

test('an old counter does not become the mark of the next difference', () => {
  const counters = [at(0, { sensore1_kwh: 900 }), at(30, { sensore1_kwh: 900.05 })]
  const readings = [...counters, at(10, { sensore1_kwh: 890 }), at(59, { sensore1_kwh: 900.1 })]
  assert.deepEqual(walk(readings), ['', '', 'late', ''])
})

test('energy is judged at its 30 s meaning whatever the pace', () => {
  const slow = [at(0, { delta_kwh: 0.02 }), at(30, { delta_kwh: 0.02 })]
  assert.deepEqual(walk(slow), ['', ''])
  const fast = [at(0, { delta_kwh: 0.02 }), at(5, { delta_kwh: 0.02 })]
  assert.deepEqual(walk(fast), ['', 'dkwh_over'])
})

test('a sensor that is null did not measure', () => {
  const nulls = JSON.parse('{"sensore2_kw":null,"sensore1_kwh":null,"sensore3_tensione":240}')
  assert.deepEqual(walk([at(0, nulls), at(30, nulls)]), ['volt_over', 'volt_over'])
})

test('the state survives being written as JSON, to the last bit', () => {
  const readings = [at(0, { sensore2_kw: 12.3, sensore1_kwh: 900.1 }), at(7, { sensore2_kw: 1.1 })]
  const live = readings.reduce<FloorState | undefined>((state, one) => {
    const result = step(state && JSON.parse(JSON.stringify(state)), one, CONTEXT)
    return result.kind === 'judged' ? result.state : state
  }, undefined)
  const kept = readings.reduce<FloorState | undefined>((state, one) => {
    const result = step(state, one, { ...CONTEXT, rules: RULES })
    return result.kind === 'judged' ? result.state : state
  }, undefined)
  assert.deepEqual(JSON.parse(JSON.stringify(live)), JSON.parse(JSON.stringify(kept)))
})

test('the state stays small', () => {
  let state: FloorState | undefined
  for (let second = 0; second < 60; second += 1) {
    const everything = { sensore1_kwh: second, sensore2_kw: 12, sensore3_corrente: 20 }
    const result = step(state, at(second, everything), CONTEXT)
    if (result.kind === 'judged') state = result.state
  }
  assert.ok(JSON.stringify(state).length < 600)
})
