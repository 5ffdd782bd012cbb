/**
 * What `npm run sim` and `npm run sim:mutants` may be told, and how a failure is said: the promise,
 * the facts, the seed, the commit, and the one command that does it all again.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { EngineKind } from './disk.ts'
import { FAULTS, type Fault, profileText } from './faults.ts'
import type { RunReport } from './simulate.ts'

export interface SimArguments {
  readonly seed: number
  readonly seeds: number
  readonly operations: number
  readonly engine: EngineKind
  readonly absent: ReadonlySet<Fault>
}

export const OPERATIONS_DEFAULT = 400
/** Of one run; further ones say the same again. */
const VIOLATIONS_SHOWN = 5

/** The arguments, or a sentence that says what is wrong with them. */
export function parseSimArguments(
  args: readonly string[],
  seedsDefault = 1,
): SimArguments | string {
  const switches = FAULTS.map((fault) => [`no-${fault}`, { type: 'boolean' }] as const)
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: String(seedsDefault) },
        operations: { type: 'string', default: String(OPERATIONS_DEFAULT) },
        engine: { type: 'string', default: 'memory' },
        ...Object.fromEntries(switches),
      },
    })
    const given: Readonly<Record<string, unknown>> = values
    const { engine } = values
    if (engine !== 'memory' && engine !== 'sqlite') return 'The engine is memory or sqlite.'
    const numbers = [values.seed, values.seeds, values.operations].map(Number)
    const [seed = 0, seeds = 0, operations = 0] = numbers
    if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 1)) {
      return '--seed, --seeds and --operations are whole numbers from 1.'
    }
    const absent = new Set(FAULTS.filter((fault) => given[`no-${fault}`] === true))
    return { seed, seeds, operations, engine, absent }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export function replayCommand(args: SimArguments, seed: number): string {
  const { operations, engine, absent } = args
  const parts = [`npm run sim -- --seed=${seed}`]
  if (operations !== OPERATIONS_DEFAULT) parts.push(`--operations=${operations}`)
  if (engine !== 'memory') parts.push(`--engine=${engine}`)
  for (const fault of absent) parts.push(`--no-${fault}`)
  return parts.join(' ')
}

export function failureText(args: SimArguments, report: RunReport): string {
  const { seed, profile, violations } = report
  const shown = violations.slice(0, VIOLATIONS_SHOWN)
  const more = violations.length - shown.length
  return [
    `seed ${seed} FAILED (${profileText(profile)})`,
    ...shown.map(({ promise, sentence }) => `  ${promise}: ${sentence}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    `  commit ${commitName()}`,
    `  replay: ${replayCommand(args, seed)}`,
  ].join('\n')
}

function commitName(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { stdio: 'pipe' })
      .toString()
      .trim()
  } catch {
    return 'unknown'
  }
}
