/**
 * A meter that says the same again and again: dead or frozen, when a run gets longer than runs of
 * this meter do, or when it says 0 and has hardly ever said so. See runs.ts for how that is known.
 */
import { type Judgement, scoreOf, type Terms } from './judgement.ts'
import { RULE_VERSION, shareOf } from './options.ts'
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

/**
 * A run that alarmed counts for less: what comes twice as often as the budget is usual, and zeros
 * when they come ten times as often, for there is hardly another reason for them than a fault.
 */
const ALARMED_WEIGHT = 0.5
const ALARMED_ZERO_WEIGHT = 0.1

export function stepStuck(before: Runs, value: number, stepMs: number, terms: Terms): StuckStep {
  const perDay = DAY_MS / stepMs
  const length = before.value === value ? before.length + 1 : 1
  const judgement = judgeRun({ ...before, value, length }, perDay, terms)
  const alarmedWeight = value === 0 ? ALARMED_ZERO_WEIGHT : ALARMED_WEIGHT
  const weight = judgement?.finding ? alarmedWeight : 1
  return { runs: nextRun(before, value, MEMORY_DAYS * perDay, weight), judgement }
}

/** `runs`: the books as they stood before the run's newest reading. */
function judgeRun(runs: Runs, perDay: number, terms: Terms): StuckStep['judgement'] {
  const { options, strictness } = terms
  const { value, length } = runs
  const counted = runsCounted(runs)
  const isPlain = length < 2 && value !== 0
  if (value === null || isPlain || counted < RUNS_FIRST) return undefined
  const ratePerMonth = runChance(runs) * DAYS_PER_MONTH * perDay * strictness
  const sharePerMonth = shareOf(options, 'stuck')
  const score = scoreOf(ratePerMonth, sharePerMonth)
  const finding = {
    channel: 'stuck',
    direction: 'none',
    ...{ value, expected: value, low: value, high: value },
    statistic: length,
    comparable: Math.round(counted),
    ratePerMonth,
    sharePerMonth,
    budgetPerMonth: options.budgetPerMonth,
    isLikeSunday: false,
    rule: RULE_VERSION,
  } as const
  return { channel: 'stuck', score, finding: score < 1 ? undefined : finding }
}
