/**
 * `npm run sim:mutants`: puts each known bug into the system and looks for a seed that finds it.
 * "k of k found" says that the checkers can see; the number of seeds says how sharply.
 */
import { runTool } from '../src/app/new-command.ts'
import { parseSimArguments, type SimArguments } from './command-line.ts'
import { hunts } from './hunt.ts'
import { MUTANT_NAMES } from './mutants.ts'
import { Pool } from './pool.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const SEEDS_DEFAULT = 400

const parse = (args: readonly string[]) =>
  parseSimArguments(args, { tool: 'sim:mutants', seedsDefault: SEEDS_DEFAULT })

async function run(args: SimArguments): Promise<number> {
  const pool = new Pool()
  const tries: number[] = []
  for await (const { name, seeds, found } of hunts(pool, () => args)) {
    if (found) tries.push(seeds)
    const result = found ? `${found.promise}, ${seeds} seeds` : 'NOT FOUND'
    print(`${name.padEnd(70)} ${result}`)
  }
  await pool.close()
  const median = tries.toSorted((a, b) => a - b)[tries.length >> 1] ?? 0
  print(`${tries.length} of ${MUTANT_NAMES.length} found, median ${median} seeds`)
  return tries.length === MUTANT_NAMES.length ? 0 : 1
}

process.exitCode = await runTool(parse, run)
