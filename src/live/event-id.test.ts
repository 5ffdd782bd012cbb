import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventId, offsetOf } from './event-id.ts'

test('an id names its place, whatever dashes the generation has', () => {
  for (const generation of ['g', '5-4', '0e-', '-', 'a b']) {
    for (const offset of [0, 7, 999_999_999_999_999]) {
      assert.equal(offsetOf(eventId(generation, offset), generation), offset)
    }
  }
})

test('an id of another generation, or none at all, names no place', () => {
  const strangers = [
    '',
    '5',
    'g',
    'g-',
    '-5',
    'g--5',
    'g-5x',
    'g-1.5',
    'g-1e3',
    'h-5',
    'g-5-5',
    'G-5',
  ]
  for (const id of [...strangers, `g-${'9'.repeat(16)}`]) {
    assert.equal(offsetOf(id, 'g'), undefined, id)
  }
})
