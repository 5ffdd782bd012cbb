/**
 * What `npm run torture` may be told.
 */
import { parseArgs } from 'node:util'

export const PHASES = ['storm', 'outage', 'reshape'] as const
export type Phase = (typeof PHASES)[number]

export interface TortureArguments {
  /** Of the storm. */
  readonly minutes: number
  readonly seed: number
  readonly phases: readonly Phase[]
}

/** The arguments, or a sentence that says what is wrong with them. */
export function parseTortureArguments(args: readonly string[]): TortureArguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        phases: { type: 'string', default: PHASES.join(',') },
      },
    })
    const minutes = Number(values.minutes)
    if (!(minutes > 0)) return '--minutes is a number greater than 0.'
    const seed = Number(values.seed)
    if (!Number.isSafeInteger(seed) || seed < 1) return '--seed is a whole number from 1.'
    const named = values.phases.split(',')
    const phases = PHASES.filter((phase) => named.includes(phase))
    if (phases.length !== named.length) return `--phases are of ${PHASES.join(', ')}.`
    return { minutes, seed, phases }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
