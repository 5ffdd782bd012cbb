/**
 * Looks for a seed that finds a known bug. Several bugs are hunted at the same time, each seed of
 * one after the other. What counts is a promise that the bug is said to break; whatever else goes
 * wrong on its account is passed over, for it could also be seen where the checker that is meant
 * for it is blind.
 */
import { MUTANT_NAMES, promisesBrokenBy } from './mutants.ts'
import type { RunTask } from './pool.ts'
import type { RunReport } from './simulate.ts'

/** Runs a seed; see pool.ts. */
export interface Runner {
  run(task: RunTask): Promise<Pick<RunReport, 'violations'>>
}

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
  pool: Runner,
  rangeOf: (name: string) => Range,
  names: readonly string[] = MUTANT_NAMES,
): AsyncGenerator<Hunt> {
  const all = names.map((name) => huntMutant(pool, name, rangeOf(name)))
  for (const hunt of all) yield await hunt
}

/** Runs seed after seed until one finds the bug. */
async function huntMutant(pool: Runner, name: string, range: Range): Promise<Hunt> {
  const { seed: first, seeds, operations } = range
  const foundBy = promisesBrokenBy(name)
  for (let tried = 1; tried <= seeds; tried += 1) {
    const seed = first + tried - 1
    const { violations } = await pool.run({ seed, operations, mutant: name })
    const broken = violations.find(({ promise }) => foundBy.includes(promise))
    if (broken) return { name, seeds: tried, found: { seed, promise: broken.promise } }
  }
  return { name, seeds }
}
