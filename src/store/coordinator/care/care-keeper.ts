/**
 * What care needs of whoever keeps the ring: what shards have said, which of them hold which
 * version of it, and a way to have the next one decided.
 */
import type { Address } from '../../../ports/network.ts'
import type { RingDocument } from '../../ring/document.ts'
import type { ReplyOf } from '../../wire.ts'
import type { RingView } from '../ring-view.ts'

export interface CareKeeper {
  /** Per address what it last said. */
  readonly hellos: ReadonlyMap<Address, ReplyOf<'hello'>>
  /** Ids of the shards that are known to hold this version of the ring, or a later one. */
  holdersOf(version: number): ReadonlySet<string>
  /**
   * Has the shards decide that `after` follows `before`, and tells all of them what was decided.
   * conflict: another ring follows. unreachable: nobody knows.
   */
  advance(
    before: RingDocument,
    after: RingDocument,
  ): Promise<'decided' | 'conflict' | 'unreachable'>
}

/** Answers there the shard that should, and was it not given up on? */
export function isShardUp(view: RingView, keeper: CareKeeper, shard: number): boolean {
  const known = view.ring.shards[shard]
  const link = view.links[shard]
  if (!known || link?.health.state !== 'up') return false
  return keeper.hellos.get(known.address)?.shardId === known.id
}

/**
 * Does it know that the partition comes to it, and has it removed what it held of such partitions
 * at an earlier time?
 */
export function isShardReady(
  view: RingView,
  keeper: CareKeeper,
  shard: number,
  partition: number,
): boolean {
  const known = view.ring.shards[shard]
  const hello = known && keeper.hellos.get(known.address)
  const ring = hello?.ring?.cluster === view.ring.cluster ? hello.ring : undefined
  const self = ring?.shards.findIndex(({ id }) => id === known?.id) ?? -1
  return ring?.table[partition]?.goal?.includes(self) === true && hello?.leftovers === 0
}
