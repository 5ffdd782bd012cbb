/**
 * What `npm run sim` and `npm run sim:mutants` may be told, and how a failure is said: the promise,
 * the facts, the seed, the commit, and the one command that does it all again.
 */
import { execFileSync } from 'node:child_process'
import { Option } from 'commander'
import { newCommand, wholeNumber } from '../src/app/new-command.ts'
import { type Output, processOutput } from '../src/app/output.ts'
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

const OPERATIONS_DEFAULT = 400
const ENGINES: readonly EngineKind[] = ['memory', 'sqlite']
const SUMMARIES = {
  sim: 'The whole store on virtual time, under faults that are drawn from a seed.',
  'sim:mutants': 'Puts each known bug into the store, and looks for a seed that finds it.',
}
/** Of one run; further ones say the same again. */
const VIOLATIONS_SHOWN = 5

interface ToolOptions {
  readonly tool?: keyof typeof SUMMARIES
  readonly seedsDefault?: number
  readonly output?: Output
}

/** Throws CommanderError after help, and after a sentence that says what is wrong. */
export function parseSimArguments(
  args: readonly string[],
  { tool = 'sim', seedsDefault = 1, output = processOutput }: ToolOptions = {},
): SimArguments {
  const command = newCommand(`npm run ${tool} --`, output)
    .description(SUMMARIES[tool])
    .option('--seed <n>', 'the first seed', wholeNumber, 1)
    .option('--seeds <n>', 'so many, one after another', wholeNumber, seedsDefault)
    .option('--operations <n>', 'of the clients, in each run', wholeNumber, OPERATIONS_DEFAULT)
    .addOption(new Option('--engine <kind>', 'of the shards').choices(ENGINES).default('memory'))
  const switches = FAULTS.map((fault) => ({ fault, option: new Option(`--no-${fault}`) }))
  for (const { option } of switches) command.addOption(option)
  command.parse(args, { from: 'user' })
  const { seed, seeds, operations, engine, ...faults } = command.opts()
  const absent = switches.filter(({ option }) => faults[option.attributeName()] === false)
  return { seed, seeds, operations, engine, absent: new Set(absent.map(({ fault }) => fault)) }
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
