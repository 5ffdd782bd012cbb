/**
 * Which shards hold which partition. Greedy and levelled: what is placed stays, holes are filled on
 * the least loaded shard, then one partition at a time moves from the most to the least loaded one.
 * The result is even to within one partition and moves hardly more than must be moved, which random
 * tokens on a hash ring do not achieve.
 *
 * Ties are broken by rendezvous score (a hash of shard and partition), so that the answer does not
 * depend on the order in which shards are named and no shard is favoured by its name.
 */
import { must } from '../../model/must.ts'
import type { Placement } from './document.ts'
import { mixBits, murmur3 } from './hash.ts'
import { levelPrimaries } from './primaries.ts'

/**
 * Places `partitions` on the shards, `replicas` distinct ones each (all of them when there are
 * fewer). `previous` is the placement to keep as much as possible of, or null.
 */
export function place(
  previous: Placement | null,
  shardIds: readonly string[],
  replicas: number,
  partitions: number,
): Placement {
  const wanted = Math.min(replicas, shardIds.length)
  const draft = new Draft(shardIds, partitions)
  for (let p = 0; p < partitions; p += 1) {
    for (const id of previous?.[p] ?? []) draft.keep(p, id)
  }
  for (let p = 0; p < partitions; p += 1) draft.shrink(p, wanted)
  for (let p = 0; p < partitions; p += 1) draft.fill(p, wanted)
  draft.level()
  return levelPrimaries(draft.holders, draft.ids)
}

/** A placement in the making, with the load of each shard beside it. */
class Draft {
  readonly ids: readonly string[]
  readonly holders: string[][]
  private readonly loads: Map<string, number>
  private readonly seeds: Map<string, number>

  constructor(shardIds: readonly string[], partitions: number) {
    this.ids = [...shardIds].sort()
    this.holders = Array.from({ length: partitions }, () => [])
    this.loads = new Map(this.ids.map((id) => [id, 0]))
    this.seeds = new Map(this.ids.map((id) => [id, murmur3(id)]))
  }

  keep(partition: number, id: string): void {
    if (this.loads.has(id)) this.add(partition, id)
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
      const others = this.ids.filter((id) => !holders.includes(id))
      this.add(
        partition,
        this.best(partition, others, (id) => -this.load(id)),
      )
    }
  }

  /** Moves one partition at a time until no two shards differ by more than one. */
  level(): void {
    for (;;) {
      const byLoad = [...this.ids].sort((a, b) => this.load(a) - this.load(b))
      const [least, most] = [byLoad[0], byLoad.at(-1)]
      if (!least || !most || this.load(most) - this.load(least) < 2) return
      const partition = this.movable(most, least)
      this.drop(partition, most)
      this.add(partition, least)
    }
  }

  /** The partition that `to` wants most among those that only `from` holds; there always is one. */
  private movable(from: string, to: string): number {
    let chosen = -1
    for (let p = 0; p < this.holders.length; p += 1) {
      const holders = this.holdersOf(p)
      if (!holders.includes(from) || holders.includes(to)) continue
      if (chosen < 0 || this.score(to, p) > this.score(to, chosen)) chosen = p
    }
    return chosen
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
