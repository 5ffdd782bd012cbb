/**
 * Where those wait who have appended a record and want to know what became of it: until the fold
 * has passed that record.
 */
interface Waiter {
  readonly offset: number
  readonly wake: () => void
}

export class Turnstile {
  private readonly waiters = new Set<Waiter>()
  private nextOffset = 0

  /** Resolves once the record of this offset is folded in, or when the signal is aborted. */
  until(offset: number, signal: AbortSignal): Promise<void> {
    if (offset < this.nextOffset || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const waiter: Waiter = { offset, wake: resolve }
      this.waiters.add(waiter)
      signal.addEventListener('abort', () => this.let(waiter), { once: true })
    })
  }

  /** The fold has taken every record below this offset. */
  passed(nextOffset: number): void {
    this.nextOffset = nextOffset
    for (const waiter of this.waiters) if (waiter.offset < nextOffset) this.let(waiter)
  }

  private let(waiter: Waiter): void {
    this.waiters.delete(waiter)
    waiter.wake()
  }
}
