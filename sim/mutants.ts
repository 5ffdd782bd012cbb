/**
 * Known bugs, one by one, each of which the checkers must find: a checker that was never seen to
 * fail proves nothing. They are put around the production modules or in place of one of their
 * methods for as long as a run lasts; `src` knows nothing of them.
 */
import { MUTANTS_OF_COORDINATORS } from './mutants/coordinators.ts'
import { MUTANTS_OF_INGESTION } from './mutants/ingestion.ts'
import { MUTANTS_OF_SHARDS } from './mutants/shards.ts'
import { type Mutation, NO_MUTATION } from './mutation.ts'
import { simulate } from './simulate.ts'

export type Mutants = Readonly<Record<string, Partial<Mutation>>>

const ALL: Mutants = {
  ...MUTANTS_OF_COORDINATORS,
  ...MUTANTS_OF_SHARDS,
  ...MUTANTS_OF_INGESTION,
}

export const MUTANT_NAMES: readonly string[] = Object.keys(ALL)

/** Found only by many seeds, and so not in every run of the tests. */
export const RARE_MUTANTS: ReadonlySet<string> = new Set([])

export function mutantNamed(name: string): Mutation {
  return { ...NO_MUTATION, ...ALL[name] }
}

export interface Hunt {
  /** How many were run. */
  readonly seeds: number
  /** The promise whose checker found it; undefined = none did. */
  readonly promise: string | undefined
}

/** Runs seed after seed until one finds the bug. */
export async function huntMutant(
  name: string,
  { seed, seeds, operations }: { seed: number; seeds: number; operations: number },
): Promise<Hunt> {
  const mutation = mutantNamed(name)
  for (let tried = 1; tried <= seeds; tried += 1) {
    const { violations } = await simulate({ seed: seed + tried - 1, operations, mutation })
    const first = violations[0]
    if (first) return { seeds: tried, promise: first.promise }
  }
  return { seeds, promise: undefined }
}
