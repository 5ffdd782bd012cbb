/**
 * The address of a shard in whose place another one answers now. Two shards of a ring must never
 * be looked for at one address: answers of the new one, which remembers nothing, would count as the
 * old one's, and a majority could be found for what was never written to it.
 */
import type { RingDocument } from './document.ts'

const LOST_PREFIX = 'lost:'

export function isLost(address: string): boolean {
  return address.startsWith(LOST_PREFIX)
}

/** The same ring, in which nobody looks for this shard any more. */
export function withoutAddress(ring: RingDocument, id: string): RingDocument {
  const shards = ring.shards.map((shard) =>
    shard.id === id ? { ...shard, address: `${LOST_PREFIX}${id}` } : shard,
  )
  return { ...ring, shards }
}
