/**
 * Whether a shard takes writes. A full disk makes it read-only: writes are refused at once, which
 * is an answer that coordinators can count with, and now and then one group is tried for real, so
 * that it goes on by itself as soon as there is room again.
 */

/** While the disk is full, a group of writes is tried so often. */
export const FULL_RETRY_MS = 1_000

export class DiskState {
  private retryAtMs: number | null = null

  get isWritable(): boolean {
    return this.retryAtMs === null
  }

  /** May a group of writes be tried now? Times are monotonic. */
  mayTry(nowMs: number): boolean {
    return this.retryAtMs === null || nowMs >= this.retryAtMs
  }

  /** The disk had no room. True when this is news. */
  wasFull(nowMs: number): boolean {
    const isNews = this.isWritable
    this.retryAtMs = nowMs + FULL_RETRY_MS
    return isNews
  }

  /** A group was written. True when it is news that the disk has room. */
  wrote(): boolean {
    const isNews = !this.isWritable
    this.retryAtMs = null
    return isNews
  }
}
