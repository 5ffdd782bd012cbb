/**
 * The reading that brings the step of a habit, and the one that does not: what each leaves behind.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  HOUR_MS,
  meterReadings,
  OPTIONS,
  START_MS,
  verdictsOf,
  watchRule,
} from '../../../test/support/meter-series.ts'
import { type Habits, habitualSteps, withOccurrence } from './habits.ts'
import { type Moment, type SurpriseStep, startSurprise, stepSurprise } from './surprise.ts'
import { binAt } from './week.ts'

const NO_WITNESSES = { usual: undefined, yesterday: undefined, weekAgo: undefined }
const USUAL = 10
const STEP = 8
const READINGS = 600

function momentAt(number: number, value: number, habitualSteps: readonly number[] = []): Moment {
  return {
    ...{ timeMs: START_MS + number * HOUR_MS, value, stepMs: HOUR_MS, cell: 0, scaleMin: 0.01 },
    ...{ habitualSteps, terms: { options: OPTIONS, strictness: 1 } },
  }
}

/** Of a meter that is known well, the step after its last reading. */
function afterwards(by: number, habitualSteps: readonly number[]) {
  let known = startSurprise(USUAL)
  let last = USUAL
  for (let number = 1; number < READINGS; number += 1) {
    last = USUAL + ((number * 7) % 11) / 10
    known = stepSurprise(known, momentAt(number, last), NO_WITNESSES).surprise
  }
  const value = last + by
  const step = stepSurprise(known, momentAt(READINGS, value, habitualSteps), NO_WITNESSES)
  return { value, ...step }
}

const cleanOf = ({ surprise }: SurpriseStep) => Math.round(surprise.clean.last[0] - USUAL)

test('the step of a habit surprises nobody; what is expected afterwards does not follow it', () => {
  const habit = afterwards(STEP, [STEP])
  assert.equal(habit.judgement?.finding, undefined)
  assert.equal(habit.step, STEP)
  assert.equal(habit.kept, habit.value)
  assert.equal(habit.surprise.actual.last[0], habit.value)
  assert.ok(cleanOf(habit) < STEP / 2, String(cleanOf(habit)))
  assert.ok(afterwards(STEP, []).judgement?.finding, 'without the habit it does')
})

test('a fault at that time is found, and what is kept is what was expected', () => {
  const fault = afterwards(5 * STEP, [STEP])
  assert.ok(fault.judgement?.finding)
  assert.equal(fault.step, 5 * STEP)
  assert.ok(Math.abs(fault.kept - USUAL) < STEP / 2, String(fault.kept))
})

test('where a value may also stay as it was, staying is no step of the habit', () => {
  const stayed = afterwards(0.01, [0, STEP])
  assert.equal(stayed.judgement?.finding, undefined)
  assert.equal(stayed.step, 0)
})

test('a habit that brings no step of a reading says nothing of the next one', () => {
  const perWeek = 168
  const habits = [1, 2, 3].reduce<Habits>((before, week) => {
    const seen = { bin: week * perWeek, step: 0, mean: 18, usual: 10 }
    return withOccurrence(before, seen, perWeek).habits
  }, [])
  assert.equal(habits[0]?.means.length, 3)
  assert.deepEqual(habitualSteps(habits, { bin: 4 * perWeek, perWeek, isDrawn: false }), [])
})

test('once it is a habit the last week is remembered as it was, and not as was expected', () => {
  const WEEK = 168
  const rule = watchRule(OPTIONS)
  const remembered = meterReadings(12 * 7, HOUR_MS).flatMap(({ timeMs, value }, hour) => {
    const isOn = hour >= 5 * WEEK && hour % WEEK === 6
    const read = isOn ? value + STEP : value
    verdictsOf([{ timeMs, value: read }], rule)
    const known = rule.state()?.known
    if (!isOn || !known) return []
    const kept = binAt(known.week, known.week.newest)
    return [kept !== undefined && Math.abs(kept - read) < 0.01]
  })
  assert.deepEqual(remembered, [false, false, true, true, true, true, true])
})
