/**
 * What the detector promises whatever the meter: the unit does not matter, the past does not change
 * with the future, a restart at any point changes nothing, and its memory stays small.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  DAY_MS,
  HOUR_MS,
  type MeterReading,
  meterReadings,
  OPTIONS,
  START_MS,
  verdictsOf,
  watchRule,
} from '../../../test/support/meter-series.ts'
import { must } from '../../model/must.ts'
import { knowledgeOf, withLevelConfirmed } from './knowledge.ts'
import { type WatchState, watch } from './watch.ts'

const STATE_BYTES_MAX = 200_000
const readings = meterReadings(42, HOUR_MS)

/** The readings with a change laid over some of them, by hours since the start. */
function changed(
  from: number,
  to: number,
  change: (value: number, hour: number) => number,
  original: readonly MeterReading[] = readings,
): MeterReading[] {
  return original.map(({ timeMs, value }) => {
    const hour = (timeMs - START_MS) / HOUR_MS
    return { timeMs, value: hour >= from && hour < to ? change(value, hour) : value }
  })
}

/** Hours since the start at which an alarm opened, and its channel. */
function alarmsOf(series: readonly MeterReading[]) {
  return verdictsOf(series).flatMap(({ finding }, i) =>
    finding ? [{ hour: (must(series[i]).timeMs - START_MS) / HOUR_MS, ...finding }] : [],
  )
}

function stateAfter(series: readonly MeterReading[]): WatchState {
  const rule = watchRule(OPTIONS)
  verdictsOf(series, rule)
  return must(rule.state())
}

test('a meter that is as it always was does not alarm more than its budget allows', () => {
  assert.ok(alarmsOf(readings).length <= 2)
})

test('a spike, a zero and a step are found at the reading that brings them', () => {
  const faults = [(value: number) => value * 2, () => 0, (value: number) => value + 8]
  for (const fault of faults) {
    const found = alarmsOf(changed(800, 801, fault))
    assert.ok(
      found.some(({ hour }) => hour === 800),
      `${fault}`,
    )
  }
})

test('the way back from a spike is no second alarm', () => {
  const found = alarmsOf(changed(800, 801, (value) => value * 2.5))
  assert.deepEqual(
    found.filter(({ hour }) => hour > 800 && hour < 812),
    [],
  )
})

test('one wild value does not hide the next', () => {
  const twice = changed(
    900,
    901,
    (value) => value * 2,
    changed(800, 801, () => 1e6),
  )
  const hours = alarmsOf(twice).map(({ hour }) => hour)
  assert.ok(hours.includes(800) && hours.includes(900), String(hours))
})

test('a meter that freezes is stuck before the third equal reading is over', () => {
  const found = alarmsOf(changed(800, 830, () => 9.87))
  const stuck = must(found.find(({ channel }) => channel === 'stuck'))
  assert.ok(stuck.hour <= 803)
})

test('a level that changes for good waits for confirmation, and is then the usual one', () => {
  const moved = changed(700, 1008, (value) => value + 6)
  const before = stateAfter(moved)
  const known = must(before.known)
  assert.ok(known.season.shift, 'the shift waits for confirmation')
  const usual = known.season.profile.slots.map((row) => row?.median ?? 0)
  const old = must(stateAfter(readings.slice(0, 700)).known)
  const drifted = old.season.profile.slots.map((row, i) => must(usual[i]) - (row?.median ?? 0))
  assert.ok(Math.max(...drifted) < 3, 'nobody confirmed: the profile stays')
  assert.ok(must(knowledgeOf(before).shift).level > 3, 'and it is told')
  const confirmed = withLevelConfirmed(before)
  assert.equal(knowledgeOf(confirmed).shift, undefined)
  const { profile } = must(confirmed.known).season
  assert.ok(must(profile.slots[0]).median > must(usual[0]) + 3)
})

test('what alarms is not learned', () => {
  const faulty = changed(800, 806, (value) => value + 8)
  const profileAfter = (count: number) =>
    must(stateAfter(faulty.slice(0, count)).known).season.profile
  assert.deepEqual(profileAfter(806), profileAfter(800))
})

