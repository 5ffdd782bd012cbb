/**
 * Replicas that did not take a write are remembered by those that did, as hints, so that they can
 * be brought up to date as soon as they are back. A hint is a help and not a promise: it counts for
 * no quorum, nobody waits for it, and when it is lost the comparison of replicas finds the row.
 */
import { must } from '../../model/must.ts'
import type { HopSink } from './hop.ts'
import type { PartitionView } from './ring-view.ts'
import { operationBytes, type StoreWorld } from './store-world.ts'

const NOBODY_WAITS: HopSink = { settle: () => {} }

/** `told`: replicas whose absence travelled with the write itself. */
export function tellMissed(
  world: StoreWorld,
  { cluster, partition, epoch, links, ids }: PartitionView,
  key: string,
  told: ReadonlySet<number>,
  holds: (replica: number) => boolean,
): void {
  const missing = links.flatMap((_, replica) =>
    holds(replica) || told.has(replica) ? [] : [must(ids[replica])],
  )
  if (missing.length === 0) return
  const operation = { op: 'hint', p: partition, e: epoch, k: key, missedBy: missing } as const
  const bytes = operationBytes(key, null)
  const deadlineMs = world.deadline()
  for (const [replica, link] of links.entries()) {
    if (!holds(replica)) continue
    link.send({ operation, cluster, bytes, deadlineMs, sink: NOBODY_WAITS, tag: 0 })
  }
}
