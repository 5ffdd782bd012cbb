import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Achieved,
  achievedPerMonth,
  startAchieved,
  strictnessOf,
  withAlarm,
} from './achieved.ts'

const DAY_MS = 86_400_000
const MONTH_MS = (365.25 / 12) * DAY_MS
const START_MS = Date.UTC(2026, 0, 5)
const JUDGES_MS = START_MS + 14 * DAY_MS

/** So many alarms a month for so many months. */
function alarmed(perMonth: number, months: number): Achieved {
  let achieved = startAchieved(START_MS)
  for (let i = 1; i <= perMonth * months; i += 1) {
    achieved = withAlarm(achieved, JUDGES_MS + (i * MONTH_MS) / perMonth)
  }
  return achieved
}

const after = (months: number) => JUDGES_MS + months * MONTH_MS

test('at first nothing is corrected', () => {
  assert.equal(strictnessOf(startAchieved(START_MS), JUDGES_MS, 1), 1)
})

test('as many alarms as the budget foresees change little, however long it goes on', () => {
  for (const months of [3, 12, 48]) {
    const strictness = strictnessOf(alarmed(1, months), after(months), 1)
    assert.ok(Math.abs(strictness - 1) < 0.1, `${months} ${strictness}`)
  }
})

test('more alarms than foreseen make claims more usual, fewer make them rarer', () => {
  assert.ok(strictnessOf(alarmed(3, 6), after(6), 1) > 1.5)
  assert.ok(strictnessOf(alarmed(1, 6), after(6), 4) < 0.6)
})

test('one alarm in the first week proves nothing', () => {
  const achieved = withAlarm(startAchieved(START_MS), JUDGES_MS + DAY_MS)
  assert.ok(strictnessOf(achieved, JUDGES_MS + 7 * DAY_MS, 1) < 1.4)
})

test('a correction has bounds', () => {
  const counts = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 36 }))
  fc.assert(
    fc.property(counts, fc.constantFrom(0.25, 1, 4), ([perMonth, months], budget) => {
      const strictness = strictnessOf(alarmed(perMonth, months), after(months), budget)
      assert.ok(strictness >= 0.5 && strictness <= 4)
    }),
  )
})

test('alarms within half a day count once', () => {
  const once = withAlarm(startAchieved(START_MS), JUDGES_MS)
  assert.equal(withAlarm(once, JUDGES_MS + DAY_MS / 4), once)
  assert.ok(withAlarm(once, JUDGES_MS + DAY_MS).alarms > 1.9)
})

test('the rate that is shown is that of the last year above all', () => {
  const busy = alarmed(4, 12)
  assert.equal(achievedPerMonth(startAchieved(START_MS), START_MS), undefined)
  assert.ok(Math.abs((achievedPerMonth(busy, after(12)) ?? 0) - 4) < 0.3)
  assert.ok((achievedPerMonth(busy, after(48)) ?? 0) < 0.3)
})
