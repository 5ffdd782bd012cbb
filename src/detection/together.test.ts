import assert from 'node:assert/strict'
import { test } from 'node:test'
import { together } from './together.ts'

const untilStopped = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

test('when one task fails the others are asked to stop, and its failure is told', async () => {
  const fails = async () => {
    throw new Error('the disk is gone')
  }
  const stage = together(new AbortController().signal, [untilStopped, fails])
  await assert.rejects(stage, /the disk is gone/)
})

test('when one task ends the others are asked to stop, and that is no failure', async () => {
  await together(new AbortController().signal, [untilStopped, async () => {}])
})

test('being asked to stop is no failure', async () => {
  const stop = new AbortController()
  const stage = together(stop.signal, [untilStopped, untilStopped])
  stop.abort()
  await stage
})
