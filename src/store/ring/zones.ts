/**
 * Shards that fail together (of one rack, room or machine) carry the same label, their zone, and
 * the replicas of a partition are spread over zones, so that whatever takes a whole one away leaves
 * a quorum where that can be. A shard without a label stands for itself.
 */
import { must } from '../../model/must.ts'
import type { RingShard } from './document.ts'

export type PlacedShard = Pick<RingShard, 'id' | 'zone'>

export interface Zones {
  /**
   * So many replicas of a partition one zone holds at the most: one, and more only where there are
   * too few zones, or too few shards in them.
   */
  readonly replicasMax: number
  /** Of a shard that is placed on. Not the label itself. */
  of(id: string): string
}

/** `replicas`: of each partition; not more than there are shards. */
export function zonesOf(shards: readonly PlacedShard[], replicas: number): Zones {
  const zones = new Map(
    shards.map(({ id, zone }) => [id, zone === undefined ? `shard ${id}` : `zone ${zone}`]),
  )
  const sizes = new Map<string, number>()
  for (const zone of zones.values()) sizes.set(zone, (sizes.get(zone) ?? 0) + 1)
  const roomWith = (replicasMax: number) =>
    [...sizes.values()].reduce((sum, size) => sum + Math.min(size, replicasMax), 0)
  let replicasMax = 1
  while (roomWith(replicasMax) < Math.min(replicas, shards.length)) replicasMax += 1
  return { replicasMax, of: (id) => must(zones.get(id), 'the shard is one of those to place on') }
}
