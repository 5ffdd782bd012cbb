/**
 * One machine's clock in virtual time: it may run fast or slow, be wrong, and be set while the
 * machine runs. Its monotonic time shares the rate but never jumps. It belongs to a life, so that
 * nobody who has crashed is ever woken.
 */
import type { Clock } from '../src/ports/clock.ts'
import type { Kernel, Life } from './kernel.ts'

/** Wall time at which every run begins. */
export const START_WALL_MS = Date.UTC(2026, 0, 5, 8, 30)

/** A machine's clock chip; it outlives the processes. */
export class Quartz {
  /** 1 = exact. */
  rate = 1
  /** What the wall time is wrong by. */
  skewMs = 0
  private readonly kernel: Kernel

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  wallMs(): number {
    return Math.floor(START_WALL_MS + this.kernel.nowMs * this.rate + this.skewMs)
  }

  monotonicMs(): number {
    return this.kernel.nowMs * this.rate
  }

  /** How long a span of this clock takes in truth. */
  truly(delayMs: number): number {
    return delayMs / this.rate
  }
}

export function clockOf(kernel: Kernel, quartz: Quartz, life: Life): Clock {
  return {
    wallMs: () => quartz.wallMs(),
    monotonicMs: () => quartz.monotonicMs(),
    async sleep(delayMs, signal) {
      signal?.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const planned = kernel.at(quartz.truly(delayMs), life, 'wake', resolve)
      const stop = () => {
        planned.cancel()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
      try {
        await promise
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    },
  }
}
