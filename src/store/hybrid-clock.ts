/**
 * The clock of versions: wall time with a counter below it, never the same twice and never behind
 * what its owner has seen. Two writes of one millisecond still have an order, and a wall
 * clock that is set back does not make a later write lose to an earlier one.
 *
 * Times too far ahead are not followed: one bad clock in the cluster must not carry the others
 * away, and shards would refuse what was stamped after it.
 */
import type { Version } from '../model/version.ts'

const TICKS_PER_MS = 4096
const START_MS = Date.UTC(2020, 0, 1)

/** A time further ahead of the wall clock than this is not followed; shards refuse the same. */
export const CLOCK_AHEAD_MS_MAX = 2_000

export class HybridClock {
  private last = 0
  /** The greatest time that a shard is known to hold. */
  private held = 0

  /** A time greater than all that were stamped or followed before. `nowMs`: wall time. */
  stamp(nowMs: number): number {
    this.last = Math.max(this.last + 1, timeOf(nowMs))
    return this.last
  }

  /** Later stamps will be above this time, unless it is too far ahead of the wall time `nowMs`. */
  observe(time: number, nowMs: number): void {
    if (time > timeOf(nowMs + CLOCK_AHEAD_MS_MAX)) return
    this.last = Math.max(this.last, time)
    this.held = Math.max(this.held, time)
  }

  /**
   * A shard has refused a stamp as too far ahead. Where the wall clock was set back since, later
   * stamps begin anew above what shards hold, and true is returned: times that were stamped come
   * again, so they need another writer. Otherwise nothing could be written for as long as the clock
   * had been ahead.
   */
  fallBack(nowMs: number): boolean {
    if (this.last <= timeOf(nowMs + CLOCK_AHEAD_MS_MAX)) return false
    this.last = this.held
    return true
  }
}

/** The first hybrid time of a wall time (ms since 1970). */
export function timeOf(wallMs: number): number {
  return (Math.floor(wallMs) - START_MS) * TICKS_PER_MS
}

/** The wall time, whole ms since 1970, inside a hybrid time. */
export function wallOf(time: number): number {
  return Math.floor(time / TICKS_PER_MS) + START_MS
}

/** Between two orders that must differ; exact in a double until the year 2100 and beyond. */
const ORDER_STEP_MS = 2 ** -10

/**
 * The order with which a plain write at hybrid time `time`, whose own order would be `wallMs`, wins
 * over the version that it met.
 */
export function orderAbove(
  met: Pick<Version, 'order' | 'time'>,
  time: number,
  wallMs: number,
): number {
  if (wallMs > met.order) return wallMs
  return time > met.time ? met.order : met.order + ORDER_STEP_MS
}
