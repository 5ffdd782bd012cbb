/**
 * Removes what a shard holds of partitions that are not its own any more, some time after they have
 * moved and a few rows at a time, so that whoever is served meanwhile notices nothing of it. What
 * stands from before a restart goes the same way.
 */
import type { Clock } from '../../ports/clock.ts'
import { EngineError } from '../../ports/key-value-engine.ts'
import { FULL_RETRY_MS } from './disk-state.ts'

/** Rows that are removed in one event-loop turn. */
export const CLEAN_ROWS_MAX = 256
/** Between two such turns. */
export const CLEAN_PAUSE_MS = 20
const WAIT_MS_MIN = 1

export interface CleanerWorld {
  readonly clock: Clock
  /** Partitions of which something stands here that is not wanted. */
  readonly foreign: () => readonly number[]
  /** Removes up to so many rows of a partition. */
  readonly clear: (partition: number, limit: number) => void
  /** Removes up to so many hints for shards that have left; true when there may be more. */
  readonly dropHintsOfLeavers: (limit: number) => boolean
}

export class Cleaner {
  private readonly world: CleanerWorld
  private readonly afterMs: number
  /** Since when each foreign partition is known to be one; monotonic. */
  private readonly foreignSinceMs = new Map<number, number>()

  constructor(world: CleanerWorld, afterMs: number) {
    this.world = world
    this.afterMs = afterMs
  }

  /** Until the signal. A full disk is waited for; rejects when the engine fails otherwise. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = this.stepOrWait()
      await this.world.clock.sleep(waitMs, signal).catch(() => {})
    }
  }

  private stepOrWait(): number {
    try {
      return this.step()
    } catch (error) {
      if (error instanceof EngineError && error.code === 'full') return FULL_RETRY_MS
      throw error
    }
  }

  /** Does a turn's work, if any is due; how long until the next. */
  private step(): number {
    const nowMs = this.world.clock.monotonicMs()
    this.look(nowMs)
    const due = this.dueAt(nowMs)
    if (due !== undefined) {
      this.world.clear(due, CLEAN_ROWS_MAX)
      return CLEAN_PAUSE_MS
    }
    if (this.world.dropHintsOfLeavers(CLEAN_ROWS_MAX)) return CLEAN_PAUSE_MS
    const waitsMs = [...this.foreignSinceMs.values()].map((since) => since + this.afterMs - nowMs)
    // Times are fractions: what is left of one may be too little to be waited for.
    return Math.max(WAIT_MS_MIN, Math.min(this.afterMs, ...waitsMs))
  }

  private look(nowMs: number): void {
    const foreign = new Set(this.world.foreign())
    for (const partition of this.foreignSinceMs.keys()) {
      if (!foreign.has(partition)) this.foreignSinceMs.delete(partition)
    }
    for (const partition of foreign) {
      if (!this.foreignSinceMs.has(partition)) this.foreignSinceMs.set(partition, nowMs)
    }
  }

  private dueAt(nowMs: number): number | undefined {
    for (const [partition, sinceMs] of this.foreignSinceMs) {
      if (nowMs - sinceMs >= this.afterMs) return partition
    }
    return undefined
  }
}
