/**
 * One statistic against the tail of its kind and its share of the budget: how rare is it, and does
 * that make it a finding?
 */
import { type Channel, RULE_VERSION, shareOf, type WatchOptions } from './options.ts'
import type { FitManner } from './pareto.ts'
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

/** What all channels are told alike. */
export interface Terms {
  readonly options: WatchOptions
  /** See achieved.ts. */
  readonly strictness: number
}

export interface Question {
  readonly channel: Exclude<Channel, 'stuck'>
  readonly direction: Direction
  readonly timeMs: number
  readonly value: number
  readonly expected: number
  /** The usual deviation; the statistic counts in it. */
  readonly scale: number
  readonly statistic: number
  readonly terms: Terms
  /** Many readings stand behind it. */
  readonly isSteady: boolean
  /** The tail does not learn at present. */
  readonly isPaused: boolean
}

export interface Judgement {
  readonly channel: Channel
  readonly tail: Tail
  readonly score: number
  readonly finding: Finding | undefined
}

/** How the tail of each channel learns, and what an anomaly is taken as, in limits. */
interface Manner {
  readonly fit: FitManner
  readonly restingBlocks: number
  readonly anomalyAs: number
}

const MANNERS: Readonly<Record<Question['channel'], Manner>> = {
  surprise: { fit: 'moments', restingBlocks: 0, anomalyAs: 1.15 },
  season: { fit: 'quantiles', restingBlocks: RESTING_BLOCKS, anomalyAs: 1 },
  hours: { fit: 'quantiles', restingBlocks: RESTING_BLOCKS, anomalyAs: 1 },
  level: { fit: 'quantiles', restingBlocks: RESTING_BLOCKS, anomalyAs: 1 },
}
/** Rarer than this is not told apart. */
const RATE_MIN = 1e-12
/** Less than one usual deviation is nobody's alarm, however rare it is. */
const STATISTIC_MIN = 1
const ONCE_A_MONTH = 1
/** A thousand times rarer than it need be: no chance, whatever the tail is like. */
const SCORE_CLEAR = 4

export function judge(tail: Tail, question: Question): Judgement {
  const { channel, statistic, timeMs, terms, isSteady, isPaused } = question
  const manner = { ...MANNERS[channel], isSteady }
  const share = shareOf(terms.options, channel)
  const claim = statistic < STATISTIC_MIN ? undefined : monthlyRate(tail, statistic)
  const rate = claim === undefined ? undefined : claim * terms.strictness
  const score = rate === undefined ? 0 : scoreOf(rate, share)
  if (rate === undefined || score < 1) {
    const next = isPaused ? tail : observe(tail, timeMs, statistic, manner)
    return { channel, tail: next, score, finding: undefined }
  }
  const limit = Math.max(STATISTIC_MIN, levelAt(tail, share / terms.strictness))
  const taken = takenAs(tail, limit, score, manner)
  const next = isPaused ? tail : observeAnomaly(tail, timeMs, taken, manner)
  return { channel, tail: next, score, finding: findingOf(question, limit, tail, rate) }
}

/**
 * What an anomaly teaches the tail. One far beyond it is of another kind, and so is one that is
 * merely beyond it where thousands of readings have shown how large a surprise gets: these count as
 * one more of those that come once a month. Otherwise a few weeks of clear faults would raise the
 * limit until the next ones pass below it.
 */
function takenAs(tail: Tail, limit: number, score: number, manner: Manner & TailManner): number {
  const isWellKnown = manner.fit === 'moments' && manner.isSteady
  const isOfAnotherKind = isWellKnown || score >= SCORE_CLEAR
  return isOfAnotherKind ? Math.min(limit, levelAt(tail, ONCE_A_MONTH)) : limit * manner.anomalyAs
}

export function scoreOf(ratePerMonth: number, sharePerMonth: number): number {
  return 1 + Math.log10(sharePerMonth / Math.max(ratePerMonth, RATE_MIN))
}

function findingOf(question: Question, limit: number, tail: Tail, rate: number): Finding {
  const { channel, direction, value, expected, scale, statistic, terms } = question
  return {
    ...{ channel, direction, value, expected, statistic },
    low: expected - limit * scale,
    high: expected + limit * scale,
    comparable: tail.maxima.length,
    ratePerMonth: Math.max(rate, RATE_MIN),
    sharePerMonth: shareOf(terms.options, channel),
    budgetPerMonth: terms.options.budgetPerMonth,
    isLikeSunday: false,
    rule: RULE_VERSION,
  }
}
