/**
 * Waits until something holds, and says what did not when it never does. For tests of real
 * processes, where the moment is not ours to choose.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** Long for a machine that has other things to do; nobody waits longer than the probe takes. */
const TIMEOUT_MS = 60_000

/**
 * Calls `probe` until it returns something truthy without throwing; rejects when it still did not
 * after timeoutMs, however late this process itself was woken.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs
  let last: unknown = 'it stayed false'
  for (let isOver = false; !isOver; ) {
    isOver = performance.now() >= deadline
    try {
      const value = await probe()
      if (value) return value as NonNullable<T>
    } catch (error) {
      last = error
    }
    await sleep(25)
  }
  throw new Error(`Not within ${timeoutMs} ms: ${what} (${String(last)})`)
}
