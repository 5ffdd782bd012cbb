/**
 * One statistic against the tail of its kind and its share of the budget: how rare is it, and does
 * that make it a finding?
 */
import { type Channel, RULE_VERSION } from './options.ts'
import {
  levelAt,
  monthlyRate,
  observe,
  observeAnomaly,
  RESTING_BLOCKS,
  type Tail,
  type TailManner,
} from './tail.ts'
import type { Direction, Finding } from './verdict.ts'

export interface Question {
  readonly channel: Exclude<Channel, 'stuck'>
  readonly direction: Direction
  readonly timeMs: number
  readonly value: number
  readonly expected: number
  /** The usual deviation; the statistic counts in it. */
  readonly scale: number
  readonly statistic: number
  readonly sharePerMonth: number
  readonly budgetPerMonth: number
}

export interface Judgement {
  readonly channel: Channel
  readonly tail: Tail
  readonly score: number
  readonly finding: Finding | undefined
}

/** How the tail of each channel learns, and what an anomaly is taken as, in limits. */
const MANNERS: Readonly<Record<Exclude<Channel, 'stuck'>, TailManner & { anomalyAs: number }>> = {
  surprise: { fit: 'moments', restingBlocks: 0, anomalyAs: 1.15 },
  season: { fit: 'quantiles', restingBlocks: 0, anomalyAs: 1 },
  hours: { fit: 'quantiles', restingBlocks: RESTING_BLOCKS, anomalyAs: 1 },
  level: { fit: 'quantiles', restingBlocks: RESTING_BLOCKS, anomalyAs: 1 },
}
/** Rarer than this is not told apart. */
const RATE_MIN = 1e-12

export function judge(tail: Tail, question: Question): Judgement {
  const { statistic, timeMs, sharePerMonth } = question
  const { channel } = question
  const manner = MANNERS[channel]
  const rate = monthlyRate(tail, statistic)
  const score = rate === undefined ? 0 : scoreOf(rate, sharePerMonth)
  if (rate === undefined || score < 1) {
    return { channel, tail: observe(tail, timeMs, statistic, manner), score, finding: undefined }
  }
  const limit = levelAt(tail, sharePerMonth)
  const taught = observeAnomaly(tail, timeMs, limit * manner.anomalyAs, manner)
  const finding = findingOf(question, limit, tail.maxima.length, rate)
  return { channel, tail: taught, score, finding }
}

export function scoreOf(ratePerMonth: number, sharePerMonth: number): number {
  return 1 + Math.log10(sharePerMonth / Math.max(ratePerMonth, RATE_MIN))
}

function findingOf(question: Question, limit: number, comparable: number, rate: number): Finding {
  const { channel, direction, value, expected, scale, statistic } = question
  const { sharePerMonth, budgetPerMonth } = question
  return {
    ...{ channel, direction, value, expected, statistic, comparable },
    ...{ sharePerMonth, budgetPerMonth },
    low: expected - limit * scale,
    high: expected + limit * scale,
    ratePerMonth: Math.max(rate, RATE_MIN),
    isLikeSunday: false,
    rule: RULE_VERSION,
  }
}
