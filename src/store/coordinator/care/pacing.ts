/**
 * When which partition is compared next. Partitions of which something is known to be missing, or
 * which have just moved, come first and at once; the others one after another, evenly spread over
 * the time that a whole round may take.
 */

/** A round is planned to take so much of the time that it may take; the rest is for delays. */
export const ROUND_SHARE = 0.9
/** So far apart are the urgent ones while clients are served: each costs every replica an fsync. */
export const URGENT_EVERY_BUSY_MS = 300
/** A partition that could not be repaired whole is not tried again before this, however urgent. */
export const URGENT_AGAIN_MS = 10_000

export interface PaceFacts {
  readonly partitions: number
  /** When the last attempt began, by partition, monotonic; those that are missing had none yet. */
  readonly triedMs: ReadonlyMap<number, number>
  readonly urgent: ReadonlySet<number>
  /** When the last urgent turn began, monotonic; null = there was none yet. */
  readonly lastUrgentMs: number | null
  /** From the beginning of one urgent turn to that of the next. */
  readonly urgentEveryMs: number
  /** Within this every partition has its turn. */
  readonly roundMs: number
  /** When the last turn began that was not urgent, monotonic; null = there was none yet. */
  readonly lastTurnMs: number | null
  readonly nowMs: number
  /** Of those that were never tried this one comes first, and then those behind it. */
  readonly first: number
}

/** Whose turn it is now; null = nobody's yet. */
export function nextPartition(facts: PaceFacts): {
  readonly partition: number
  readonly isUrgent: boolean
} | null {
  const { partitions, triedMs, urgent, lastUrgentMs, lastTurnMs, nowMs, first } = facts
  const isTryable = (partition: number) =>
    nowMs - (triedMs.get(partition) ?? Number.NEGATIVE_INFINITY) >= URGENT_AGAIN_MS
  const pressing = [...urgent].filter((one) => one < partitions && isTryable(one))
  const mayPress = lastUrgentMs === null || nowMs - lastUrgentMs >= facts.urgentEveryMs
  const pressed = mayPress ? longestWaiting(pressing, triedMs) : null
  if (pressed !== null) return { partition: pressed, isUrgent: true }
  if (lastTurnMs !== null && nowMs - lastTurnMs < turnMs(facts)) return null
  const all = Array.from({ length: partitions }, (_, index) => (first + index) % partitions)
  const next = longestWaiting(all, triedMs)
  return next === null ? null : { partition: next, isUrgent: false }
}

/**
 * With whom a caretaker begins that has compared nothing yet: it follows the wall clock, so that
 * one which takes over goes on about where the other was, however often that happens.
 */
export function firstPartition(
  pace: Pick<PaceFacts, 'roundMs' | 'partitions'>,
  wallMs: number,
): number {
  return Math.floor(wallMs / turnMs(pace)) % Math.max(1, pace.partitions)
}

/** From the beginning of one turn to that of the next. */
export function turnMs({ roundMs, partitions }: Pick<PaceFacts, 'roundMs' | 'partitions'>): number {
  return (roundMs * ROUND_SHARE) / Math.max(1, partitions)
}

function longestWaiting(
  partitions: readonly number[],
  triedMs: ReadonlyMap<number, number>,
): number | null {
  let best: number | null = null
  let bestMs = Number.POSITIVE_INFINITY
  for (const partition of partitions) {
    const atMs = triedMs.get(partition) ?? Number.NEGATIVE_INFINITY
    if (best !== null && atMs >= bestMs) continue
    best = partition
    bestMs = atMs
  }
  return best
}
