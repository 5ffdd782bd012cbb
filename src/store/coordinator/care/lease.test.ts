import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../../../test/support/eventually.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import { type ChangeKey, LEASE_KEY, whileHolding } from './lease.ts'
import { LeaseWatch } from './lease-watch.ts'

/** One key of a store, which can be out of reach. */
function record() {
  const state = { text: null as string | null, isReachable: true, changes: 0 }
  const change: ChangeKey = async (key, decide) => {
    assert.equal(key, LEASE_KEY)
    await new Promise((resolve) => setImmediate(resolve))
    state.changes += 1
    if (!state.isReachable) return { kind: 'failed' }
    const next = decide(state.text)
    if (next === 'leave') return { kind: 'left' }
    state.text = next
    return { kind: 'done' }
  }
  return { state, change }
}

const TAKE_OVER_MS = 60_000

/** Beats follow each other fast, and only the test lets enough time go by for a lease to end. */
function clockByHand() {
  let nowMs = 0
  return {
    clock: { ...systemClock, monotonicMs: () => nowMs },
    letItEnd() {
      nowMs += TAKE_OVER_MS
    },
  }
}

const worldOf = (name: string, change: ChangeKey, clock = clockByHand().clock) => {
  return { clock, beatMs: 10, watch: new LeaseWatch(name, TAKE_OVER_MS), change }
}

function contender(t: TestContext, name: string, change: ChangeKey, time = clockByHand()) {
  const state = { isHolding: false, tenures: 0 }
  const ending = new AbortController()
  const work = async (tenure: AbortSignal) => {
    state.isHolding = true
    state.tenures += 1
    await new Promise((resolve) => tenure.addEventListener('abort', resolve))
    state.isHolding = false
  }
  const running = whileHolding(worldOf(name, change, time.clock), ending.signal, work)
  const stop = async () => {
    ending.abort()
    await running
  }
  t.after(stop)
  return { state, stop }
}

test('one of two works, and the other one once it has gone', async (t) => {
  const { state, change } = record()
  const one = contender(t, 'one', change)
  await eventually('one works', () => one.state.isHolding)
  const two = contender(t, 'two', change)
  const before = state.changes
  await eventually('both have looked often', () => state.changes > before + 20)
  assert.deepEqual([one.state.isHolding, two.state.isHolding], [true, false])
  await one.stop()
  assert.match(state.text ?? '', /"holder":null/, 'it gives it back')
  await eventually('two works', () => two.state.isHolding)
})

test('whoever cannot renew it stops its work, and goes on when it has it again', async (t) => {
  const { state, change } = record()
  const time = clockByHand()
  const one = contender(t, 'one', change, time)
  await eventually('one works', () => one.state.isHolding)
  state.isReachable = false
  time.letItEnd()
  await eventually('one has stopped', () => !one.state.isHolding)
  state.isReachable = true
  await eventually('one works again', () => one.state.isHolding)
  assert.equal(one.state.tenures, 2)
})

test('whoever was taken over from stops its work', async (t) => {
  const { state, change } = record()
  const one = contender(t, 'one', change)
  await eventually('one works', () => one.state.isHolding)
  state.text = JSON.stringify({ holder: 'other', beat: 1 })
  await eventually('one has stopped', () => !one.state.isHolding)
})

test('a failure of the work ends it all', async () => {
  const { change } = record()
  const work = () => Promise.reject(new Error('a broken promise'))
  const running = whileHolding(worldOf('one', change), new AbortController().signal, work)
  await assert.rejects(running, /a broken promise/)
})
