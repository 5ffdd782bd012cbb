import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldByHand } from '../../../test/support/store-world-by-hand.ts'
import type { ReadOutcome } from '../client.ts'
import { readAll } from './reader.ts'

test('an answer in a former ring does not count in the next', async () => {
  const { world, bodies, answer, turn, clock } = worldByHand()
  const told: ReadOutcome[] = []
  void readAll(world, ['a'], 'public').then((outcomes) => void told.push(...outcomes))
  await turn()
  await answer(0, { r: 'refused', why: 'fenced' })
  await answer(2, { r: 'refused', why: 'fenced' })
  await clock.advance(20)
  await turn()
  assert.equal(bodies.length, 5, 'two are asked, a third for the one that refused, then anew')
  await answer(1, { r: 'row', row: null })
  assert.equal(told.length, 0)
  await answer(3, { r: 'row', row: null })
  assert.equal(told.length, 0, 'one of the new ring has answered')
  await answer(4, { r: 'row', row: null })
  assert.deepEqual(told, [{ kind: 'absent' }])
})

test('what shards could not put into one reply is asked for again', async () => {
  const { world, bodies, answer, turn } = worldByHand()
  const told: ReadOutcome[] = []
  void readAll(world, ['a'], 'public').then((outcomes) => void told.push(...outcomes))
  await turn()
  await answer(0, { r: 'refused', why: 'busy' })
  await answer(1, { r: 'refused', why: 'busy' })
  assert.equal(bodies.length, 5, 'two, a third, and two anew')
  await answer(3, { r: 'row', row: null })
  await answer(4, { r: 'row', row: null })
  assert.deepEqual(told, [{ kind: 'absent' }])
})
