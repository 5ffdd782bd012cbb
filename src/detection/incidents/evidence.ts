/**
 * What an alert rests on, in numbers that are enough to compute it again: nobody has to believe the
 * detector, and a rule that has changed since can be told from one that erred.
 */
import type { Cause, Evidence, Severity } from '../../model/incident.ts'
import { slotOf } from '../../model/site-time.ts'
import { scoreOf } from '../watch/judgement.ts'
import type { Finding, Learned } from '../watch/verdict.ts'

export interface EvidenceContext {
  readonly timeMs: number
  readonly learned: Learned
  readonly timeZone: string
}

export function evidenceOf(finding: Finding, context: EvidenceContext): Evidence {
  const { channel, direction, value, expected, low, high, statistic, comparable } = finding
  const { ratePerMonth, sharePerMonth, budgetPerMonth, isLikeSunday, rule } = finding
  const { timeMs, learned, timeZone } = context
  const { weekday, halfHour } = slotOf(timeMs, timeZone)
  return {
    ...{ channel, direction, timeMs, weekday, halfHour, value, expected, low, high, statistic },
    ...{ comparable, ratePerMonth, sharePerMonth, budgetPerMonth },
    score: scoreOf(ratePerMonth, sharePerMonth),
    ...{ isLikeSunday, learned, rule },
  }
}

/** The channel and the direction say which story a finding belongs to. */
export function causeOf({ channel, direction }: Evidence): Cause {
  if (channel === 'silence') return 'silent'
  if (channel === 'stuck' || channel === 'level') return channel
  return direction === 'down' ? 'lower' : 'higher'
}

export interface Computed {
  /** It is an alarm: so much comes by chance no more often than the budget allows. */
  readonly isAlarm: boolean
  readonly score: number
  readonly severity: Severity
  /** What the value was held against: the nearer edge of the expected band. */
  readonly threshold: number
  /** The usual deviation, and how many of them the value is off; 0 where nothing deviates. */
  readonly sigma: number
  readonly zscore: number
}

/** An alert, from its evidence alone. */
export function computed(evidence: Evidence): Computed {
  const { value, expected, low, high, statistic, direction } = evidence
  const isSilence = evidence.channel === 'silence'
  const score = isSilence
    ? evidence.value / evidence.high
    : scoreOf(evidence.ratePerMonth, evidence.sharePerMonth)
  const off = value - expected
  const sigma = direction === 'none' || statistic === 0 ? 0 : Math.abs(off) / statistic
  return {
    isAlarm: score >= 1,
    score,
    severity: isSilence ? 'high' : severityOf(score),
    threshold: direction === 'down' ? low : high,
    sigma,
    zscore: sigma === 0 ? 0 : off / sigma,
  }
}

/** A hundred times rarer than it need be is high, a hundred thousand times critical. */
const SCORE_HIGH = 3
const SCORE_CRITICAL = 6

export function severityOf(score: number): Severity {
  if (score >= SCORE_CRITICAL) return 'critical'
  return score >= SCORE_HIGH ? 'high' : 'warning'
}
