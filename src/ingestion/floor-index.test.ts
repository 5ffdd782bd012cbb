import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EMPTY_INDEX, type IndexEntry, indexText, joinIndex, parseIndex } from './floor-index.ts'

const entry = (second: number, fraction = ''): IndexEntry => {
  const text = `2026-01-05T08:00:${String(second).padStart(2, '0')}${fraction}Z`
  return { text, timeMs: Date.UTC(2026, 0, 5, 8, 0, second) + Number(`0${fraction || '.0'}`) * 1e3 }
}

const entries = fc.array(
  fc
    .record({ second: fc.nat(59), micro: fc.nat(3) })
    .map(({ second, micro }) => entry(second, micro === 0 ? '' : `.00000${micro}`)),
  { maxLength: 40 },
)

test('the index is the newest N of everything, sorted, each once, however it came', () => {
  fc.assert(
    fc.property(fc.array(entries), fc.integer({ min: 1, max: 12 }), (batches, limit) => {
      const joined = batches.reduce((index, batch) => joinIndex(index, batch, limit), EMPTY_INDEX)
      const unique = [...new Map(batches.flat().map((one) => [one.text, one])).values()]
      const expected = unique.sort((a, b) => a.timeMs - b.timeMs).slice(-limit)
      assert.deepEqual(joined, expected)
    }),
  )
})

test('microseconds order two readings of the same millisecond', () => {
  const index = joinIndex(EMPTY_INDEX, [entry(1, '.000002'), entry(1, '.000001')], 10)
  assert.deepEqual(
    index.map((one) => one.text),
    ['2026-01-05T08:00:01.000001Z', '2026-01-05T08:00:01.000002Z'],
  )
})

test('two spellings of one moment are two keys in the store, so they are two entries', () => {
  const timeMs = Date.UTC(2026, 0, 5, 8)
  const texts = ['2026-01-05T08:00:00Z', '2026-01-05T09:00:00+01:00']
  const index = joinIndex(
    EMPTY_INDEX,
    texts.map((text) => ({ text, timeMs })),
    10,
  )
  assert.deepEqual(
    index.map((one) => one.text),
    texts,
  )
})

test('the stored document is read back as it was written', () => {
  const index = joinIndex(EMPTY_INDEX, [entry(3), entry(1), entry(2, '.5')], 10)
  assert.equal(
    indexText(index),
    '{"timestamps":["2026-01-05T08:00:01Z","2026-01-05T08:00:02.5Z","2026-01-05T08:00:03Z"]}',
  )
  assert.deepEqual(parseIndex(indexText(index)), index)
})

test('what is not a timestamp in a stored index is left out, and nothing stops', () => {
  assert.deepEqual(parseIndex('not JSON'), [])
  assert.deepEqual(parseIndex('null'), [])
  assert.deepEqual(parseIndex('{"timestamps":"x"}'), [])
  const mixed = '{"timestamps":[7,null,"yesterday","2026-01-05T08:00:01Z"]}'
  assert.deepEqual(parseIndex(mixed), [entry(1)])
})
