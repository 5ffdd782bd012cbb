import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writtenIn } from '../../test/support/stored-readings.ts'
import { readingKey } from '../model/keys.ts'
import { joined, type KeyRange, keyRangesOf, widestRange, without, zoneMsOf } from './key-ranges.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const NOON_MS = Date.UTC(2026, 0, 5, 12)

const holds = (ranges: readonly KeyRange[], key: string) =>
  ranges.some(({ from, to }) => from <= key && key < to)

test('the zone of a text is how far its clock is ahead of UTC', () => {
  assert.equal(zoneMsOf('2026-01-05T12:00:00Z'), 0)
  assert.equal(zoneMsOf('2026-01-05T12:00:00.123456+01:00'), 60 * MINUTE_MS)
  assert.equal(zoneMsOf('2026-01-05 12:00-0330'), -210 * MINUTE_MS)
  for (const text of ['latest', 'index', '', '2026-01-05T12:00:00']) {
    assert.equal(zoneMsOf(text), undefined, text)
  }
})

test('where all is UTC, an hour is an hour of keys, once for each spelling', () => {
  const ranges = keyRangesOf(1, { fromMs: NOON_MS, toMs: NOON_MS + 60 * MINUTE_MS }, [])
  assert.deepEqual(ranges, [
    { from: 'energy:p1:2026-01-05 12:00', to: 'energy:p1:2026-01-05 13:01' },
    { from: 'energy:p1:2026-01-05T12:00', to: 'energy:p1:2026-01-05T13:01' },
    { from: 'energy:p1:2026-01-05t12:00', to: 'energy:p1:2026-01-05t13:01' },
  ])
})

const zoneMinutes = fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 })
const moment = fc.integer({ min: 2 * DAY_MS, max: Date.UTC(2100, 0, 1) })
const spelling = fc.constantFrom('T', ' ', 't')

test('every reading of a stretch has its key in the ranges, however times are written', () => {
  fc.assert(
    fc.property(
      ...[moment, fc.integer({ min: 1, max: 3 * DAY_MS }), fc.nat(), zoneMinutes, spelling],
      (fromMs, lengthMs, into, zone, separator) => {
        const stretch = { fromMs, toMs: fromMs + lengthMs }
        const timestamp = writtenIn(zone, fromMs + (into % lengthMs), separator)
        const zoneMs = zoneMsOf(timestamp)
        assert.equal(zoneMs, zone * MINUTE_MS)
        const texts = [
          timestamp,
          timestamp.replace(/:\d\d\.\d{3}/, ''),
          timestamp.replace('.', ','),
        ]
        for (const text of texts) {
          const key = readingKey(7, text)
          assert.ok(holds(keyRangesOf(7, stretch, [zone * MINUTE_MS]), key), text)
          assert.ok(holds([widestRange(7, stretch)], key), text)
        }
      },
    ),
  )
})

test('the newest, the index and other floors are in no range', () => {
  const stretch = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }
  const ranges = [...keyRangesOf(1, stretch, [DAY_MS]), widestRange(1, stretch)]
  for (const key of ['energy:p1:latest', 'energy:p1:index', 'energy:p10:2026-01-05T12:00:00Z']) {
    assert.ok(!holds(ranges, key), key)
  }
  assert.ok(holds(ranges, 'energy:p1:9999-12-31T23:58:00Z'))
  assert.ok(holds(ranges, 'energy:p1:1970-01-01T00:00:00Z'))
})

const key = fc.constantFrom(...'abcdefghij')
const ranges = fc.array(
  fc.tuple(key, key).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a })),
  { maxLength: 5 },
)

test('what was read is left out of what is still to be read, and nothing else is', () => {
  fc.assert(
    fc.property(ranges, ranges, key, (wanted, done, one) => {
      const left = without(wanted, done)
      assert.equal(holds(left, one), holds(wanted, one) && !holds(done, one))
      assert.equal(holds(joined(wanted), one), holds(wanted, one))
      const pieces = joined(wanted)
      for (const [i, { to }] of pieces.entries()) assert.ok(to < (pieces[i + 1]?.from ?? '~'))
    }),
  )
})
