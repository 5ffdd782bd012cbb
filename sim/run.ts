/**
 * `npm run sim`: one seed, or many. A single one tells its profile before it begins and its digest
 * when it is over; many are counted. A failing seed is run again with each of its faults switched
 * off, and what the failure does not need is left out of the command that replays it.
 */
import { failureText, parseSimArguments, replayCommand, type SimArguments } from './command-line.ts'
import { FAULTS, profileText } from './faults.ts'
import { type RunReport, simulate } from './simulate.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
/** More failing seeds than this are only counted. */
const FAILURES_EXPLAINED_MAX = 3

async function main(): Promise<number> {
  const args = parseSimArguments(process.argv.slice(2))
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n`)
    return 2
  }
  const sum = { events: 0, virtualMs: 0, acknowledged: 0, reads: 0, failed: 0 }
  for (let seed = args.seed; seed < args.seed + args.seeds; seed += 1) {
    const report = await simulate({ ...args, seed, announce: announced(args, seed) })
    sum.events += report.events
    sum.virtualMs += report.virtualMs
    sum.acknowledged += report.acknowledged
    sum.reads += report.reads
    if (args.seeds === 1) print(`digest ${report.digest}`)
    if (report.violations.length === 0) continue
    sum.failed += 1
    if (sum.failed <= FAILURES_EXPLAINED_MAX) await explain(args, report)
  }
  print(
    `${args.seeds} seeds, ${sum.failed} failed; ${sum.acknowledged} acknowledged writes, ` +
      `${sum.reads} reads, ${sum.events} events, ${Math.round(sum.virtualMs / 60_000)} virtual min`,
  )
  return sum.failed === 0 ? 0 : 1
}

function announced(args: SimArguments, seed: number) {
  return (profile: RunReport['profile']) => {
    if (args.seeds === 1) print(`seed ${seed}: ${profileText(profile)}`)
  }
}

async function explain(args: SimArguments, report: RunReport): Promise<void> {
  print(failureText(args, report))
  const absent = new Set(args.absent)
  for (const fault of FAULTS) {
    if (report.profile[fault] === 0) continue
    const without = new Set([...absent, fault])
    const { violations } = await simulate({ ...args, seed: report.seed, absent: without })
    if (violations.length > 0) absent.add(fault)
  }
  print(`  smaller: ${replayCommand({ ...args, absent }, report.seed)}`)
}

process.exitCode = await main()
