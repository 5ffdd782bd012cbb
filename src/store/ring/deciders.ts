/**
 * Who decides which ring follows this one: few enough to be asked quickly, and enough that a
 * minority of them may be away. Those that have been there longest, of different zones where shards
 * have labels: with all of them in one zone its loss would leave every key readable, and a ring
 * that nobody could mend.
 *
 * A ring names its own deciders, so this looks at the document alone.
 */
import type { RingDocument, RingShard } from './document.ts'
import { majorityOf } from './quorum.ts'
import { zonesOf } from './zones.ts'

/** The more the better, as long as no zone holds so many that nothing is decided without it. */
const SIZES = [5, 3] as const

export function decidersOf({ shards }: Pick<RingDocument, 'shards'>): readonly RingShard[] {
  const panels = SIZES.filter((size) => size <= shards.length).map((size) => panel(shards, size))
  const best = panels.find(({ crowd, deciders }) => outlives(deciders.length, crowd)) ?? panels[0]
  return best?.deciders ?? shards
}

interface Panel {
  readonly deciders: readonly RingShard[]
  /** The most of them that any zone holds. */
  readonly crowd: number
}

function panel(shards: readonly RingShard[], size: number): Panel {
  const zones = zonesOf(shards, size)
  const taken = new Map<string, number>()
  const deciders: RingShard[] = []
  for (const shard of shards) {
    const zone = zones.of(shard.id)
    const already = taken.get(zone) ?? 0
    if (deciders.length === size || already === zones.replicasMax) continue
    taken.set(zone, already + 1)
    deciders.push(shard)
  }
  return { deciders, crowd: Math.max(...taken.values()) }
}

function outlives(size: number, lost: number): boolean {
  return size - lost >= majorityOf(size)
}
