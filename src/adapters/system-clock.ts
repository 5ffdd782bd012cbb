/**
 * The machine's own time. The only file of `src` that asks for it.
 */
import type { Clock } from '../ports/clock.ts'

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep,
}

/**
 * By hand, because the one of Node makes an error with a stack for each sleep that is aborted, and
 * every request that is answered in time aborts one.
 */
async function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, delayMs)
  const stop = () => {
    clearTimeout(timer)
    reject(signal?.reason)
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
