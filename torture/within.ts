/**
 * Waits for something no longer than it may take, so that a process that hangs does not hang the
 * run with it.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** Rejects when it is not settled in time; what goes on then is not looked at any more. */
export async function within<T>(limitMs: number, what: string, waited: Promise<T>): Promise<T> {
  const over = new AbortController()
  const late = sleep(limitMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} took more than ${limitMs / 1_000} s`)
  })
  // Whoever loses the race may still fail, and then nobody listens.
  late.catch(() => {})
  waited.catch(() => {})
  try {
    return await Promise.race([waited, late])
  } finally {
    over.abort()
  }
}
