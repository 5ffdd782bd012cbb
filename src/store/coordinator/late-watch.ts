/**
 * Tells operations that they are taking long, without a timer for each: all wait for the same time,
 * so they fall due in the order in which they came, and one sleeper serves them all.
 */
import type { Clock } from '../../ports/clock.ts'

export interface Watched {
  /** Called once, when the delay has passed; whether it is still under way is its own affair. */
  late(): void
}

export class LateWatch {
  private readonly clock: Clock
  private readonly delayMs: number
  private queue: { readonly dueMs: number; readonly watched: Watched }[] = []
  private isSleeping = false

  constructor(clock: Clock, delayMs: number) {
    this.clock = clock
    this.delayMs = delayMs
  }

  watch(watched: Watched): void {
    this.queue.push({ dueMs: this.clock.monotonicMs() + this.delayMs, watched })
    if (!this.isSleeping) void this.serve()
  }

  private async serve(): Promise<void> {
    this.isSleeping = true
    for (let first = this.queue[0]; first; first = this.queue[0]) {
      // Half a delay at least, so that a stream of operations does not wake it for each.
      const waitMs = Math.max(first.dueMs - this.clock.monotonicMs(), this.delayMs / 2)
      await this.clock.sleep(waitMs)
      this.wakeDue()
    }
    this.isSleeping = false
  }

  private wakeDue(): void {
    const nowMs = this.clock.monotonicMs()
    const end = this.queue.findIndex(({ dueMs }) => dueMs > nowMs)
    const due = this.queue.splice(0, end < 0 ? this.queue.length : end)
    for (const { watched } of due) watched.late()
  }
}
