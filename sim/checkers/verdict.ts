/**
 * All checkers over one history. Of each promise the first few violations are enough.
 */
import type { History } from '../history.ts'
import { FLOORS } from '../workload.ts'
import {
  checkArrivals,
  checkCommits,
  checkFloorReads,
  checkFloors,
  type FinalReads,
} from './readings.ts'
import { checkReads } from './reads.ts'
import type { Violation } from './violation.ts'

export function verdictOn(
  history: History,
  final: FinalReads,
  indexSize: number,
): readonly Violation[] {
  const { writes, reads, logged, commits, deadLetters, stuck } = history
  const byClients = reads.filter(({ key }) => !key.startsWith('energy:'))
  return [
    ...checkReads(writes, byClients),
    ...checkFloorReads(reads, FLOORS),
    ...checkCommits(commits),
    ...checkArrivals(logged, deadLetters, final),
    ...checkFloors(logged, FLOORS, indexSize, final),
    ...stuck.map((sentence) => ({ promise: 'S16', sentence })),
  ]
}
