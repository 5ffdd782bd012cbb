/**
 * `npm run torture`: the store as real processes under real faults. Tells what is done while it is
 * done, and at the end a table for each phase. Exit code 1 when something was lost, stale or came
 * back from the dead, and when the run did not show that nothing was (see failed.ts); any other
 * goal that was missed is told and no more.
 *
 * It needs a system on which the whole of 127.0.0.0/8 is this machine (Linux), since each process
 * connects from an address of its own.
 */
import { runTool } from '../src/app/new-command.ts'
import { type Phase, parseTortureArguments, type TortureArguments } from './command-line.ts'
import { outageFailed, reshapeFailed, stormFailed } from './failed.ts'
import { outageLines, runOutage } from './outage.ts'
import { runReshape } from './reshape.ts'
import { reshapeLines } from './reshape-table.ts'
import { runStorm } from './storm.ts'
import { stormLines } from './storm-table.ts'
import { type Line, missed, tableText } from './table.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const say = (text: string) => process.stderr.write(`... ${text}\n`)

const EQUAL_WITHIN_MS = 60_000
const OUTAGE = { outageMs: 60_000, writesPerSecond: 1_000 }
const RESHAPE = { keys: 100_000, clients: 64 }
const SHOWN_MAX = 10

/** Resolves to why it failed; to nothing when it went well. */
const RUNS: Readonly<Record<Phase, (args: TortureArguments) => Promise<readonly string[]>>> = {
  storm,
  outage,
  reshape,
}

async function storm({ minutes, seed }: TortureArguments): Promise<readonly string[]> {
  const durationMs = minutes * 60_000
  const result = await runStorm({ seed, durationMs, equalWithinMs: EQUAL_WITHIN_MS, say })
  report(`storm: seed ${seed}, ${minutes} min`, stormLines(result))
  tell(
    'violation',
    result.violations.map(({ promise, sentence }) => `${promise}: ${sentence}`),
  )
  tell('unequal', result.convergence.last.unequal)
  tell('process', result.failures)
  return stormFailed(result)
}

async function outage(): Promise<readonly string[]> {
  const result = await runOutage({ ...OUTAGE, equalWithinMs: 2 * EQUAL_WITHIN_MS, say })
  const { outageMs, writesPerSecond } = OUTAGE
  const title = `outage: one shard away for ${outageMs / 1_000} s at ${writesPerSecond} writes/s`
  report(title, outageLines(result))
  tell('unequal', result.convergence.last.unequal)
  tell('process', result.failures)
  return outageFailed(result)
}

async function reshape(): Promise<readonly string[]> {
  const result = await runReshape({ ...RESHAPE, say })
  const title = `reshape: a fourth shard comes, the first goes, under ${RESHAPE.clients} clients`
  report(title, reshapeLines(result))
  for (const { kind, refusal } of result.steps) {
    if (refusal !== null) print(`  ${kind} was refused: ${refusal}`)
  }
  tell('process', result.failures)
  return reshapeFailed(result)
}

function report(title: string, lines: readonly Line[]): void {
  print(`\n${tableText(title, lines)}`)
  print(`  goals missed: ${missed(lines).length}`)
}

function tell(what: string, sentences: readonly string[]): void {
  for (const sentence of sentences.slice(0, SHOWN_MAX)) print(`  ${what}: ${sentence}`)
  if (sentences.length > SHOWN_MAX) print(`  and ${sentences.length - SHOWN_MAX} more`)
}

async function run(args: TortureArguments): Promise<number> {
  let isWell = true
  for (const phase of args.phases) {
    say(`phase ${phase}`)
    const failed = await RUNS[phase](args)
    tell('FAILED', failed)
    if (failed.length > 0) isWell = false
  }
  return isWell ? 0 : 1
}

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
process.exitCode = await runTool(parseTortureArguments, run)
