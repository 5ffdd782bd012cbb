/**
 * What the strokes of a storm work on, and what they leave behind for the table.
 */
import type { Random } from '../src/ports/random.ts'
import type { Cluster } from './cluster.ts'
import type { Member } from './member.ts'
import type { Tally, WindowCount } from './tally.ts'

export interface KillMeasure {
  readonly gapMs: number
  /** For so long one key could not be written, whatever became of others. */
  readonly keyGapMs: number
  readonly slowestMs: number
}

export interface RingChange {
  readonly kind: 'add' | 'remove' | 'replace'
  /** Why the store did not do it; null = done. */
  readonly refusal: string | null
  readonly tookMs: number
  readonly window: WindowCount
}

export interface StormWorld {
  readonly cluster: Cluster
  readonly clientNames: readonly string[]
  readonly tally: Tally
  readonly kills: KillMeasure[]
  readonly changes: RingChange[]
}

/** Does one stroke and undoes it; the sentence says to whom and how long. */
export type Act = (world: StormWorld, random: Random, durationMs: number) => Promise<string>

export const NOBODY = 'nobody was free for it'

/** So many members that are up and that no other stroke has in hand, for as long as `act` takes. */
export async function withSome(
  members: readonly Member[],
  count: number,
  random: Random,
  act: (chosen: readonly Member[]) => Promise<string>,
): Promise<string> {
  const free = members.filter(({ isUp, isBusy }) => isUp && !isBusy)
  if (free.length < count) return NOBODY
  const chosen = Array.from({ length: count }, () =>
    free.splice(random.below(free.length), 1),
  ).flat()
  for (const member of chosen) member.isBusy = true
  try {
    return await act(chosen)
  } finally {
    for (const member of chosen) member.isBusy = false
  }
}

export const namesOf = (members: readonly Member[]): string =>
  members.map(({ name }) => name).join(', ')

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
