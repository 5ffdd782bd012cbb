/**
 * Which time retention goes by, from the marks that the log has made while it was in use.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { believedMs, LEAP_BELIEVED_MS, LEAP_MS_MIN, MARK_EVERY_MS } from './log-time.ts'

const START_MS = Date.UTC(2026, 10, 26, 10)
const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS

/** Marks of times in use, each from some hour on for so many hours; and then a moment of today. */
function inUse(...stretches: readonly (readonly [fromHour: number, hours: number])[]) {
  const marks = stretches.flatMap(([from, hours]) =>
    Array.from(
      { length: (hours * HOUR_MS) / MARK_EVERY_MS + 1 },
      (_, n) => START_MS + from * HOUR_MS + n * MARK_EVERY_MS,
    ),
  )
  return marks.toReversed()
}
const atHour = (hour: number) => START_MS + hour * HOUR_MS

test('a log that is in use goes by the clock, and so does one that has no marks', () => {
  assert.equal(believedMs(atHour(100), inUse([0, 100])), atHour(100))
  assert.equal(believedMs(START_MS, []), START_MS)
  const mark = [START_MS]
  assert.equal(believedMs(START_MS + LEAP_MS_MIN, mark), START_MS + LEAP_MS_MIN)
  assert.equal(believedMs(START_MS + LEAP_MS_MIN + 1, mark), START_MS)
})

test('a leap does not count until the log has been in use for a day after it', () => {
  const week = 24 * 7
  for (const hours of [0, 1, 23]) {
    const marks = inUse([0, 100], [100 + week, hours])
    assert.equal(believedMs(atHour(100 + week + hours), marks), atHour(100 + hours), `${hours} h`)
  }
  const believed = LEAP_BELIEVED_MS / HOUR_MS
  const marks = inUse([0, 100], [100 + week, believed])
  assert.equal(believedMs(atHour(100 + week + believed), marks), atHour(100 + week + believed))
})

test('a machine that is off each night falls behind by some nights, and never by more', () => {
  const days = Array.from({ length: 40 }, (_, day) => [day * 24, 8] as const)
  const behindMs = (day: number) => {
    const nowMs = atHour((day - 1) * 24 + 8)
    return nowMs - believedMs(nowMs, inUse(...days.slice(0, day)))
  }
  assert.equal(behindMs(3), 2 * 16 * HOUR_MS)
  assert.ok(behindMs(40) <= 2 * DAY_MS)
  assert.equal(behindMs(40), behindMs(20))
})
