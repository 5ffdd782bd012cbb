import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { slotOf } from '../../model/site-time.ts'
import { askedAt, CLOCK_NOT_ASKED, DAY_MINUTES, localMinutes, WEEK_MINUTES } from './local-clock.ts'

const ZONES = ['UTC', 'Europe/Rome', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Auckland']
const minutesAt = (timeMs: number, zone: string) =>
  localMinutes(askedAt(CLOCK_NOT_ASKED, timeMs, zone), timeMs)

test('minutes and slots agree at any moment of any zone', () => {
  const moments = fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2030, 0, 1) })
  fc.assert(
    fc.property(moments, fc.constantFrom(...ZONES), (timeMs, zone) => {
      const { weekday, halfHour } = slotOf(timeMs, zone)
      const minutes = minutesAt(timeMs, zone) % WEEK_MINUTES
      assert.equal(Math.floor(minutes / DAY_MINUTES), weekday)
      assert.equal(Math.floor((minutes % DAY_MINUTES) / 30), halfHour)
    }),
  )
})

test('from eight to eight is a day, on the day when clocks change too', () => {
  const before = minutesAt(Date.UTC(2026, 2, 28, 7), 'Europe/Rome')
  const after = minutesAt(Date.UTC(2026, 2, 29, 6), 'Europe/Rome')
  assert.equal(after - before, DAY_MINUTES)
})

test('the calendar is asked once in an hour', () => {
  const clock = askedAt(CLOCK_NOT_ASKED, Date.UTC(2026, 0, 5, 8, 1), 'Europe/Rome')
  assert.equal(askedAt(clock, Date.UTC(2026, 0, 5, 8, 59), 'Europe/Rome'), clock)
})
