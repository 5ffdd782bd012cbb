/**
 * What a shard is put together from, and what may be chosen about it.
 */
import type { Clock } from '../../ports/clock.ts'
import type { KeyValueEngine } from '../../ports/key-value-engine.ts'
import type { Random } from '../../ports/random.ts'
import type { Trace } from '../../ports/trace.ts'
import type { CommitLimits } from './group-commit.ts'
import type { RowCache } from './row-cache.ts'

export const CLEAN_AFTER_MS = 60_000
export const HINTS_PER_TARGET_MAX = 100_000

export interface ShardWorld {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  /** The shard's own from now on; whoever opened it closes it, after `run` has ended. */
  readonly engine: KeyValueEngine
}

export interface ShardOptions {
  /** What `/stats` shows as the place of the database. */
  readonly dbPath: string
  /** The label of what it fails together with; default: it stands for itself. */
  readonly zone?: string
  /** Default: none. */
  readonly cache?: RowCache
  readonly limits?: Partial<CommitLimits>
  /** So long after a partition has moved away its rows are removed. Default: 60 s. */
  readonly cleanAfterMs?: number
  /** Beyond so many hints for one shard only the partitions are noted. Default: 100 000. */
  readonly hintsPerTargetMax?: number
  /** Runs something once the present event-loop turn has ended. */
  readonly afterTurn?: (run: () => void) => void
}
