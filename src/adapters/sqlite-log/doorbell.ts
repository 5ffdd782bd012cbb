/**
 * Wakes readers when there may be something new. Within the process the writer rings; what other
 * processes write is noticed by asking SQLite for its data version, some microseconds of work, at
 * short intervals while somebody waits. Nobody waiting, nothing is asked.
 *
 * A reader notes the count of rings before it looks and waits from there, so no ring between
 * looking and waiting is lost.
 */
import type { Clock } from '../../ports/clock.ts'

export interface Doorbell {
  /** How often it has rung. */
  count(): number
  ring(): void
  /** Resolves at the first ring after `count`, or when the signal is aborted. */
  after(count: number, signal: AbortSignal): Promise<void>
  /** Rings a last time and stops asking. */
  close(): void
}

export interface DoorbellWorld {
  readonly clock: Clock
  readonly pollMs: number
  /** Whether another process has written since this was last asked. Never throws. */
  hasChanged(): boolean
}

export function createDoorbell({ clock, pollMs, hasChanged }: DoorbellWorld): Doorbell {
  const waiting = new Set<() => void>()
  const closed = new AbortController()
  let rings = 0
  let isPolling = false
  const ring = () => {
    rings += 1
    for (const wake of [...waiting]) wake()
  }
  const poll = async () => {
    isPolling = true
    while (waiting.size > 0) {
      await clock.sleep(pollMs, closed.signal).catch(() => {})
      if (closed.signal.aborted) break
      if (hasChanged()) ring()
    }
    isPolling = false
  }
  return {
    count: () => rings,
    ring,
    after(count, signal) {
      if (rings !== count || signal.aborted || closed.signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        signal.addEventListener('abort', wake)
        // Never rejects.
        if (!isPolling) void poll()
      })
    },
    close() {
      closed.abort()
      ring()
    },
  }
}
