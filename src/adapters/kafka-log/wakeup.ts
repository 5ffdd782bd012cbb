/**
 * Lets one waiter sleep until something happened. What happens while nobody waits is remembered
 * once, so a waiter that looks first and then waits misses nothing.
 */
export interface Wakeup {
  wake(): void
  wait(): Promise<void>
}

export function createWakeup(): Wakeup {
  let bell = Promise.withResolvers<void>()
  return {
    wake: () => bell.resolve(),
    async wait() {
      await bell.promise
      bell = Promise.withResolvers<void>()
    },
  }
}
