import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTimestamp } from './timestamp.ts'

const MOMENT_MS = Date.UTC(2026, 0, 5, 8, 30)

test('the spellings of one moment are one time', () => {
  const spellings = [
    '2026-01-05T08:30:00Z',
    '2026-01-05t08:30:00z',
    '2026-01-05 08:30:00Z',
    '2026-01-05T08:30Z',
    '2026-01-05T08:30:00.000Z',
    '2026-01-05T08:30:00,000000Z',
    '2026-01-05T09:30:00+01:00',
    '2026-01-05T09:30:00+0100',
    '2026-01-05T09:30:00+01',
    '2026-01-05T03:00:00-05:30',
  ]
  for (const text of spellings) assert.equal(parseTimestamp(text), MOMENT_MS, text)
})

test('microseconds are kept as a fraction of the millisecond', () => {
  const earlier = parseTimestamp('2026-01-05T08:30:00.123456Z') ?? 0
  const later = parseTimestamp('2026-01-05T08:30:00.123457Z') ?? 0
  assert.ok(Math.abs(earlier - (MOMENT_MS + 123.456)) < 0.0005)
  assert.ok(later > earlier)
})

test('any moment and offset is read back to the microsecond', () => {
  const moment = fc.record({
    second: fc.integer({ min: 0, max: 4e9 }),
    micros: fc.nat(999_999),
    offset: fc.integer({ min: -23 * 60, max: 23 * 60 }),
  })
  fc.assert(
    fc.property(moment, ({ second, micros, offset }) => {
      const local = second + offset * 60
      fc.pre(local >= 0)
      const pad = (value: number, length = 2) => String(value).padStart(length, '0')
      const size = Math.abs(offset)
      const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
      const day = new Date(local * 1000).toISOString().slice(0, 19)
      const timeMs = parseTimestamp(`${day}.${pad(micros, 6)}${zone}`) ?? Number.NaN
      assert.ok(Math.abs(timeMs - (second * 1000 + micros / 1000)) < 0.0005)
    }),
  )
})

test('the first moment of 1970 is a time wherever it is written', () => {
  assert.equal(parseTimestamp('1970-01-01T01:00:00+01:00'), 0)
  assert.equal(parseTimestamp('1969-12-31T19:00:00-05:00'), 0)
})

test('what has no offset, or is on no calendar, is no time', () => {
  const wrong = [
    ...['', 'now', '1767601800', '2026-01-05', '08:30:00Z'],
    ...['2026-01-05T08:30:00', '2026-01-05T08:30:00 Z', ' 2026-01-05T08:30:00Z'],
    ...['2026-13-05T08:30:00Z', '2026-02-29T08:30:00Z', '2026-04-31T08:30:00Z'],
    ...['2026-01-05T24:00:00Z', '2026-01-05T08:60:00Z', '2026-01-05T08:30:61Z'],
    ...['2026-01-05T08:30:00+24:00', '2026-01-05T08:30:00+01:60', '1969-12-31T23:59:59Z'],
    ...['0099-01-05T08:30:00Z', '2026-01-05T08:30:00.1234567890Z', '２０２６-01-05T08:30:00Z'],
    ...['1970-01-01T00:59:59+01:00', '1969-12-31T23:00:00+00:00'],
    ...['2026-01-05T08:30:00Z\n', '2026-01-05T08:30:00Z/../x'],
  ]
  for (const text of wrong) assert.equal(parseTimestamp(text), undefined, JSON.stringify(text))
})
