/**
 * Of which replica an answer is asked next, where not all of them are needed.
 */
import type { ShardLink } from './hop.ts'

/**
 * The position of the fastest among those that may be asked; -1 = none. Of equally fast ones it is
 * one to which a body leaves anyway, so that the reads of a turn travel to few shards in large
 * bodies; else the first in the placement, which differs from key to key and so from turn to turn.
 */
export function nextToAsk(
  links: readonly Pick<ShardLink, 'health' | 'isLeaving'>[],
  mayAsk: (replica: number) => boolean,
): number {
  let best = -1
  let costOfBest = Number.POSITIVE_INFINITY
  for (const [replica, { health, isLeaving }] of links.entries()) {
    const cost = 2 * health.rank + (isLeaving ? 0 : 1)
    if (cost >= costOfBest || !mayAsk(replica)) continue
    best = replica
    costOfBest = cost
  }
  return best
}
