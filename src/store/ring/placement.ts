/**
 * Which shards hold which partition. Greedy and levelled: what is placed stays, holes are filled on
 * the least loaded shard, then one partition at a time moves from the most to the least loaded one.
 * The result is even to within one partition and moves hardly more than must be moved, which random
 * tokens on a hash ring do not achieve. Zones come first (zones.ts): shards are as even as these
 * let them be, and those of one zone always are.
 *
 * Ties are broken by rendezvous score (a hash of shard and partition), so that the answer does not
 * depend on the order in which shards are named and no shard is favoured by its name.
 */
import { must } from '../../model/must.ts'
import type { Placement } from './document.ts'
import { mixBits, murmur3 } from './hash.ts'
import { levelPrimaries } from './primaries.ts'
import { type PlacedShard, type Zones, zonesOf } from './zones.ts'

/**
 * Places `partitions` on the shards, `replicas` distinct ones each (all of them when there are
 * fewer). `previous` is the placement to keep as much as possible of, or null.
 */
export function place(
  previous: Placement | null,
  shards: readonly PlacedShard[],
  replicas: number,
  partitions: number,
): Placement {
  const wanted = Math.min(replicas, shards.length)
  const draft = new Draft(shards, zonesOf(shards, wanted), partitions)
  for (let p = 0; p < partitions; p += 1) {
    for (const id of previous?.[p] ?? []) draft.keep(p, id)
  }
  for (let p = 0; p < partitions; p += 1) draft.spread(p)
  for (let p = 0; p < partitions; p += 1) draft.shrink(p, wanted)
  for (let p = 0; p < partitions; p += 1) draft.fill(p, wanted)
  draft.level()
  return levelPrimaries(draft.holders, draft.ids)
}

/** One replica that changes shards. */
interface Move {
  readonly partition: number
  readonly from: string
  readonly to: string
}

/** A placement in the making, with the load of each shard beside it. */
class Draft {
  readonly ids: readonly string[]
  readonly holders: string[][]
  private readonly loads: Map<string, number>
  private readonly seeds: Map<string, number>
  private readonly zones: Zones
  /** Their zones kept them from being helped; looked at again when nobody else needs help. */
  private readonly stuck = new Set<string>()

  constructor(shards: readonly PlacedShard[], zones: Zones, partitions: number) {
    this.ids = shards.map(({ id }) => id).sort()
    this.zones = zones
    this.holders = Array.from({ length: partitions }, () => [])
    this.loads = new Map(this.ids.map((id) => [id, 0]))
    this.seeds = new Map(this.ids.map((id) => [id, murmur3(id)]))
  }

  keep(partition: number, id: string): void {
    if (this.loads.has(id)) this.add(partition, id)
  }

  /** Gives up replicas beyond what a zone may hold. */
  spread(partition: number): void {
    const { replicasMax } = this.zones
    for (;;) {
      const crowded = this.holdersOf(partition).filter(
        (id) => this.inZoneOf(id, partition) > replicasMax,
      )
      if (crowded.length === 0) return
      this.drop(
        partition,
        this.best(partition, crowded, (id) => this.load(id)),
      )
    }
  }

  /** Gives up replicas beyond the wanted number, on the most loaded shards first. */
  shrink(partition: number, wanted: number): void {
    const holders = this.holdersOf(partition)
    while (holders.length > wanted) {
      this.drop(
        partition,
        this.best(partition, holders, (id) => this.load(id)),
      )
    }
  }

  fill(partition: number, wanted: number): void {
    const holders = this.holdersOf(partition)
    while (holders.length < wanted) {
      const others = this.ids.filter((id) => !holders.includes(id) && this.hasRoom(id, partition))
      this.add(
        partition,
        this.best(partition, others, (id) => -this.load(id)),
      )
    }
  }

  /** Moves one partition at a time until no two shards differ by more than one, or zones forbid. */
  level(): void {
    for (let chain = this.relief(); chain; chain = this.relief()) {
      for (const { partition, from, to } of chain) {
        this.drop(partition, from)
        this.add(partition, to)
      }
    }
  }

  /** What takes one partition off the most loaded shard that can be helped. */
  private relief(): readonly Move[] | undefined {
    const chain = this.reliefOfOthers()
    if (chain || this.stuck.size === 0) return chain
    this.stuck.clear()
    return this.reliefOfOthers()
  }

  private reliefOfOthers(): readonly Move[] | undefined {
    const byLoad = [...this.ids].sort((a, b) => this.load(a) - this.load(b))
    const least = byLoad[0] === undefined ? 0 : this.load(byLoad[0])
    for (const from of byLoad.toReversed()) {
      if (this.load(from) - least < 2) return undefined
      if (this.stuck.has(from)) continue
      const chain = this.chainFrom(from, byLoad)
      if (chain) return chain
      this.stuck.add(from)
    }
    return undefined
  }

  /**
   * The shortest way to a shard with at least two fewer: to it directly, or, where its zone has no
   * room, over shards that hand another partition on each.
   */
  private chainFrom(start: string, byLoad: readonly string[]): readonly Move[] | undefined {
    const chains = new Map<string, readonly Move[]>([[start, []]])
    for (const [from, chain] of chains) {
      for (const to of byLoad) {
        if (chains.has(to)) continue
        const partition = this.movable(from, to, chain)
        if (partition === undefined) continue
        const longer = [...chain, { partition, from, to }]
        if (this.load(to) <= this.load(start) - 2) return longer
        chains.set(to, longer)
      }
    }
    return undefined
  }

  /** The partition that `to` wants most of those that only `from` holds and that may go there. */
  private movable(from: string, to: string, taken: readonly Move[]): number | undefined {
    const isWithinZone = this.zones.of(from) === this.zones.of(to)
    let chosen: number | undefined
    for (let p = 0; p < this.holders.length; p += 1) {
      const holders = this.holdersOf(p)
      if (!holders.includes(from) || holders.includes(to)) continue
      if (!isWithinZone && !this.hasRoom(to, p)) continue
      if (taken.some(({ partition }) => partition === p)) continue
      if (chosen === undefined || this.score(to, p) > this.score(to, chosen)) chosen = p
    }
    return chosen
  }

  private hasRoom(id: string, partition: number): boolean {
    return this.inZoneOf(id, partition) < this.zones.replicasMax
  }

  /** Replicas of a partition in the zone of a shard. */
  private inZoneOf(id: string, partition: number): number {
    const zone = this.zones.of(id)
    return this.holdersOf(partition).filter((holder) => this.zones.of(holder) === zone).length
  }

  private best(partition: number, ids: readonly string[], value: (id: string) => number): string {
    const better = (a: string, b: string) =>
      value(a) - value(b) || this.score(a, partition) - this.score(b, partition)
    return ids.reduce((best, id) => (better(id, best) > 0 ? id : best))
  }

  private score(id: string, partition: number): number {
    return mixBits(must(this.seeds.get(id)) + Math.imul(partition + 1, 0x9e3779b1))
  }

  private add(partition: number, id: string): void {
    this.holdersOf(partition).push(id)
    this.loads.set(id, this.load(id) + 1)
  }

  private drop(partition: number, id: string): void {
    const holders = this.holdersOf(partition)
    holders.splice(holders.indexOf(id), 1)
    this.loads.set(id, this.load(id) - 1)
  }

  private holdersOf(partition: number): string[] {
    return must(this.holders[partition], 'the partition exists')
  }

  private load(id: string): number {
    return must(this.loads.get(id), 'the shard is one of those to place on')
  }
}
