import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  AMOUNT_MAX,
  checkReading,
  READING_AHEAD_MS_MAX,
  READING_NESTING_MAX,
  READING_TEXT_LENGTH_MAX,
  SENSOR_FIELDS,
} from './reading.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 9)
const GOOD = {
  ...{ piano: 2, sensore1_kwh: 900.5, sensore2_kw: 6, sensore3_corrente: 16.8 },
  ...{ sensore3_tensione: 227, timestamp: '2026-01-05T08:30:00.123456+00:00', delta_kwh: 0.05 },
}
const check = (change: object = {}) => checkReading(JSON.stringify({ ...GOOD, ...change }), NOW_MS)
const rejected = (field: string, reason: string) => ({ kind: 'rejected', field, reason })

test('a reading is accepted as it was sent, with its time', () => {
  const text = ` ${JSON.stringify({ ...GOOD, sede: 'Città 😀', delta_kwh_multiplier: 2.8 })} `
  const result = checkReading(text, NOW_MS)
  assert.equal(result.kind, 'accepted')
  if (result.kind !== 'accepted') return
  assert.equal(result.checked.text, text)
  assert.equal(result.checked.reading.sede, 'Città 😀')
  assert.ok(Math.abs(result.checked.timeMs - (Date.UTC(2026, 0, 5, 8, 30) + 123.456)) < 0.001)
})

test('one sensor is enough, zero is a value, null is a sensor that did not measure', () => {
  const bare = { piano: 1, timestamp: GOOD.timestamp }
  for (const sensor of ['sensore1_kwh', 'sensore2_kw', 'sensore3_corrente', 'sensore3_tensione']) {
    const text = JSON.stringify({ ...bare, [sensor]: 0 })
    assert.equal(checkReading(text, NOW_MS).kind, 'accepted', sensor)
  }
  assert.equal(check({ sensore1_kwh: null, delta_kwh: null }).kind, 'accepted')
})

test('what is no JSON object is refused as a whole', () => {
  for (const text of [
    '',
    'not JSON',
    '{"piano":1',
    'null',
    '7',
    '"x"',
    '[{"piano":1}]',
    '\u0000',
  ]) {
    const expected = rejected('(whole record)', 'is not a JSON object')
    assert.deepEqual(checkReading(text, NOW_MS), expected, JSON.stringify(text))
  }
})

test('a megabyte of padding is refused by its length, whatever is in it', () => {
  const text = JSON.stringify({ ...GOOD, padding: 'x'.repeat(1024 * 1024) })
  const reason = `is ${text.length} characters long; at most ${READING_TEXT_LENGTH_MAX} are taken`
  assert.deepEqual(checkReading(text, NOW_MS), rejected('(whole record)', reason))
  const room = READING_TEXT_LENGTH_MAX - JSON.stringify({ ...GOOD, padding: '' }).length
  assert.equal(check({ padding: 'x'.repeat(room) }).kind, 'accepted')
  assert.equal(check({ padding: 'x'.repeat(room + 1) }).kind, 'rejected')
})

test('what is nested without end is refused, as deep as anybody means it is taken', () => {
  const nested = (levels: number) => {
    const list = `${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`
    return checkReading(JSON.stringify(GOOD).replace('{', `{"extra":${list},`), NOW_MS)
  }
  assert.equal(nested(READING_NESTING_MAX).kind, 'accepted')
  const reason = `is nested more than ${READING_NESTING_MAX} levels deep`
  assert.deepEqual(nested(READING_NESTING_MAX + 1), rejected('(whole record)', reason))
  assert.deepEqual(nested(30_000), rejected('(whole record)', reason))
})

test('an impossible floor is refused', () => {
  for (const piano of [0, -1, 1.5, '1', null, true, [1], 2 ** 53, undefined]) {
    assert.deepEqual(check({ piano }), rejected('piano', 'must be an integer >= 1'))
  }
})

test('a time without zone, or none, is refused', () => {
  for (const timestamp of ['2026-01-05T08:30:00', 'yesterday', '', 1767601800, null, undefined]) {
    const expected = rejected('timestamp', 'must be an ISO 8601 time with an offset or Z')
    assert.deepEqual(check({ timestamp }), expected, String(timestamp))
  }
})

test('a time too far ahead of the clock is refused, the last one allowed is taken', () => {
  const at = (ms: number) => ({ timestamp: new Date(ms).toISOString() })
  assert.equal(check(at(NOW_MS + READING_AHEAD_MS_MAX)).kind, 'accepted')
  assert.deepEqual(
    check(at(NOW_MS + READING_AHEAD_MS_MAX + 1_000)),
    rejected('timestamp', 'is 301 s ahead of the clock'),
  )
  assert.equal(check({ timestamp: '2027-01-05T08:30:00Z' }).kind, 'rejected')
  assert.equal(check({ timestamp: '2006-12-16T17:24:00+01:00' }).kind, 'accepted')
})

test('a negative value, a text for a number, an endless number: the field is named', () => {
  const fields = [
    ...['sensore1_kwh', 'sensore2_kw', 'sensore3_corrente', 'sensore3_tensione'],
    ...['delta_kwh', 'delta_kwh_30s'],
  ]
  for (const field of fields) {
    for (const value of [-0.001, '5', true, {}, []]) {
      assert.deepEqual(check({ [field]: value }), rejected(field, 'must be a number >= 0'))
    }
  }
  const endless = JSON.stringify(GOOD).replace('900.5', '1e999')
  const expected = rejected('sensore1_kwh', 'must be a number >= 0')
  assert.deepEqual(checkReading(endless, NOW_MS), expected)
})

test('more than any meter reads is refused with its limit, the limit itself is taken', () => {
  for (const field of [...SENSOR_FIELDS, 'delta_kwh', 'delta_kwh_30s']) {
    assert.equal(check({ [field]: AMOUNT_MAX }).kind, 'accepted', field)
    const reason = 'is 1000000000.5; at most 1000000000 is taken'
    assert.deepEqual(check({ [field]: AMOUNT_MAX + 0.5 }), rejected(field, reason))
    assert.equal(check({ [field]: 2 ** 32 - 1 }).kind, 'rejected', 'a counter that ran over')
    assert.equal(check({ [field]: Number.MAX_VALUE }).kind, 'rejected')
  }
})

test('a note of an injected spike is a number or nothing', () => {
  for (const good of [2.8, 0, -1, null]) {
    assert.equal(check({ delta_kwh_multiplier: good }).kind, 'accepted', String(good))
  }
  const expected = rejected('delta_kwh_multiplier', 'must be a number')
  for (const bad of ['2.8', true, {}]) {
    assert.deepEqual(check({ delta_kwh_multiplier: bad }), expected)
  }
})

test('a reading without any sensor is refused', () => {
  const result = checkReading(`{"piano":1,"timestamp":"${GOOD.timestamp}"}`, NOW_MS)
  assert.equal(result.kind, 'rejected')
  if (result.kind !== 'rejected') return
  assert.equal(result.field, 'sensore2_kw')
  assert.match(result.reason, /^is absent; one of sensore1_kwh, .* must be there$/)
})

test('whatever arrives, the check answers and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
      assert.match(checkReading(text, NOW_MS).kind, /^(accepted|rejected)$/)
    }),
  )
})
