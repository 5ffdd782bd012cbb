/**
 * What stands on the disks of the shards about the ring, at one moment: of each version there may
 * be one document, and of each partition one epoch at most in which a quorum could answer. While
 * quorums of two epochs could form, two coordinators might each reach one, and neither would see
 * what the other was promised. Pure.
 */
import type { RingDocument } from '../../src/store/ring/document.ts'
import { holdersOf, isQuorum } from '../../src/store/ring/quorum.ts'
import type { Violation } from './violation.ts'

/** A shard, by its id, and the ring on its disk. */
export interface Holding {
  readonly shardId: string
  readonly ring: RingDocument
}

export function checkEpochs(holdings: readonly Holding[]): readonly Violation[] {
  const partitions = Math.max(0, ...holdings.map(({ ring }) => ring.table.length))
  return Array.from({ length: partitions }, (_, partition) => partition).flatMap((partition) => {
    const epochs = quorateEpochs(holdings, partition)
    if (epochs.length < 2) return []
    const which = epochs.join(' and ')
    const sentence = `quorums of partition ${partition} could form in epochs ${which}`
    return [{ promise: 'S24', sentence: `${sentence} at the same time` }]
  })
}

/** Epochs in which a quorum of those who go by it could answer. */
function quorateEpochs(holdings: readonly Holding[], partition: number): readonly number[] {
  const byEpoch = new Map<number, Holding[]>()
  for (const holding of holdings) {
    const epoch = holding.ring.table[partition]?.epoch
    if (epoch === undefined) continue
    byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), holding])
  }
  return [...byEpoch].flatMap(([epoch, held]) => {
    const ids = new Set(held.map(({ shardId }) => shardId))
    return held[0] && isQuorate(held[0].ring, partition, ids) ? [epoch] : []
  })
}

function isQuorate(ring: RingDocument, partition: number, ids: ReadonlySet<string>): boolean {
  const entry = ring.table[partition]
  if (!entry || entry.replicas.length === 0) return false
  const { members, groups } = holdersOf(entry)
  return isQuorum(groups, (replica) => ids.has(ring.shards[members[replica] ?? -1]?.id ?? ''))
}

/** Each as it was first seen, by its version. */
export type Documents = Map<string, string>

/** Notes the document; the violation, if another one of its version was seen before. */
export function checkDocument(documents: Documents, ring: RingDocument): readonly Violation[] {
  const text = JSON.stringify(ring)
  const name = `${ring.cluster} ${ring.version}`
  const former = documents.get(name)
  if (former === undefined) documents.set(name, text)
  if (former === undefined || former === text) return []
  return [{ promise: 'S25', sentence: `there are two rings of one version: ${former} and ${text}` }]
}
