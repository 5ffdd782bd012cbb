/**
 * `npm run sim`: one seed, or many, which run on all cores. A single one tells its profile before
 * it begins and its digest when it is over; many are counted. A failing seed is run again with each
 * of its faults switched off, and what the failure does not need is left out of the command that
 * replays it.
 */
import { runTool } from '../src/app/new-command.ts'
import { failureText, parseSimArguments, replayCommand, type SimArguments } from './command-line.ts'
import { FAULTS, profileText } from './faults.ts'
import { Pool } from './pool.ts'
import { type RunReport, simulate } from './simulate.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
/** More failing seeds than this are only counted. */
const FAILURES_EXPLAINED_MAX = 3

function run(args: SimArguments): Promise<number> {
  return args.seeds === 1 ? runOne(args) : runMany(args)
}

async function runOne(args: SimArguments): Promise<number> {
  const { seed } = args
  const announce = (profile: RunReport['profile']) => print(`seed ${seed}: ${profileText(profile)}`)
  const report = await simulate({ ...args, announce })
  print(`digest ${report.digest}`)
  if (report.violations.length > 0) {
    const pool = new Pool()
    await explain(pool, args, report)
    await pool.close()
  }
  print(summary([report]))
  return report.violations.length === 0 ? 0 : 1
}

async function runMany(args: SimArguments): Promise<number> {
  const pool = new Pool()
  const seeds = Array.from({ length: args.seeds }, (_, index) => args.seed + index)
  const { operations, engine, absent } = args
  const reports: RunReport[] = []
  let failed = 0
  for await (const report of pool.inOrder(
    seeds.map((seed) => ({ seed, operations, engine, absent })),
  )) {
    reports.push(report)
    if (report.violations.length === 0) continue
    failed += 1
    if (failed <= FAILURES_EXPLAINED_MAX) await explain(pool, args, report)
    else print(`seed ${report.seed} FAILED: ${report.violations[0]?.promise}`)
  }
  await pool.close()
  print(summary(reports))
  return failed === 0 ? 0 : 1
}

function summary(reports: readonly RunReport[]): string {
  const sum = (count: (report: RunReport) => number) =>
    reports.reduce((total, report) => total + count(report), 0)
  const failed = reports.filter(({ violations }) => violations.length > 0).length
  const minutes = Math.round(sum(({ virtualMs }) => virtualMs) / 60_000)
  return (
    `${reports.length} seeds, ${failed} failed; ` +
    `${sum((one) => one.acknowledged)} acknowledged writes, ${sum((one) => one.reads)} reads, ` +
    `${sum((one) => one.conditional)} conditional, ` +
    `${sum((one) => one.ringChanges)} ring changes, ` +
    `${sum((one) => one.events)} events, ${minutes} virtual min`
  )
}

async function explain(pool: Pool, args: SimArguments, report: RunReport): Promise<void> {
  print(failureText(args, report))
  const { operations, engine } = args
  const absent = new Set(args.absent)
  for (const fault of FAULTS) {
    if (report.profile[fault] === 0) continue
    const without = new Set([...absent, fault])
    const task = { seed: report.seed, operations, engine, absent: without }
    const { violations } = await pool.run(task)
    if (violations.length > 0) absent.add(fault)
  }
  print(`  smaller: ${replayCommand({ ...args, absent }, report.seed)}`)
}

process.exitCode = await runTool(parseSimArguments, run)
