import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { systemClock } from './system-clock.ts'

const LONG_MS = 60_000

test('a sleep ends when its time is over', async () => {
  const startMs = systemClock.monotonicMs()
  await systemClock.sleep(20)
  assert.ok(systemClock.monotonicMs() - startMs >= 19)
})

test('an aborted sleep rejects with the reason and leaves no timer behind', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const sleeping = systemClock.sleep(LONG_MS, controller.signal)
  controller.abort(reason)
  await assert.rejects(sleeping, reason)
  await assert.rejects(systemClock.sleep(LONG_MS, controller.signal), reason)
  assert.ok(!process.getActiveResourcesInfo().includes('Timeout'))
})

test('a signal that outlives many sleeps does not collect listeners', async () => {
  const { signal } = new AbortController()
  for (let n = 0; n < 20; n += 1) await systemClock.sleep(0, signal)
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
})
