import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEY, refused, registerScene } from '../../../../test/support/register-replicas.ts'
import { must } from '../../../model/must.ts'
import type { WriteOutcome } from '../../client.ts'
import { ConditionalLane, WAITING_CHANGES_MAX } from './lane.ts'

function scene() {
  const inner = registerScene()
  const lane = new ConditionalLane(inner.store, inner.random)
  const write = (text: string, key = KEY) => lane.write({ key, text })
  return { ...inner, lane, write }
}

const kindsOf = (outcomes: readonly WriteOutcome[]) => outcomes.map(({ kind }) => kind)

test('changes of one key wait for each other and never outbid each other', async () => {
  const { write, replicas, lane } = scene()
  const texts = Array.from({ length: 20 }, (_, n) => `${n}`)
  const outcomes = await Promise.all(texts.map((text) => write(text)))
  assert.deepEqual(new Set(kindsOf(outcomes)), new Set(['done']))
  const rounds = texts.length + 1
  assert.equal(replicas[0]?.heard.length, rounds, 'one each after the first, no try in vain')
  const seen = await lane.read(KEY)
  assert.equal(seen.kind === 'found' && seen.text, '19')
})

test(`${WAITING_CHANGES_MAX} changes of a key may wait, one more is busy`, async () => {
  const { write } = scene()
  const some = Array.from({ length: WAITING_CHANGES_MAX }, (_, n) => write(`${n}`))
  assert.equal((await write('one more')).kind, 'busy')
  assert.equal((await write('of another key', 'cas:other')).kind, 'done')
  assert.deepEqual(new Set(kindsOf(await Promise.all(some))), new Set(['done']))
  assert.equal((await write('later')).kind, 'done', 'nobody waits any more')
})

test('a change that throws is its caller’s alone; those behind it go on', async () => {
  const { write, lane } = scene()
  const bad = lane.propose(KEY, () => {
    throw new Error('cannot be said')
  })
  const behind = write('1')
  await assert.rejects(bad, /cannot be said/)
  assert.deepEqual(kindsOf([await behind, await write('2')]), ['done', 'done'])
})

test('what has waited for all of its time is not tried, and told so', async () => {
  const { write, replicas, store, clock } = scene()
  const [first] = replicas
  let isHeld = true
  for (const replica of replicas) replica.mood = () => (isHeld ? refused('fenced') : undefined)
  const waiting = [write('1'), write('2'), write('3')]
  assert.equal((await must(waiting[0])).kind, 'failed', 'it was fenced for all of its time')
  assert.ok(clock.monotonicMs() >= store.limits.requestTimeoutMs)
  const heardBefore = first?.heard.length
  isHeld = false
  const outcomes = await Promise.all(waiting.slice(1))
  const retryAfterMs = store.limits.busyRetryAfterMs
  assert.deepEqual(outcomes, [
    { kind: 'busy', retryAfterMs },
    { kind: 'busy', retryAfterMs },
  ])
  assert.equal(first?.heard.length, heardBefore, 'no replica was asked')
  assert.equal((await write('4')).kind, 'done')
})
