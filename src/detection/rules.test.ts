import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RULES } from '../../test/support/detection-world.ts'
import { DEFAULT_THRESHOLDS } from '../model/thresholds.ts'
import type { Measurements } from './half-hour.ts'
import { offPattern, overLimits, pastCooldown } from './rules.ts'

const NOTHING: Measurements = {
  kw: undefined,
  corrente: undefined,
  tensione: undefined,
  delta_kwh: undefined,
}
const LIMITS = DEFAULT_THRESHOLDS.default
const MONDAY = { weekday: 0, halfHour: 17 }

const kinds = (measured: Partial<Measurements>, margin = 0) =>
  overLimits(1, { ...NOTHING, ...measured }, LIMITS, margin).map(({ tipo }) => tipo)

const usual = (mean: number, standardDeviation: number, count: number) => ({
  find: () => ({ mean, standardDeviation, count }),
})

test('each limit has its kind, and a value equal to its limit is not over it', () => {
  assert.deepEqual(kinds({ kw: 11, corrente: 15, tensione: 232, delta_kwh: 0.08 }), [])
  const over = { kw: 11.001, corrente: 15.001, tensione: 232.001, delta_kwh: 0.080001 }
  assert.deepEqual(kinds(over), ['kw_over', 'amp_over', 'volt_over', 'dkwh_over'])
})

test('a margin raises each limit by its share, without binary noise at the edge', () => {
  assert.deepEqual(kinds({ kw: 12.1, corrente: 16.5, tensione: 255.2, delta_kwh: 0.088 }, 0.1), [])
  assert.deepEqual(kinds({ kw: 12.101 }, 0.1), ['kw_over'])
  assert.ok(11 * 1.15 < 12.65, 'binary noise that would raise an alarm')
  assert.deepEqual(kinds({ kw: 12.65 }, 0.15), [])
})

test('an event over a limit has the fields of the contract and says why in Italian', () => {
  assert.deepEqual(overLimits(2, { ...NOTHING, kw: 12.4 }, LIMITS, 0), [
    {
      tipo: 'kw_over',
      metrica: 'kw',
      valore: 12.4,
      threshold: 11,
      threshold_base: 11,
      descrizione: 'Piano 2: potenza 12,4 kW, oltre il limite di 11 kW.',
    },
  ])
  const [event] = overLimits(1, { ...NOTHING, delta_kwh: 0.12 }, LIMITS, 0.25)
  assert.equal(event?.threshold, 0.1)
  assert.equal(event?.threshold_base, 0.08)
  assert.equal(
    event?.descrizione,
    'Piano 1: energia in 30 s 0,12 kWh, oltre il limite di 0,1 kWh ' +
      '(0,08 kWh più il margine del 25%).',
  )
})

test('an event off its pattern has the fields of the contract and says what is usual', () => {
  const measured = { ...NOTHING, kw: 9.8 }
  assert.deepEqual(offPattern(1, measured, MONDAY, usual(6.2, 0.7, 18), RULES), [
    {
      tipo: 'pattern_outlier_kw',
      metrica: 'kw',
      valore: 9.8,
      zscore: 5.142857,
      mu: 6.2,
      sigma: 0.7,
      threshold: 7.32,
      threshold_base: 7.32,
      fascia_weekday: 0,
      fascia_slot: 17,
      fascia_label: 'Lun 08:30',
      descrizione:
        'Piano 1: potenza 9,8 kW, insolita per Lun 08:30: di solito 6,2 ± 0,7 kW ' +
        "(18 mezz'ore osservate), allarme oltre 7,32 kW.",
    },
  ])
})

test('power, current and voltage are held against their pattern, energy is not', () => {
  const measured = { kw: 99, corrente: 99, tensione: 99, delta_kwh: 99 }
  const events = offPattern(1, measured, MONDAY, usual(5, 1, 18), RULES)
  assert.deepEqual(
    events.map(({ tipo }) => tipo),
    ['pattern_outlier_kw', 'pattern_outlier_amp', 'pattern_outlier_volt'],
  )
})

test('a slot is judged from the 18th half hour on', () => {
  const measured = { ...NOTHING, kw: 99 }
  assert.equal(offPattern(1, measured, MONDAY, usual(5, 1, 17), RULES).length, 0)
  assert.equal(offPattern(1, measured, MONDAY, usual(5, 1, 18), RULES).length, 1)
  assert.equal(offPattern(1, measured, MONDAY, { find: () => undefined }, RULES).length, 0)
})

test('the edge of the band belongs to it, and what lies below is no outlier', () => {
  const count = (kw: number, margin = 0) =>
    offPattern(1, { ...NOTHING, kw }, MONDAY, usual(5, 1, 18), { ...RULES, margin }).length
  assert.equal(count(6.6), 0)
  assert.equal(count(6.601), 1)
  assert.equal(count(0), 0)
  assert.equal(count(7.26, 0.1), 0)
  assert.equal(count(7.261, 0.1), 1)
})

test('a band without width judges nothing', () => {
  assert.deepEqual(offPattern(1, { ...NOTHING, kw: 5.1 }, MONDAY, usual(5, 0, 40), RULES), [])
})

test('a kind is silent within its cooldown and speaks again exactly at its end', () => {
  const events = overLimits(1, { ...NOTHING, kw: 12, corrente: 20 }, LIMITS, 0)
  const left = (timeMs: number) =>
    pastCooldown(events, { kw_over: 1_000 }, timeMs, 20_000).map(({ tipo }) => tipo)
  assert.deepEqual(left(20_999), ['amp_over'])
  assert.deepEqual(left(21_000), ['kw_over', 'amp_over'])
})
