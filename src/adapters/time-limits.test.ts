import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../test/support/manual-clock.ts'
import { systemClock } from './system-clock.ts'
import { TimeLimits } from './time-limits.ts'

const NEVER = new Promise<string>(() => {})

/** What each was told, in the order in which they were. */
function told() {
  const clock = manualClock()
  const limits = new TimeLimits(clock)
  const outcomes: string[] = []
  const ask = (name: string, timeoutMs: number, answer: Promise<string> = NEVER) => {
    const note = (outcome: string) => void outcomes.push(`${name} ${outcome}`)
    const giveUp = () => 'late'
    void limits.within(timeoutMs, answer, giveUp).then(note, ({ message }: Error) => note(message))
  }
  return { clock, limits, outcomes, ask }
}

test('each is told when its own time is up, in whatever order they came', async () => {
  const { clock, outcomes, ask } = told()
  ask('long', 200)
  ask('short', 100)
  await clock.advance(60)
  ask('later', 100)
  await clock.advance(39)
  assert.deepEqual(outcomes, [])
  await clock.advance(1)
  assert.deepEqual(outcomes, ['short late'])
  await clock.advance(60)
  assert.deepEqual(outcomes, ['short late', 'later late'])
  await clock.advance(40)
  assert.deepEqual(outcomes.at(-1), 'long late')
})

test('of those whose time is up together the newest is given up first', async () => {
  const { clock, outcomes, ask } = told()
  for (const name of ['first', 'second', 'third']) ask(name, 100)
  await clock.advance(100)
  assert.deepEqual(outcomes, ['third late', 'second late', 'first late'])
})

test('an answer in time is passed on, whatever it is, and its time is never up', async () => {
  const { clock, outcomes, ask } = told()
  ask('answered', 100, Promise.resolve('in time'))
  ask('failed', 100, Promise.reject(new Error('refused')))
  await clock.advance(0)
  assert.deepEqual(outcomes, ['answered in time', 'failed refused'])
  await clock.advance(1_000)
  assert.equal(outcomes.length, 2)
  ask('next', 50)
  await clock.advance(50)
  assert.deepEqual(outcomes.at(-1), 'next late', 'the sleeper serves those that come later')
})

test('once it is closed, nothing sleeps for what was open', async () => {
  let sleepers = 0
  const clock = {
    ...systemClock,
    async sleep(delayMs: number, signal?: AbortSignal) {
      sleepers += 1
      await systemClock.sleep(delayMs, signal).finally(() => {
        sleepers -= 1
      })
    },
  }
  const limits = new TimeLimits(clock)
  void limits.within(60_000, NEVER, () => '')
  void limits.within(30_000, NEVER, () => '')
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(sleepers, 1, 'one sleeper serves all')
  limits.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(sleepers, 0)
})
