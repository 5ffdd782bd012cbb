/**
 * A clock that a test moves by hand: nothing wakes until the test says that time has passed.
 */
import type { Clock } from '../../src/ports/clock.ts'

export interface ManualClock extends Clock {
  /** Moves both times forward and wakes the sleepers that are due, in order of their time. */
  advance(byMs: number): Promise<void>
}

interface Sleeper {
  readonly dueMs: number
  readonly wake: () => void
}

export function manualClock(startWallMs = Date.UTC(2026, 0, 5, 8, 30)): ManualClock {
  let elapsedMs = 0
  let sleepers: Sleeper[] = []
  const wakeDue = () => {
    const due = sleepers.filter((sleeper) => sleeper.dueMs <= elapsedMs)
    sleepers = sleepers.filter((sleeper) => sleeper.dueMs > elapsedMs)
    for (const sleeper of due.sort((a, b) => a.dueMs - b.dueMs)) sleeper.wake()
  }
  return {
    wallMs: () => startWallMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        sleepers.push({ dueMs: elapsedMs + delayMs, wake: resolve })
      }),
    async advance(byMs) {
      elapsedMs += byMs
      wakeDue()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
