/**
 * What `npm run torture` may be told.
 */
import { InvalidArgumentError } from 'commander'
import { newCommand, positiveNumber, wholeNumber } from '../src/app/new-command.ts'
import { processOutput } from '../src/app/output.ts'

export const PHASES = ['storm', 'outage', 'reshape'] as const
export type Phase = (typeof PHASES)[number]

export interface TortureArguments {
  /** Of the storm. */
  readonly minutes: number
  readonly seed: number
  readonly phases: readonly Phase[]
}

/** Throws CommanderError after help, and after a sentence that says what is wrong. */
export function parseTortureArguments(
  args: readonly string[],
  output = processOutput,
): TortureArguments {
  return newCommand('npm run torture --', output)
    .description('The store as real processes, under real faults.')
    .option('--minutes <n>', 'how long the storm lasts', positiveNumber, 10)
    .option('--seed <n>', 'which faults it brings, and when', wholeNumber, 1)
    .option('--phases <list>', `of ${PHASES.join(',')}`, phasesOf, PHASES)
    .parse(args, { from: 'user' })
    .opts()
}

function phasesOf(text: string): readonly Phase[] {
  const named = text.split(',')
  const phases = PHASES.filter((phase) => named.includes(phase))
  if (phases.length === named.length) return phases
  throw new InvalidArgumentError(`They are of ${PHASES.join(', ')}.`)
}
