import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldByHand } from '../../../../test/support/store-world-by-hand.ts'
import { must } from '../../../model/must.ts'
import type { OperationResult } from '../../wire.ts'
import { LIMIT_DEFAULTS } from '../store-world.ts'
import { askQuorum, type Question } from './ask-quorum.ts'

const NOTED: OperationResult = { r: 'noted' }
const REFUSED: OperationResult = { r: 'refused', why: 'damaged' }

type Scene = ReturnType<typeof worldByHand>

/** One operation is asked of three replicas, of which two that note it are enough. */
async function ask({ world, turn }: Scene) {
  const place = must(world.view).locate('cas:lamp')
  const operation = { op: 'get', p: place.partition, e: place.epoch, k: 'cas:lamp' } as const
  const heard: number[] = []
  const granted = new Set<number>()
  let isOver = false
  const question: Question = {
    ...{ operation, bytes: 100, deadlineMs: world.deadline() },
    take: (replica, { r }) => {
      heard.push(replica)
      if (r !== 'noted') return 'not granted'
      return granted.add(replica).size >= 2 ? 'enough' : 'granted'
    },
  }
  void askQuorum(world, place, question).then(() => {
    isOver = true
  })
  await turn()
  return { heard, granted, isOver: () => isOver }
}

test('as many as make a quorum are asked, and no more', async () => {
  const scene = worldByHand()
  const { granted, isOver } = await ask(scene)
  assert.equal(scene.bodies.length, 2)
  await scene.answer(0, NOTED)
  assert.equal(isOver(), false)
  await scene.answer(1, NOTED)
  assert.deepEqual([isOver(), granted.size], [true, 2])
  await scene.clock.advance(LIMIT_DEFAULTS.hedgeAfterMs)
  await scene.turn()
  assert.equal(scene.bodies.length, 2, 'nobody waits any more')
})

test('for one that is late a further one is asked, and whoever comes first counts', async () => {
  const scene = worldByHand()
  const { isOver } = await ask(scene)
  await scene.answer(0, NOTED)
  await scene.clock.advance(LIMIT_DEFAULTS.hedgeAfterMs)
  await scene.turn()
  assert.equal(scene.bodies.length, 3)
  await scene.answer(2, NOTED)
  assert.equal(isOver(), true)
})

test('for one that does not grant it a further one is asked, until all were', async () => {
  const scene = worldByHand()
  const { isOver } = await ask(scene)
  await scene.answer(0, REFUSED)
  assert.equal(scene.bodies.length, 3)
  await scene.answer(1, REFUSED)
  assert.equal(isOver(), false)
  await scene.answer(2, NOTED)
  assert.equal(isOver(), true, 'all were heard, and there is no quorum')
})

test('those that are late are made up for one after another', async () => {
  const scene = worldByHand({}, 5)
  await ask(scene)
  const asked = [scene.bodies.length]
  for (let late = 0; late < 2; late += 1) {
    await scene.clock.advance(LIMIT_DEFAULTS.hedgeAfterMs)
    await scene.turn()
    asked.push(scene.bodies.length)
  }
  assert.deepEqual(asked, [3, 4, 5])
})

test('where the ways to all of them are full it is over at once', async () => {
  const { heard, isOver } = await ask(worldByHand({ queueOperationsMax: 0 }))
  assert.deepEqual([isOver(), heard.toSorted()], [true, [0, 1, 2]])
})

test('one that is known to be away is not asked', async () => {
  const scene = worldByHand()
  const first = must(must(scene.world.view).locate('cas:lamp').links[0])
  while (first.health.state !== 'down') first.health.failed()
  const { heard } = await ask(scene)
  assert.deepEqual(heard, [0])
  assert.equal(scene.bodies.length, 2)
})
