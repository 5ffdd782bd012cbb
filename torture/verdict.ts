/**
 * What the checkers of the simulation found, as the numbers that must be zero.
 */
import type { Violation } from '../sim/checkers/violation.ts'

export const WRONGS = ['lost', 'stale', 'resurrected', 'never written', 'not linearizable'] as const
export type Wrong = (typeof WRONGS)[number]

/** By the promise that was broken (docs/invariants.md). */
const WRONG_OF: Readonly<Record<string, Wrong>> = {
  S3: 'lost',
  S5: 'stale',
  S6: 'stale',
  S19: 'stale',
  S7: 'resurrected',
  S18: 'resurrected',
  S4: 'never written',
  S8: 'never written',
  S22: 'not linearizable',
}

export type Wrongs = Readonly<Record<Wrong, number>>

const none = (): Record<Wrong, number> => ({
  ...{ lost: 0, stale: 0, resurrected: 0, 'never written': 0, 'not linearizable': 0 },
})

/** A promise without a name here counts as lost: nothing that was found goes uncounted. */
export function countWrongs(violations: readonly Violation[]): Wrongs {
  const counts = none()
  for (const { promise } of violations) counts[WRONG_OF[promise] ?? 'lost'] += 1
  return counts
}
