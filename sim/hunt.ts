/**
 * Looks for a seed that finds a known bug. Several bugs are hunted at the same time, each seed of
 * one after the other.
 */
import { MUTANT_NAMES } from './mutants.ts'
import type { Pool } from './pool.ts'

export interface Hunt {
  readonly name: string
  /** How many were run. */
  readonly seeds: number
  /** The seed that found it, and the promise whose checker did; undefined = none. */
  readonly found?: { readonly seed: number; readonly promise: string }
}

export interface Range {
  readonly seed: number
  readonly seeds: number
  readonly operations: number
}

/** The hunts in the order of the names. */
export async function* hunts(
  pool: Pool,
  rangeOf: (name: string) => Range,
  names: readonly string[] = MUTANT_NAMES,
): AsyncGenerator<Hunt> {
  const all = names.map((name) => huntMutant(pool, name, rangeOf(name)))
  for (const hunt of all) yield await hunt
}

/** Runs seed after seed until one finds the bug. */
async function huntMutant(pool: Pool, name: string, range: Range): Promise<Hunt> {
  const { seed: first, seeds, operations } = range
  for (let tried = 1; tried <= seeds; tried += 1) {
    const seed = first + tried - 1
    const { violations } = await pool.run({ seed, operations, mutant: name })
    const promise = violations[0]?.promise
    if (promise !== undefined) return { name, seeds: tried, found: { seed, promise } }
  }
  return { name, seeds }
}
