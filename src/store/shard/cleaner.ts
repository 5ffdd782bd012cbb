/**
 * Removes what a shard holds of partitions that are not its own any more, some time after they have
 * moved and a few rows at a time, so that whoever is served meanwhile notices nothing of it. What
 * stands from before a restart goes the same way.
 *
 * A partition that shall come back here is removed at once, or soon where clients are served: it
 * may not begin to move before, since what stands here may have been deleted elsewhere.
 */
import type { Clock } from '../../ports/clock.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { FULL_RETRY_MS } from './disk-state.ts'
import type { HintBook } from './hint-book.ts'
import type { PartitionRemoval } from './partition-removal.ts'
import type { RingCopy } from './ring-copy.ts'

/** Rows that are removed in one event-loop turn. */
export const CLEAN_ROWS_MAX = 256
/** Between two such turns. */
export const CLEAN_PAUSE_MS = 20
/** The same of partitions that shall come back, with no pause in between while nobody is served. */
export const URGENT_ROWS_MAX = 1_024
/** Between two turns of these while clients are served: each costs an fsync. */
export const URGENT_PAUSE_MS = 50
const WAIT_MS_MIN = 1

export interface CleanerWorld {
  readonly clock: Clock
  readonly engine: Pick<KeyValueEngine, 'partitions'>
  readonly ring: () => RingCopy | null
  readonly removal: Pick<PartitionRemoval, 'removeSome'>
  /** Was it asked for operations within the last moments? */
  readonly isServing: () => boolean
  readonly hints: Pick<HintBook, 'forgetLeavers'>
  /** Runs something once the present event-loop turn has ended. */
  readonly afterTurn: (run: () => void) => void
  /** A failure of the engine other than a full disk: the process must end. */
  readonly die: (error: unknown) => void
}

export class Cleaner {
  private readonly world: CleanerWorld
  private readonly afterMs: number
  /** Since when each foreign partition is known to be one; monotonic. */
  private readonly foreignSinceMs = new Map<number, number>()
  private nap = new AbortController()
  private isUrged = false
  private isStopped = false

  constructor(world: CleanerWorld, afterMs: number) {
    this.world = world
    this.afterMs = afterMs
  }

  /** How many partitions shall come back of which old rows stand here. Throws EngineError. */
  leftovers(): number {
    return this.urgent().length
  }

  /** Of how many partitions that have moved away rows are known to stand here still. */
  outgoing(): number {
    return this.foreignSinceMs.size
  }

  /** The ring is another one: perhaps there is something to do at once. */
  wake(): void {
    this.nap.abort()
    this.urge()
  }

  /** Until the signal. A full disk is waited for; rejects when the engine fails otherwise. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.nap = new AbortController()
      const waitMs = this.stepOrWait()
      const woken = AbortSignal.any([signal, this.nap.signal])
      await this.world.clock.sleep(waitMs, woken).catch(() => {})
    }
    this.isStopped = true
  }

  private stepOrWait(): number {
    try {
      return this.step()
    } catch (error) {
      if (error instanceof EngineError && error.code === 'full') return FULL_RETRY_MS
      throw error
    }
  }

  /**
   * Removes what shall come back, turn by turn, with pauses while clients are served; a full disk
   * leaves it to `run`.
   */
  private urge(): void {
    const { clock, afterTurn, isServing } = this.world
    if (this.isUrged || this.leftovers() === 0) return
    this.isUrged = true
    if (isServing()) void clock.sleep(URGENT_PAUSE_MS).then(() => this.urgentTurn())
    else afterTurn(() => this.urgentTurn())
  }

  private urgentTurn(): void {
    this.isUrged = false
    if (this.isStopped) return
    try {
      this.removeUrgent()
      this.urge()
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'full') this.world.die(error)
    }
  }

  /** True = there was something. */
  private removeUrgent(): boolean {
    const { removal, isServing } = this.world
    const [urgent] = this.urgent()
    if (urgent === undefined) return false
    removal.removeSome(urgent, isServing() ? CLEAN_ROWS_MAX : URGENT_ROWS_MAX)
    return true
  }

  /** Does a turn's work, if any is due; how long until the next. */
  private step(): number {
    const { clock, removal, hints, ring } = this.world
    const nowMs = clock.monotonicMs()
    if (this.isUrged || this.removeUrgent()) return CLEAN_PAUSE_MS
    this.look(nowMs)
    const due = this.dueAt(nowMs)
    if (due !== undefined) {
      removal.removeSome(due, CLEAN_ROWS_MAX)
      return CLEAN_PAUSE_MS
    }
    const isMember = (shardId: string) => ring()?.names(shardId) ?? true
    if (hints.forgetLeavers(isMember, CLEAN_ROWS_MAX)) return CLEAN_PAUSE_MS
    const waitsMs = [...this.foreignSinceMs.values()].map((since) => since + this.afterMs - nowMs)
    // Times are fractions: what is left of one may be too little to be waited for.
    return Math.max(WAIT_MS_MIN, Math.min(this.afterMs, ...waitsMs))
  }

  private urgent(): readonly number[] {
    const { engine, ring } = this.world
    const copy = ring()
    if (!copy || copy.coming.size === 0) return []
    return engine.partitions().filter((partition) => copy.coming.has(partition))
  }

  private look(nowMs: number): void {
    const { engine, ring } = this.world
    const foreign = new Set(engine.partitions().filter((one) => ring()?.owns(one) === false))
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
