/**
 * Known bugs, one by one, each of which the checkers must find: a checker that was never seen to
 * fail proves nothing. They are put around the production modules or in place of one of their
 * methods for as long as a run lasts; `src` knows nothing of them.
 */
import { must } from '../src/model/must.ts'
import { MUTANTS_OF_CONDITIONAL } from './mutants/conditional.ts'
import { MUTANTS_OF_COORDINATORS } from './mutants/coordinators.ts'
import { MUTANTS_OF_INGESTION } from './mutants/ingestion.ts'
import { MUTANTS_OF_MOVES } from './mutants/moves.ts'
import { MUTANTS_OF_REPAIR } from './mutants/repair.ts'
import { MUTANTS_OF_SHARDS } from './mutants/shards.ts'
import { type Mutant, type Mutation, NO_MUTATION } from './mutation.ts'

export type Mutants = Readonly<Record<string, Mutant>>

const ALL: Mutants = {
  ...MUTANTS_OF_COORDINATORS,
  ...MUTANTS_OF_SHARDS,
  ...MUTANTS_OF_INGESTION,
  ...MUTANTS_OF_MOVES,
  ...MUTANTS_OF_REPAIR,
  ...MUTANTS_OF_CONDITIONAL,
}

export const MUTANT_NAMES: readonly string[] = Object.keys(ALL)

/** Found only by many seeds, and so not in every run of the tests. */
export const RARE_MUTANTS: ReadonlySet<string> = new Set([
  'while a partition moves only those who held it before count',
  'a newcomer keeps stale rows of an earlier stay',
  'an attempt is forgotten before all have refused it',
])

/** The promises of which one must find it. */
export function promisesBrokenBy(name: string): readonly string[] {
  return must(ALL[name], `a known bug is called ${name}`).foundBy
}

export function mutantNamed(name: string): Mutation {
  return { ...NO_MUTATION, ...ALL[name] }
}
