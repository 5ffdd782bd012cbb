import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256 } from '../adapters/sha256.ts'
import type { RejectedRecord } from './batch-plan.ts'
import { appendsOf, DEAD_LETTER_VALUE_BYTES_MAX, deadLetterRecord } from './dead-letter.ts'

const rejected = (value: string): RejectedRecord => ({
  record: { key: '2', value, partition: 2, offset: 41, appendedMs: 0 },
  field: 'piano',
  reason: 'must be an integer >= 1',
})
const letterOf = (value: string, bytesMax = DEAD_LETTER_VALUE_BYTES_MAX) =>
  deadLetterRecord(rejected(value), 'energyguard.readings', bytesMax, sha256)

test('a dead letter says what is wrong, where it came from, and what it was', () => {
  const { key, value } = letterOf('{"piano":0}')
  assert.equal(key, '2-41')
  assert.deepEqual(JSON.parse(value), {
    reason: 'must be an integer >= 1',
    field: 'piano',
    topic: 'energyguard.readings',
    partition: 2,
    offset: 41,
    value: '{"piano":0}',
  })
})

test('a value at the limit is kept whole, one byte more is cut and hashed', () => {
  const whole = 'x'.repeat(DEAD_LETTER_VALUE_BYTES_MAX)
  assert.equal(JSON.parse(letterOf(whole).value).sha256, undefined)
  const letter = JSON.parse(letterOf(`${whole}x`).value)
  assert.equal(letter.value, whole)
  assert.equal(letter.sha256, sha256(`${whole}x`))
  assert.equal(letter.original_bytes, DEAD_LETTER_VALUE_BYTES_MAX + 1)
})

test('a cut never falls inside a character', () => {
  const letter = JSON.parse(letterOf('è😀😀', 7).value)
  assert.equal(letter.value, 'è😀')
  assert.equal(letter.original_bytes, 10)
})

test('dead letters are appended in runs that a broker takes, in order, each once', () => {
  const records = [10, 60, 50, 200, 10].map((length, n) => ({
    key: String(n),
    value: 'x'.repeat(length),
  }))
  const runs = appendsOf(records, 100)
  assert.deepEqual(
    runs.map((run) => run.map((record) => record.key)),
    [['0', '1'], ['2'], ['3'], ['4']],
  )
  assert.deepEqual(appendsOf([]), [])
  const wide = ['è'.repeat(40), 'x'.repeat(30)].map((value) => ({ key: null, value }))
  assert.equal(appendsOf(wide, 100).length, 2, 'bytes count, not characters')
})
