import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldByHand } from '../../../test/support/store-world-by-hand.ts'
import { must } from '../../model/must.ts'
import type { ReadOutcome } from '../client.ts'
import { nextToAsk } from './next-to-ask.ts'
import { readAll } from './reader.ts'
import { ReplicaHealth } from './replica-health.ts'
import { LIMIT_DEFAULTS } from './store-world.ts'

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

const ROW = { k: 'a', v: '{"n":1}', o: 5, t: 5, n: 'w', e: null }
const VERSION = { r: 'version', o: 5, t: 5, n: 'w' } as const
const ROW_SENT = { r: 'row', row: ROW } as const
const FOUND: readonly ReadOutcome[] = [{ kind: 'found', text: ROW.v, order: 5 }]

/** A read of one key; the bodies say who was asked for what. */
async function readingByHand(key = 'a', replicas = 3) {
  const byHand = worldByHand({}, replicas)
  const told: ReadOutcome[] = []
  void readAll(byHand.world, [key], 'public').then((outcomes) => void told.push(...outcomes))
  await byHand.turn()
  const isBare = () => byHand.bodies.map(({ ops }) => 'bare' in must(ops[0]))
  return { ...byHand, told, isBare }
}

test('one replica sends the row, and the version of the other is enough', async () => {
  const { answer, told, isBare } = await readingByHand()
  assert.deepEqual(isBare(), [false, true])
  await answer(1, VERSION)
  await answer(0, ROW_SENT)
  assert.deepEqual(told, FOUND)
})

test('where the other names a newer version, all send the row before it is told', async () => {
  const { answer, told, isBare } = await readingByHand()
  await answer(0, { r: 'row', row: null })
  await answer(1, VERSION)
  assert.deepEqual([told, isBare()], [[], [false, true, false, false]])
  await answer(2, ROW_SENT)
  await answer(3, ROW_SENT)
  assert.deepEqual(told, FOUND)
})

test('whoever takes the place of the one that should have sent the row sends it', async () => {
  const { answer, told, isBare } = await readingByHand()
  await answer(0, { r: 'refused', why: 'damaged' })
  assert.deepEqual(isBare(), [false, true, false])
  await answer(1, VERSION)
  await answer(2, ROW_SENT)
  assert.deepEqual(told, FOUND)
})

test('whoever is asked because another is late sends the row', async () => {
  const { answer, told, isBare, clock } = await readingByHand()
  await clock.advance(LIMIT_DEFAULTS.hedgeAfterMs)
  await clock.advance(1)
  assert.deepEqual(isBare(), [false, true, false])
  await answer(1, VERSION)
  await answer(2, ROW_SENT)
  assert.deepEqual(told, FOUND)
})

test('those that are late are made up for one after another', async () => {
  const { bodies, clock, turn } = await readingByHand('a', 5)
  const asked = [bodies.length]
  for (let late = 0; late < 2; late += 1) {
    await clock.advance(LIMIT_DEFAULTS.hedgeAfterMs)
    await turn()
    asked.push(bodies.length)
  }
  assert.deepEqual(asked, [3, 4, 5])
})

test('a read that has begun again asks a further one for one that is late', async () => {
  const { answer, told, bodies, clock, turn } = await readingByHand()
  await answer(0, { r: 'refused', why: 'fenced' })
  // By the time that it begins again its first attempt has taken long.
  await clock.advance(LIMIT_DEFAULTS.hedgeAfterMs - 1)
  await answer(1, { r: 'refused', why: 'fenced' })
  await clock.advance(20)
  await turn()
  assert.equal(bodies.length, 5)
  await clock.advance(LIMIT_DEFAULTS.hedgeAfterMs)
  await turn()
  assert.equal(bodies.length, 6)
  await answer(4, ROW_SENT)
  await answer(5, ROW_SENT)
  assert.deepEqual(told, FOUND)
})

test('of a conditional key every replica sends the row', async () => {
  const { isBare } = await readingByHand('cas:a')
  assert.deepEqual(isBare(), [false, false])
})

/** A shard whose answers have taken so long, and whether a body leaves to it in this turn. */
function shard(latencyMs: number, isLeaving = false) {
  const health = new ReplicaHealth()
  for (let i = 0; i < 50; i += 1) health.answered(latencyMs)
  return { health, isLeaving }
}

test('of equally fast replicas those are asked to whom a body leaves anyway', () => {
  const any = () => true
  assert.equal(nextToAsk([shard(1), shard(1), shard(1)], any), 0, 'else in the order of placement')
  const links = [shard(1), shard(1.2, true), shard(1, true)]
  assert.equal(nextToAsk(links, any), 1)
  const isUnasked = (replica: number) => replica !== 1
  assert.equal(nextToAsk(links, isUnasked), 2)
  assert.equal(
    nextToAsk(links, () => false),
    -1,
  )
})

test('a slow replica, or one that failed, is not asked first because a body leaves to it', () => {
  const any = () => true
  assert.equal(nextToAsk([shard(40, true), shard(1)], any), 1)
  const failing = shard(1, true)
  failing.health.failed()
  assert.equal(nextToAsk([failing, shard(40)], any), 1)
})

test('the reads of a turn travel to few shards, in large bodies', async () => {
  const { world, bodies, turn } = worldByHand()
  const keys = Array.from({ length: 64 }, (_, n) => `key-${n}`)
  void readAll(world, keys, 'public')
  await turn()
  assert.equal(bodies.length, 2, 'a quorum of the three that hold every key')
})
