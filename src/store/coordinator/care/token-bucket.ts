/**
 * How fast care may go, in bytes per second, so that it leaves disks and wires to those who wait
 * for answers. Whoever has taken more than there was waits until the debt is paid, so a row of any
 * size passes and the rate holds over any longer time.
 */
export class TokenBucket {
  private readonly bytesPerSecond: number
  private readonly burstBytes: number
  private level: number
  private filledMs: number | null = null

  constructor(bytesPerSecond: number, burstBytes: number) {
    this.bytesPerSecond = bytesPerSecond
    this.burstBytes = burstBytes
    this.level = burstBytes
  }

  /** Takes so much; answers how long to wait before anything else is done. `nowMs`: monotonic. */
  take(bytes: number, nowMs: number): number {
    const passedMs = nowMs - (this.filledMs ?? nowMs)
    this.filledMs = nowMs
    this.level = Math.min(this.burstBytes, this.level + (passedMs / 1000) * this.bytesPerSecond)
    this.level -= bytes
    return this.level >= 0 ? 0 : (-this.level / this.bytesPerSecond) * 1000
  }
}
