/**
 * Tells operations that they are taking long, without a timer for each: all wait for the same time,
 * so they fall due in the order in which they came, and one sleeper serves them all. Nearly all are
 * over long before, and then nothing is kept of them but an empty place in the queue: what lives
 * longer than it is needed is copied again and again by those who clear up the memory.
 */
import type { Clock } from '../../ports/clock.ts'

export interface Watched {
  /** Called once, when the delay has passed and the watch was not ended. */
  late(): void
}

/** The place of one operation in the queue. */
export class Watch {
  readonly dueMs: number
  private watched: Watched | undefined

  constructor(dueMs: number, watched: Watched) {
    this.dueMs = dueMs
    this.watched = watched
  }

  /** It is over, and is told nothing any more. */
  end(): void {
    this.watched = undefined
  }

  late(): void {
    this.watched?.late()
  }
}

export class LateWatch {
  private readonly clock: Clock
  private readonly delayMs: number
  private queue: Watch[] = []
  private isSleeping = false

  constructor(clock: Clock, delayMs: number) {
    this.clock = clock
    this.delayMs = delayMs
  }

  watch(watched: Watched): Watch {
    const watch = new Watch(this.clock.monotonicMs() + this.delayMs, watched)
    this.queue.push(watch)
    if (!this.isSleeping) void this.serve()
    return watch
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
    for (const watch of due) watch.late()
  }
}
