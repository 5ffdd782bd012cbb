/**
 * A chart that is looked at never goes away while its span moves on.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadingPoint } from '../api/types.ts'
import { isAnswered, wholeAfter } from './whole.ts'

const FLOORS = [1, 2]
const answer = (t: number): readonly ReadingPoint[] => [{ t, min: 1, mean: 1, max: 1, count: 1 }]
const asked = (...data: (readonly ReadingPoint[] | undefined)[]) => ({
  floors: FLOORS,
  metric: 'kw' as const,
  data,
  isMoving: data.some((points) => points === undefined),
})

test('until all answers for the next span are there, those of the former are shown', () => {
  const first = wholeAfter(undefined, asked(answer(0), answer(0)))
  assert.ok(isAnswered(first))
  assert.equal(wholeAfter(first, asked(undefined, undefined)), first)
  assert.equal(wholeAfter(first, asked(answer(30), undefined)), first)
  const next = wholeAfter(first, asked(answer(30), answer(30)))
  assert.deepEqual(next.data, [answer(30), answer(30)])
})

test('the same answers are the same object', () => {
  const answers = asked(answer(0), answer(0))
  const first = wholeAfter(undefined, answers)
  assert.equal(wholeAfter(first, { ...answers, data: [...answers.data] }), first)
})

test('a floor that is refused for the next span keeps what it had', () => {
  const first = wholeAfter(undefined, asked(answer(0), answer(0)))
  const next = wholeAfter(first, { ...asked(answer(30), undefined), isMoving: false })
  assert.deepEqual(next.data, [answer(30), answer(0)])
  assert.ok(isAnswered(next))
})

test('trouble is told until it is over, also while it is asked again', () => {
  const error = new Error('busy')
  const first = wholeAfter(undefined, asked(answer(0), answer(0)))
  const refused = { ...asked(answer(30), undefined), isMoving: false, error }
  const failed = wholeAfter(first, refused)
  assert.equal(failed.error, error)
  assert.equal(wholeAfter(failed, asked(answer(30), undefined)), failed)
  const well = wholeAfter(failed, asked(answer(30), answer(30)))
  assert.deepEqual([well.data[1], well.error], [answer(30), undefined])
})

test('the same floors in another list are the same', () => {
  const first = wholeAfter(undefined, asked(answer(0), answer(0)))
  assert.equal(wholeAfter(first, { ...asked(undefined, undefined), floors: [...FLOORS] }), first)
})

test('of other floors, or another metric, nothing former is shown', () => {
  const first = wholeAfter(undefined, asked(answer(0), answer(0)))
  const other = { ...asked(undefined, undefined), floors: [3, 4] }
  assert.deepEqual(wholeAfter(first, other).data, [undefined, undefined])
  const volts = { ...asked(undefined, undefined), metric: 'tensione' as const }
  assert.ok(!isAnswered(wholeAfter(first, volts)))
})
