import assert from 'node:assert/strict'
import { test } from 'node:test'
import { halfHourOf, slotLabel, slotOf } from './site-time.ts'
import { parseTimestamp } from './timestamp.ts'

const at = (text: string) => parseTimestamp(text) ?? Number.NaN
const labelAt = (text: string, zone: string) => slotLabel(slotOf(at(text), zone))

test('weekday and half hour are those of the site, or of UTC when that is the zone', () => {
  assert.deepEqual(slotOf(at('2026-01-05T07:30:00Z'), 'Europe/Rome'), { weekday: 0, halfHour: 17 })
  assert.equal(labelAt('2026-01-05T07:59:59.999Z', 'Europe/Rome'), 'Lun 08:30')
  assert.equal(labelAt('2026-01-05T07:30:00Z', 'UTC'), 'Lun 07:30')
  assert.equal(labelAt('2026-01-04T23:30:00Z', 'Europe/Rome'), 'Lun 00:30')
  assert.equal(labelAt('2026-01-11T22:59:00Z', 'Europe/Rome'), 'Dom 23:30')
})

test('when clocks go forward, half past one is followed by three', () => {
  assert.equal(labelAt('2026-03-29T00:45:00Z', 'Europe/Rome'), 'Dom 01:30')
  assert.equal(labelAt('2026-03-29T01:00:00Z', 'Europe/Rome'), 'Dom 03:00')
})

test('when clocks go back, two half hours an hour apart fall into one slot', () => {
  const first = halfHourOf(at('2026-10-25T00:10:00Z'), 'Europe/Rome')
  const second = halfHourOf(at('2026-10-25T01:10:00Z'), 'Europe/Rome')
  assert.equal(slotLabel(first), 'Dom 02:00')
  assert.equal(slotLabel(second), 'Dom 02:00')
  assert.equal(second.startMs - first.startMs, 3_600_000)
})

test('people keep their slot over the year though UTC shifts beneath them', () => {
  assert.equal(labelAt('2026-01-05T08:30:00+01:00', 'Europe/Rome'), 'Lun 08:30')
  assert.equal(labelAt('2026-07-06T08:30:00+02:00', 'Europe/Rome'), 'Lun 08:30')
})

test('a half hour begins at :00 or :30 of the clock on the wall, in Nepal as well', () => {
  const rome = halfHourOf(at('2026-01-05T08:44:59.999900Z'), 'Europe/Rome')
  assert.equal(rome.startMs, at('2026-01-05T08:30:00Z'))
  const later = halfHourOf(at('2026-01-05T08:59:30Z'), 'Europe/Rome')
  assert.equal(later.startMs, at('2026-01-05T08:30:00Z'))
  const nepal = halfHourOf(at('2026-01-05T08:50:00Z'), 'Asia/Kathmandu')
  assert.equal(nepal.startMs, at('2026-01-05T08:45:00Z'))
  assert.equal(slotLabel(nepal), 'Lun 14:30')
})

test('a zone that is not in the list is refused', () => {
  assert.throws(() => slotOf(0, 'Europe/Nowhere'), RangeError)
})