test('a meter of whole kilowatts does not alarm for a step of its own', () => {
  const rounded = readings.map(({ timeMs, value }) => ({
    timeMs,
    value: Math.round(value / 4) * 4,
  }))
  const found = alarmsOf(rounded).filter(({ channel }) => channel !== 'stuck')
  assert.ok(found.length <= 2, found.map(({ hour, channel }) => `${channel} ${hour}`).join(', '))
})

test('the unit of the meter does not matter', () => {
  const faulty = changed(800, 803, (value) => value * 2)
  const plain = verdictsOf(faulty)
  const scales = fc.constantFrom(1e-3, 0.1, 7, 1e3, 1e6)
  fc.assert(
    fc.property(scales, (scale) => {
      const scaled = verdictsOf(faulty.map((one) => ({ ...one, value: one.value * scale })))
      scaled.forEach(({ score, isAlert }, i) => {
        assert.equal(isAlert, must(plain[i]).isAlert)
        assert.ok(Math.abs(score - must(plain[i]).score) < 0.05)
      })
    }),
    { numRuns: 5 },
  )
})

test('a restart at any point goes on as if nothing had happened', () => {
  const faulty = changed(800, 803, (value) => value * 2)
  const whole = stateAfter(faulty)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: faulty.length - 1 }), (at) => {
      let state = JSON.parse(JSON.stringify(stateAfter(faulty.slice(0, at)))) as WatchState
      for (const { timeMs, value } of faulty.slice(at)) {
        state = watch(state, timeMs, value, OPTIONS).state
      }
      assert.deepEqual(state, whole)
    }),
    { numRuns: 6 },
  )
})

test('what was said and known stays as it was, whatever comes later', () => {
  const state = frozen(stateAfter(readings.slice(0, 500)))
  const kept = JSON.stringify(state)
  const futures = [0, 1e9, -5].map((value) =>
    watch(state, START_MS + 500 * HOUR_MS, value, OPTIONS),
  )
  assert.equal(JSON.stringify(state), kept)
  assert.equal(new Set(futures.map(({ verdict }) => JSON.stringify(verdict))).size, 3)
})

test('late and repeated readings change nothing', () => {
  const state = stateAfter(readings.slice(0, 500))
  for (const timeMs of [state.timeMs, state.timeMs - 1, START_MS]) {
    const stepped = watch(state, timeMs, 1e6, OPTIONS)
    assert.equal(stepped.state, state)
    assert.deepEqual(stepped.verdict, { kind: 'late' })
  }
})

test('after a gap the first reading is no surprise, and things go on', () => {
  const gap = readings.filter((_, i) => i < 600 || i >= 627)
  assert.deepEqual(
    alarmsOf(gap).filter(({ hour, channel }) => hour === 627 && channel === 'surprise'),
    [],
  )
})

test(`the state stays under ${STATE_BYTES_MAX} bytes at the finest bins`, () => {
  const state = stateAfter(meterReadings(80, DAY_MS / 96))
  assert.ok(JSON.stringify(state).length <= STATE_BYTES_MAX, `${JSON.stringify(state).length}`)
})

test('a meter may speak every second or every hour', () => {
  for (const stepMs of [1_000, 30_000, 60_000, 900_000, 1_800_000, 3_600_000]) {
    const days = stepMs < 60_000 ? 0.05 : 4
    const state = stateAfter(meterReadings(days, stepMs))
    assert.equal(state.cadence.stepMs, stepMs)
  }
})

test('it says what it has learned so far', () => {
  const rule = watchRule(OPTIONS)
  const told = readings.map(({ timeMs, value }) => {
    rule.step(timeMs, value)
    return rule.learned()
  })
  assert.deepEqual([...new Set(told)], ['cadence', 'first-days', 'daily-profile', 'weekly-profile'])
})

test('a finding can be computed again from what it carries', () => {
  const found = alarmsOf(changed(800, 801, (value) => value * 2))
  for (const one of found) {
    assert.ok(one.ratePerMonth <= one.sharePerMonth)
    if (one.channel === 'surprise') assert.ok(one.value > one.high || one.value < one.low)
  }
})

/** Throws wherever somebody writes into it. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner)
    Object.freeze(value)
  }
  return value
}
