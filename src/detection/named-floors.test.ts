import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amongNamed, ofNamedFloors } from './named-floors.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 9)

function record(value: string, offset: number) {
  return { partition: 0, offset, key: '1', value, appendedMs: NOW_MS }
}
const reading = (piano: number, offset: number) =>
  record(JSON.stringify({ piano, timestamp: '2026-01-05T08:30:00Z', sensore2_kw: 5 }), offset)

test('readings of floors that were not named are left out, what is no reading stays', () => {
  const records = [reading(1, 0), reading(2, 1), record('no JSON', 2), reading(3, 3)]
  const kept = ofNamedFloors(records, new Set([1, 3]), NOW_MS)
  assert.deepEqual(
    kept.map(({ offset }) => offset),
    [0, 2, 3],
  )
  assert.deepEqual(ofNamedFloors(records, undefined, NOW_MS), records)
})

test('nothing is known of floors that were not named, so they are not found silent', () => {
  const known = new Map([1, 2].map((floor) => [floor, `floor ${floor}`]))
  assert.deepEqual(amongNamed(known, new Set([2, 7])), new Map([[2, 'floor 2']]))
  assert.deepEqual(amongNamed(known, undefined), known)
  assert.deepEqual(amongNamed(undefined, undefined), new Map())
})
