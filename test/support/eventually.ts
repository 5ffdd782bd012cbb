/**
 * Waits until something holds, and says what did not when it never does. For tests of real
 * processes, where the moment is not ours to choose.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** Calls `probe` until it returns something truthy without throwing; rejects after timeoutMs. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs
  let last: unknown = 'it stayed false'
  while (performance.now() < deadline) {
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
