/**
 * All checkers over one history. Of each promise the first few violations are enough.
 */
import type { History } from '../history.ts'
import { FLOORS } from '../workload.ts'
import { checkBanks } from './bank.ts'
import { checkLinearizable } from './linearizable.ts'
import {
  checkArrivals,
  checkCommits,
  checkFloorReads,
  checkFloors,
  type FinalReads,
} from './readings.ts'
import { checkReads } from './reads.ts'
import { checkSets } from './set.ts'
import type { Violation } from './violation.ts'

export function verdictOn(
  history: History,
  final: FinalReads,
  indexSize: number,
  onDisks: readonly Violation[] = [],
): readonly Violation[] {
  const { writes, reads, conditional, logged, commits, deadLetters, rings, stuck } = history
  const byClients = reads.filter(({ key }) => !key.startsWith('energy:'))
  return [
    ...checkReads(writes, byClients),
    ...checkLinearizable(conditional),
    ...checkSets(conditional),
    ...checkBanks(conditional),
    ...checkFloorReads(reads, FLOORS),
    ...checkCommits(commits),
    ...checkArrivals(logged, deadLetters, final),
    ...checkFloors(logged, FLOORS, indexSize, final),
    ...checkRings(rings),
    ...onDisks,
    ...stuck.map((sentence) => ({ promise: 'S20', sentence })),
  ]
}

/** In the end all coordinators go by one ring. */
export function checkRings(rings: readonly string[]): readonly Violation[] {
  const distinct = [...new Set(rings)]
  if (distinct.length <= 1) return []
  return [
    { promise: 'S13', sentence: `there are ${distinct.length} rings: ${distinct.join(', ')}` },
  ]
}
