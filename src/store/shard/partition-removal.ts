/**
 * Removes partitions from a shard: rows, hints, and what was remembered of them. What was known of
 * the rows goes before the first of them, so that a crash in between leaves too little and never
 * too much that is believed.
 */
import type { HintBook } from './hint-book.ts'
import type { RepairDesk } from './repair-requests.ts'
import type { ReplicaRows } from './replica-rows.ts'

/** Rows that are removed in one transaction where all of a partition must go. */
const STEP_ROWS_MAX = 1_024

/** All of it throws EngineError. */
export class PartitionRemoval {
  private readonly rows: ReplicaRows
  private readonly hints: HintBook
  private readonly repair: RepairDesk

  constructor(rows: ReplicaRows, hints: HintBook, repair: RepairDesk) {
    this.rows = rows
    this.hints = hints
    this.repair = repair
  }

  /** Up to so many rows; how many they were. */
  removeSome(partition: number, limit: number): number {
    this.forget([partition])
    return this.rows.clear(partition, limit)
  }

  /** All of them; of how many partitions there were any. */
  removeAll(partitions: readonly number[]): number {
    if (partitions.length === 0) return 0
    this.forget(partitions)
    const filled = new Set(this.rows.engine.partitions())
    const present = partitions.filter((partition) => filled.has(partition))
    for (const partition of present) {
      while (this.rows.clear(partition, STEP_ROWS_MAX) === STEP_ROWS_MAX);
    }
    return present.length
  }

  private forget(partitions: readonly number[]): void {
    this.repair.forget(partitions)
    this.hints.forget(partitions)
  }
}
