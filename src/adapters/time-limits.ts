/**
 * A time limit for each of many exchanges, without a timer for each: nearly all are answered long
 * before their time is up, so one sleeper serves them all and wakes when the first of those that
 * are still open falls due. A timer of its own, made and taken back, is a twentieth of what a body
 * costs its sender.
 */
import type { Clock } from '../ports/clock.ts'

interface Limit {
  readonly dueMs: number
  readonly expire: () => void
}

/** The sleeper is woken to sleep anew, or not at all. */
const WOKEN = new Error('the sleeper was woken')

export class TimeLimits {
  private readonly clock: Clock
  private readonly open = new Set<Limit>()
  /** While it sleeps. */
  private nap: { readonly untilMs: number; readonly over: AbortController } | undefined

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** What `answer` settles with, or after timeoutMs what `giveUp` says, which is asked at once. */
  within<T>(timeoutMs: number, answer: Promise<T>, giveUp: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const dueMs = this.clock.monotonicMs() + timeoutMs
      const limit = { dueMs, expire: () => resolve(giveUp()) }
      this.open.add(limit)
      this.sleepUntil(dueMs)
      const inTime = (settle: () => void) => {
        this.open.delete(limit)
        settle()
      }
      answer.then(
        (value) => inTime(() => resolve(value)),
        (error: unknown) => inTime(() => reject(error)),
      )
    })
  }

  /** No limit holds any more, and no sleeper keeps the process from ending. */
  close(): void {
    this.open.clear()
    this.nap?.over.abort(WOKEN)
    this.nap = undefined
  }

  private sleepUntil(dueMs: number): void {
    if (this.nap && this.nap.untilMs <= dueMs) return
    this.nap?.over.abort(WOKEN)
    const over = new AbortController()
    this.nap = { untilMs: dueMs, over }
    const delayMs = Math.max(0, dueMs - this.clock.monotonicMs())
    this.clock.sleep(delayMs, over.signal).then(
      () => this.wake(),
      () => {},
    )
  }

  /** The newest goes first: who still waits for a connection must not get that of one before. */
  private wake(): void {
    this.nap = undefined
    const nowMs = this.clock.monotonicMs()
    const due = [...this.open].filter(({ dueMs }) => dueMs <= nowMs).reverse()
    for (const limit of due) {
      this.open.delete(limit)
      limit.expire()
    }
    let nextMs = Number.POSITIVE_INFINITY
    for (const { dueMs } of this.open) nextMs = Math.min(nextMs, dueMs)
    if (nextMs < Number.POSITIVE_INFINITY) this.sleepUntil(nextMs)
  }
}
