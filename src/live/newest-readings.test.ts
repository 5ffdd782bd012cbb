import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIVE_READING_LENGTH_MAX, NewestReadings } from './newest-readings.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 12)

function sent(piano: number, second: number, fields: object = {}): string {
  const timestamp = new Date(NOW_MS + second * 1000).toISOString()
  return JSON.stringify({ piano, timestamp, sensore2_kw: 1, ...fields })
}

test('what is newer by its own time is news; what is older or said again is not', () => {
  const fold = new NewestReadings()
  assert.equal(fold.take(sent(1, 10), NOW_MS)?.floor, 1)
  assert.equal(fold.take(sent(1, 9), NOW_MS), undefined)
  assert.equal(fold.take(sent(1, 10), NOW_MS), undefined)
  assert.ok(fold.take(sent(1, 10, { sensore2_kw: 2 }), NOW_MS), 'a correction')
  assert.ok(fold.take(sent(2, 5), NOW_MS), 'another floor')
  assert.deepEqual(
    fold.all().map(({ text }) => text),
    [sent(1, 10, { sensore2_kw: 2 }), sent(2, 5)],
  )
})

test('what is no reading, is from the future or is of unusual length is left out', () => {
  const fold = new NewestReadings()
  const long = sent(1, 0, { note: 'x'.repeat(LIVE_READING_LENGTH_MAX) })
  for (const text of ['', '{}', 'null', sent(0, 0), sent(1, 3_600), long]) {
    assert.equal(fold.take(text, NOW_MS), undefined, text.slice(0, 40))
  }
  assert.deepEqual(fold.all(), [])
})

test('a reading of a time when the clock was ahead does not hide those that come after', () => {
  const fold = new NewestReadings()
  const dayS = 24 * 3_600
  assert.ok(fold.take(sent(1, dayS), NOW_MS + dayS * 1000))
  assert.equal(fold.take(sent(1, 30), NOW_MS + 30_000)?.text, sent(1, 30))
  assert.equal(fold.take(sent(1, 29), NOW_MS + 30_000), undefined, 'and order is kept again')
})

test('a document that was sent in several lines goes out in one', () => {
  const fold = new NewestReadings()
  const pretty = JSON.stringify(JSON.parse(sent(1, 0)), null, 2)
  assert.equal(fold.take(pretty, NOW_MS)?.text, sent(1, 0))
})

test('of more floors than the limit, the one that has been silent longest is forgotten', () => {
  const fold = new NewestReadings(3)
  for (const [floor, second] of [
    [1, 0],
    [2, 0],
    [3, 0],
    [1, 1],
    [4, 0],
  ] as const) {
    fold.take(sent(floor, second), NOW_MS)
  }
  assert.deepEqual(
    fold.all().map(({ floor }) => floor),
    [3, 1, 4],
  )
})
