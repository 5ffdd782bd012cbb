/**
 * How fast a shard works off what waits for it. Measured only while something does wait: a shard
 * with little to do answers slowly in operations per second and could do far more. Taken over a
 * while, since bodies that were committed together are answered together; and a while counts for
 * half of what is known, since a disk that stood still for a moment is not slow for that.
 */

/** A measurement takes so long. */
export const DRAIN_WINDOW_MS = 200

export class DrainRate {
  /** Operations in a ms; null = it never had to wait yet. */
  perMs: number | null = null
  private sinceMs: number | null = null
  private done = 0

  /** A body came back with so many answers; `isBacklogged`: more waits to be sent. */
  answered(count: number, isBacklogged: boolean, nowMs: number): void {
    if (this.sinceMs === null) {
      if (isBacklogged) this.begin(nowMs)
      return
    }
    this.done += count
    const tookMs = nowMs - this.sinceMs
    if (tookMs >= DRAIN_WINDOW_MS) {
      const lately = this.done / tookMs
      this.perMs = this.perMs === null ? lately : (this.perMs + lately) / 2
      this.begin(nowMs)
    }
    if (!isBacklogged) this.sinceMs = null
  }

  private begin(nowMs: number): void {
    this.sinceMs = nowMs
    this.done = 0
  }
}
