/**
 * What one coordinator thinks of one shard, from its own dealings with it. For speed only: it
 * decides whom to ask first and whom not to wait for, never who owns what and never how many must
 * agree. A shard that is taken for down is probed by the ping and is up again with its first
 * answer.
 */
export type HealthState = 'up' | 'suspect' | 'down'

/** So many failures one after another and nothing is expected of the shard any more. */
export const FAILURES_UNTIL_DOWN = 3
/** Weight of the newest latency in the moving average. */
const NEWEST_WEIGHT = 0.2
/** Until something was measured. */
const LATENCY_MS_ASSUMED = 1

export class ReplicaHealth {
  private failures = 0
  private latencyMs = LATENCY_MS_ASSUMED
  private ownRank = 0

  /** It answered, whatever it said. */
  answered(latencyMs: number): void {
    this.failures = 0
    this.latencyMs += NEWEST_WEIGHT * (latencyMs - this.latencyMs)
    this.ownRank = this.newRank()
  }

  /** It was not reached, or did not answer in time. */
  failed(): void {
    this.failures += 1
    this.ownRank = this.newRank()
  }

  get state(): HealthState {
    if (this.failures === 0) return 'up'
    return this.failures < FAILURES_UNTIL_DOWN ? 'suspect' : 'down'
  }

  /**
   * Smaller is asked first. Latencies within a factor of two count as equal, so that the order of
   * the placement spreads the reads and small differences do not send all of them to one shard.
   */
  get rank(): number {
    return this.ownRank
  }

  /** Told anew with each body, and asked for with each read. */
  private newRank(): number {
    const failed = Math.min(this.failures, FAILURES_UNTIL_DOWN) * 1_000
    return failed + Math.round(Math.log2(Math.max(this.latencyMs, LATENCY_MS_ASSUMED)))
  }
}
