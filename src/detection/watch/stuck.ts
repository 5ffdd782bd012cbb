/**
 * A meter that says the same again and again: dead or frozen, when a run gets longer than runs of
 * this meter do. See runs.ts for how that is known.
 */
import { type Judgement, scoreOf } from './judgement.ts'
import { RULE_VERSION } from './options.ts'
import { nextRun, type Runs, runChance, runsCounted } from './runs.ts'

export interface StuckStep {
  readonly runs: Runs
  readonly judgement: Omit<Judgement, 'tail'> | undefined
}

/** Runs are counted over so many days. */
const MEMORY_DAYS = 180
/** Before so many runs have been counted none is judged. */
const RUNS_FIRST = 100
const DAY_MS = 86_400_000
const DAYS_PER_MONTH = 365.25 / 12

export function stepStuck(
  before: Runs,
  value: number,
  stepMs: number,
  sharePerMonth: number,
): StuckStep {
  const perDay = DAY_MS / stepMs
  const runs = nextRun(before, value, MEMORY_DAYS * perDay)
  const counted = runsCounted(before)
  if (runs.length < 2 || counted < RUNS_FIRST) return { runs, judgement: undefined }
  const known = { ...before, value, length: runs.length }
  const ratePerMonth = runChance(known) * DAYS_PER_MONTH * perDay
  const score = scoreOf(ratePerMonth, sharePerMonth)
  const same = { value, expected: value, low: value, high: value }
  const finding = {
    channel: 'stuck',
    direction: 'none',
    ...same,
    statistic: runs.length,
    comparable: Math.round(counted),
    ratePerMonth,
    sharePerMonth,
    isLikeSunday: false,
    rule: RULE_VERSION,
  } as const
  return { runs, judgement: { channel: 'stuck', score, finding: score < 1 ? undefined : finding } }
}
