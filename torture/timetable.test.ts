import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { CALM_MS, drawTimetable, STROKE_KINDS, standsAlone } from './timetable.ts'

const TEN_MINUTES_MS = 600_000
const drawn = (seed: number, durationMs = TEN_MINUTES_MS) =>
  drawTimetable(seededRandom(seed), durationMs)

test('the same seed draws the same timetable, another one another', () => {
  assert.deepEqual(drawn(1), drawn(1))
  assert.notDeepEqual(drawn(1), drawn(2))
})

test('every kind comes, and nothing begins after the end', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const strokes = drawn(seed)
    assert.deepEqual(new Set(strokes.map(({ kind }) => kind)), new Set(STROKE_KINDS))
    assert.ok(strokes.every(({ atMs }) => atMs <= TEN_MINUTES_MS))
  }
})

test('around a stroke that stands alone it is calm', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const strokes = drawn(seed)
    for (const [index, stroke] of strokes.entries()) {
      if (!standsAlone(stroke)) continue
      const before = strokes.slice(0, index).map(({ atMs, durationMs }) => atMs + durationMs)
      assert.ok(stroke.atMs >= Math.max(0, ...before) + CALM_MS)
      const next = strokes[index + 1]
      if (next) assert.ok(next.atMs >= stroke.atMs + stroke.durationMs + CALM_MS)
    }
  }
})

test('others overlap', () => {
  const strokes = drawn(1)
  const overlaps = strokes.some((stroke, index) => {
    const next = strokes[index + 1]
    return next !== undefined && next.atMs < stroke.atMs + stroke.durationMs
  })
  assert.ok(overlaps)
})

test('one disk of a run is lost, not more', () => {
  const lost = drawn(1).filter(({ kind }) => kind === 'replace-shard')
  assert.equal(lost.length, 1)
})

test('only the kinds that were asked for are drawn', () => {
  const kinds = ['kill-shard', 'replace-shard'] as const
  const strokes = drawTimetable(seededRandom(1), TEN_MINUTES_MS, kinds)
  assert.deepEqual(new Set(strokes.map(({ kind }) => kind)), new Set(kinds))
  assert.equal(drawTimetable(seededRandom(1), TEN_MINUTES_MS, ['replace-shard']).length, 1)
})
