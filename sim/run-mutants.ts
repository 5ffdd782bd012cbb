/**
 * `npm run sim:mutants`: puts each known bug into the system and looks for a seed that finds it.
 * "k of k found" says that the checkers can see; the number of seeds says how sharply.
 */
import { parseSimArguments } from './command-line.ts'
import { huntMutant, MUTANT_NAMES } from './mutants.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const SEEDS_DEFAULT = 400

async function main(): Promise<number> {
  const args = parseSimArguments(process.argv.slice(2), SEEDS_DEFAULT)
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n`)
    return 2
  }
  const tries: number[] = []
  for (const name of MUTANT_NAMES) {
    const { seeds, promise } = await huntMutant(name, args)
    if (promise !== undefined) tries.push(seeds)
    const result = promise === undefined ? 'NOT FOUND' : `${promise}, ${seeds} seeds`
    print(`${name.padEnd(60)} ${result}`)
  }
  const median = tries.toSorted((a, b) => a - b)[tries.length >> 1] ?? 0
  print(`${tries.length} of ${MUTANT_NAMES.length} found, median ${median} seeds`)
  return tries.length === MUTANT_NAMES.length ? 0 : 1
}

process.exitCode = await main()
