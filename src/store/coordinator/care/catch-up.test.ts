import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { majorityOf } from '../../ring/quorum.ts'
import { mayFinish } from './catch-up.ts'

const may = (groups: readonly (readonly number[])[], took: readonly number[]) =>
  mayFinish({ groups }, new Set(took))

test('fewer sources than a majority are not enough, nor is a newcomer that is missing', () => {
  const groups = [
    [0, 1, 2],
    [0, 1, 3],
  ]
  const cases: [string, readonly number[], boolean][] = [
    ['all', [0, 1, 2, 3], true],
    ['one source is away', [0, 1, 3], true],
    ['and that one stays', [0, 2, 3], true],
    ['one source alone', [0, 3], false],
    ['the newcomer is away', [0, 1, 2], false],
    ['nobody of the goal but the newcomer', [2, 3], false],
  ]
  for (const [what, took, expected] of cases) assert.equal(may(groups, took), expected, what)
})

test('where nobody is new a majority of each is asked for all the same', () => {
  const groups = [
    [0, 1, 2],
    [0, 1],
  ]
  assert.equal(may(groups, [0, 1]), true)
  assert.equal(may(groups, [0, 2]), false)
})

test('whatever a majority of the old holds, some source holds; and the new are a majority', () => {
  const group = fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(group, group, fc.uniqueArray(fc.nat(6)), group, (present, goal, took, some) => {
      if (!may([present, goal], took)) return
      const holders = present.filter((one) => some.includes(one))
      if (holders.length >= majorityOf(present.length)) {
        assert.ok(holders.some((one) => took.includes(one)))
      }
      assert.ok(goal.filter((one) => took.includes(one)).length >= majorityOf(goal.length))
      assert.ok(goal.every((one) => present.includes(one) || took.includes(one)))
    }),
  )
})
