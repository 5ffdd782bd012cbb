import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Turnstile } from './turnstile.ts'

/** Who was let through so far, of those who wait for these offsets. */
function waitFor(turnstile: Turnstile, offsets: readonly number[], signal: AbortSignal) {
  const through: number[] = []
  for (const offset of offsets) {
    void turnstile.until(offset, signal).then(() => through.push(offset))
  }
  return async () => {
    await turn()
    return [...through]
  }
}

test('who waits is let through once the fold has passed the record, and not before', async () => {
  const turnstile = new Turnstile()
  const through = waitFor(turnstile, [3, 4, 5], new AbortController().signal)
  turnstile.passed(4)
  assert.deepEqual(await through(), [3])
  turnstile.passed(6)
  assert.deepEqual(await through(), [3, 4, 5])
})

test('who comes after its record has passed does not wait', async () => {
  const turnstile = new Turnstile()
  turnstile.passed(5)
  const through = waitFor(turnstile, [4, 5], new AbortController().signal)
  assert.deepEqual(await through(), [4])
})

test('who gives up is let go', async () => {
  const turnstile = new Turnstile()
  const over = new AbortController()
  const through = waitFor(turnstile, [1, 2], over.signal)
  over.abort()
  assert.deepEqual(await through(), [1, 2])
  assert.deepEqual(await waitFor(turnstile, [9], over.signal)(), [9])
})
