/**
 * `npm run torture`: the store as real processes under real faults. Tells what is done while it is
 * done, and at the end a table for each phase. Exit code 1 when something was lost, stale or came
 * back from the dead; a goal that was missed is told and no more.
 *
 * It needs a system on which the whole of 127.0.0.0/8 is this machine (Linux), since each process
 * connects from an address of its own.
 */
import { type Phase, parseTortureArguments, type TortureArguments } from './command-line.ts'
import { outageLines, runOutage } from './outage.ts'
import { runReshape } from './reshape.ts'
import { reshapeLines, wrongReads } from './reshape-table.ts'
import { runStorm } from './storm.ts'
import { stormLines } from './storm-table.ts'
import { tableText } from './table.ts'
import { isClean } from './verdict.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const say = (text: string) => process.stderr.write(`... ${text}\n`)

const EQUAL_WITHIN_MS = 60_000
const OUTAGE = { outageMs: 60_000, writesPerSecond: 1_000 }
const RESHAPE = { keys: 100_000, clients: 64 }
const SHOWN_MAX = 10

/** Resolves to true when nothing was wrong. */
const RUNS: Readonly<Record<Phase, (args: TortureArguments) => Promise<boolean>>> = {
  storm,
  outage,
  reshape,
}

async function storm({ minutes, seed }: TortureArguments): Promise<boolean> {
  const durationMs = minutes * 60_000
  const result = await runStorm({ seed, durationMs, equalWithinMs: EQUAL_WITHIN_MS, say })
  const lines = stormLines(result)
  print(`\n${tableText(`storm: seed ${seed}, ${minutes} min`, lines)}`)
  tell(
    'violation',
    result.violations.map(({ promise, sentence }) => `${promise}: ${sentence}`),
  )
  tell('unequal', result.convergence.last.unequal)
  tell('process', result.failures)
  return isClean(result.wrongs)
}

async function outage(): Promise<boolean> {
  const result = await runOutage({ ...OUTAGE, equalWithinMs: 2 * EQUAL_WITHIN_MS, say })
  const { outageMs, writesPerSecond } = OUTAGE
  const title = `outage: one shard away for ${outageMs / 1_000} s at ${writesPerSecond} writes/s`
  print(`\n${tableText(title, outageLines(result))}`)
  tell('unequal', result.convergence.last.unequal)
  tell('process', result.failures)
  return result.lost === 0
}

async function reshape(): Promise<boolean> {
  const result = await runReshape({ ...RESHAPE, say })
  const title = `reshape: a fourth shard comes, the first goes, under ${RESHAPE.clients} clients`
  print(`\n${tableText(title, reshapeLines(result))}`)
  for (const { kind, refusal } of result.steps) {
    if (refusal !== null) print(`  ${kind} was refused: ${refusal}`)
  }
  tell('process', result.failures)
  return wrongReads(result) === 0
}

function tell(what: string, sentences: readonly string[]): void {
  for (const sentence of sentences.slice(0, SHOWN_MAX)) print(`  ${what}: ${sentence}`)
  if (sentences.length > SHOWN_MAX) print(`  and ${sentences.length - SHOWN_MAX} more`)
}

async function main(): Promise<number> {
  const args = parseTortureArguments(process.argv.slice(2))
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n`)
    return 2
  }
  let isWell = true
  for (const phase of args.phases) {
    say(`phase ${phase}`)
    isWell = (await RUNS[phase](args)) && isWell
  }
  return isWell ? 0 : 1
}

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
process.exitCode = await main()
