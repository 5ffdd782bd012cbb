/**
 * A clock on which every sleep is over at once and time has passed by as much: for tests of things
 * that wait and try again, where the waits themselves are not the point.
 */
import type { Clock } from '../../src/ports/clock.ts'

export function instantClock(startWallMs = Date.UTC(2026, 0, 5, 8, 30)): Clock {
  let elapsedMs = 0
  return {
    wallMs: () => startWallMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    async sleep(delayMs, signal) {
      signal?.throwIfAborted()
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
      elapsedMs += delayMs
    },
  }
}
