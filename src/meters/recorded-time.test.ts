import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordedTime } from './recorded-time.ts'

test('a time without offset gets the one of the recorder', () => {
  assert.deepEqual(recordedTime('2006-12-16T17:24:00', '+01:00'), {
    text: '2006-12-16T17:24:00+01:00',
    timeMs: Date.UTC(2006, 11, 16, 16, 24),
  })
})

test('a zone with summer time gives each time its own offset', () => {
  assert.equal(recordedTime('2026-01-05T08:00', 'Europe/Rome').text, '2026-01-05T08:00+01:00')
  assert.equal(recordedTime('2026-07-05 08:00', 'Europe/Rome').text, '2026-07-05 08:00+02:00')
  const comma = '2026-07-05T08:00:00,5'
  assert.equal(recordedTime(comma, 'Europe/Rome').text, `${comma}+02:00`)
  assert.equal(recordedTime('2026-07-05T08:00', 'UTC').text, '2026-07-05T08:00+00:00')
})

test('a time with an offset stays as it is, and what is no time is passed on', () => {
  const text = '2026-01-05T08:00:00.5Z'
  assert.deepEqual(recordedTime(text, '+01:00'), { text, timeMs: Date.UTC(2026, 0, 5, 8) + 500 })
  assert.deepEqual(recordedTime('soon', '+01:00'), { text: 'soon', timeMs: undefined })
  assert.equal(recordedTime('2026-02-31T08:00:00', 'Europe/Rome').timeMs, undefined)
})
