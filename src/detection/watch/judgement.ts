/**
 * One statistic against the tail of its kind and its share of the budget. The tail takes what
 * alarmed as just over the limit: its size must not teach (one wild value would hide the next), but
 * that it came must, or a channel that errs would never notice how often.
 */
import { type Channel, RULE_VERSION } from './options.ts'
import { levelAt, monthlyRate, observe, type Tail } from './tail.ts'
import type { Direction, Finding } from './verdict.ts'

export interface Question {
  readonly channel: Channel
  readonly direction: Direction
  readonly timeMs: number
  readonly value: number
  readonly expected: number
  /** The usual deviation; the statistic counts in it. */
  readonly scale: number
  readonly statistic: number
  readonly sharePerMonth: number
}

export interface Judgement {
  readonly channel: Channel
  readonly tail: Tail
  readonly score: number
  readonly finding: Finding | undefined
}

/** An anomaly is taken as so many times the limit. */
const TAKEN_AS = 1.15
/** Rarer than this is not told apart. */
const RATE_MIN = 1e-12

export function judge(tail: Tail, question: Question): Judgement {
  const { statistic, timeMs, sharePerMonth } = question
  const limit = levelAt(tail, sharePerMonth)
  const { channel } = question
  const learned = observe(tail, timeMs, Math.min(statistic, limit * TAKEN_AS))
  const rate = monthlyRate(tail, statistic)
  if (rate === undefined) return { channel, tail: learned, score: 0, finding: undefined }
  const score = scoreOf(rate, sharePerMonth)
  const finding = score < 1 ? undefined : findingOf(question, limit, tail.maxima.length, rate)
  return { channel, tail: learned, score, finding }
}

export function scoreOf(ratePerMonth: number, sharePerMonth: number): number {
  return 1 + Math.log10(sharePerMonth / Math.max(ratePerMonth, RATE_MIN))
}

function findingOf(question: Question, limit: number, comparable: number, rate: number): Finding {
  const { channel, direction, value, expected, scale, statistic, sharePerMonth } = question
  return {
    ...{ channel, direction, value, expected, statistic, comparable, sharePerMonth },
    low: expected - limit * scale,
    high: expected + limit * scale,
    ratePerMonth: Math.max(rate, RATE_MIN),
    isLikeSunday: false,
    rule: RULE_VERSION,
  }
}
