/**
 * The small line of an hour: joined where its meter goes on, open where it was silent.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadingPoint } from '../api/types.ts'
import { sparkOf } from './spark.ts'

const HOUR = { fromSeconds: 0, toSeconds: 3_600 }
const at = (...times: readonly number[]): readonly ReadingPoint[] =>
  times.map((t) => ({ t, min: 1, mean: 1, max: 1, count: 1 }))
const runsOf = (line: string) => line.split('M').length - 1

test('the line of a quarter-hour meter is joined, and that of a fast one over no silence', () => {
  assert.equal(runsOf(sparkOf(at(0, 900, 1_800, 2_700), HOUR).line), 1)
  assert.equal(runsOf(sparkOf(at(0, 30, 60, 90, 300, 330), HOUR).line), 2)
  assert.equal(runsOf(sparkOf(at(0, 30, 60, 90, 240, 270), HOUR).line), 1)
})

test('a point that stands alone can be seen', () => {
  assert.match(sparkOf(at(900), HOUR).line, /^M60 [\d.]+h0$/)
  assert.match(sparkOf(at(0, 30, 60, 90, 1_800), HOUR).line, /M120 [\d.]+h0$/)
  assert.doesNotMatch(sparkOf(at(0, 30), HOUR).line, /h0/)
})
