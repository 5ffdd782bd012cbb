/**
 * Which replica of each partition comes first. The primary is asked first when nothing else tells
 * the replicas apart, so primaries are spread as evenly as the partitions themselves. Turning the
 * order of a partition's replicas moves no data.
 */
import { must } from '../../model/must.ts'
import type { Placement } from './document.ts'

/**
 * The same holders in an order such that the shards are primary of equally many partitions, as far
 * as the placement allows. Keeps the present first one where it can.
 */
export function levelPrimaries(holders: Placement, ids: readonly string[]): Placement {
  const table = holders.map((holdersOfOne) => [...holdersOfOne])
  const counts = new Map(ids.map((id) => [id, 0]))
  const count = (id: string) => must(counts.get(id), 'the holder is a shard')
  for (const [primary] of table) if (primary) counts.set(primary, count(primary) + 1)

  const byCount = () => [...ids].sort((a, b) => count(b) - count(a))
  for (let from = byCount().find(relieved); from; from = byCount().find(relieved)) {
    counts.set(from, count(from) - 1)
  }
  return table

  /** Hands one primaryship of `from` on along a chain that ends at a shard with two fewer. */
  function relieved(from: string): boolean {
    const chain = chainTo(table, from, (id) => count(id) <= count(from) - 2)
    if (!chain) return false
    for (const { partition, to } of chain) promote(must(table[partition]), to)
    const last = must(chain.at(-1)).to
    counts.set(last, count(last) + 1)
    return true
  }
}

interface Step {
  readonly partition: number
  readonly to: string
}

/** The shortest chain of hand-overs from one shard to one that `isGoal`; undefined when none is. */
function chainTo(
  table: Placement,
  start: string,
  isGoal: (id: string) => boolean,
): readonly Step[] | undefined {
  const steps = handOvers(table)
  const chains = new Map<string, readonly Step[]>([[start, []]])
  for (const [id, chain] of chains) {
    if (isGoal(id)) return chain
    for (const [to, partition] of steps.get(id) ?? []) {
      if (!chains.has(to)) chains.set(to, [...chain, { partition, to }])
    }
  }
  return undefined
}

/** For each primary, to whom it could hand on one of its partitions, and which. */
function handOvers(table: Placement): Map<string, Map<string, number>> {
  const steps = new Map<string, Map<string, number>>()
  for (const [partition, [primary, ...others]] of table.entries()) {
    if (!primary) continue
    const own = steps.get(primary) ?? new Map<string, number>()
    for (const other of others) if (!own.has(other)) own.set(other, partition)
    steps.set(primary, own)
  }
  return steps
}

function promote(holders: string[], id: string): void {
  holders.splice(holders.indexOf(id), 1)
  holders.unshift(id)
}
