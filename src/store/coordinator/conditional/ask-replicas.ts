/**
 * Sends a row to all replicas of a partition that an answer is expected of, and hears what comes of
 * it until enough is known; the rest is heard too, though nobody waits for it.
 */
import type { ShardOperation } from '../../wire.ts'
import type { HopSink } from '../hop.ts'
import { BUSY, type ReplicaResult, UNREACHABLE } from '../replica-result.ts'
import type { PartitionView } from '../ring-view.ts'
import { operationBytes, sparedOf } from '../store-world.ts'

export interface Hearer {
  /** What became of it at a replica (its position). True = enough is known. */
  take(replica: number, result: ReplicaResult): boolean
  /** Every replica has answered, or never will. */
  whenAll(): void
}

/** Resolves as soon as enough is known, and at the latest when all were heard. */
export function askReplicas(
  place: PartitionView,
  operation: Extract<ShardOperation, { op: 'apply' }>,
  deadlineMs: number,
  hearer: Hearer,
): Promise<void> {
  const { cluster, links } = place
  const spared = sparedOf(place)
  const bytes = operationBytes(operation.row.k, operation.row.v)
  return new Promise((resolve) => {
    let awaited = links.length
    const heard = (replica: number, result: ReplicaResult) => {
      awaited -= 1
      if (hearer.take(replica, result)) resolve()
      if (awaited > 0) return
      resolve()
      hearer.whenAll()
    }
    const sink: HopSink = { settle: heard }
    for (const [replica, link] of links.entries()) {
      const isSent =
        !spared.has(replica) &&
        link.send({ operation, cluster, bytes, deadlineMs, sink, tag: replica })
      if (!isSent) heard(replica, spared.has(replica) ? UNREACHABLE : BUSY)
    }
  })
}
