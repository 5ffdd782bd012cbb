/**
 * What is said of one reading. A finding carries the numbers it rests on, so that the alarm can be
 * computed again from them alone: it stands when `ratePerMonth <= sharePerMonth`.
 */
import type { Channel } from './options.ts'

export type Direction = 'up' | 'down' | 'none'

export interface Finding {
  readonly channel: Channel
  readonly direction: Direction
  readonly value: number
  readonly expected: number
  /** Outside of this band it is a finding; for `stuck` both are the value. */
  readonly low: number
  readonly high: number
  /** The statistic that was judged: deviations in usual deviations, or readings of a run. */
  readonly statistic: number
  /** Half days (or runs) that it was compared with. */
  readonly comparable: number
  /** How often this would come by chance. */
  readonly ratePerMonth: number
  /** The part of the budget that this channel and direction may spend. */
  readonly sharePerMonth: number
  /** The whole budget of the series, as it was when this was found. */
  readonly budgetPerMonth: number
  /** The day went as a Sunday goes: a holiday, perhaps. */
  readonly isLikeSunday: boolean
  readonly rule: string
}

/** What is known so far, from nothing to everything. */
export type Learned = 'cadence' | 'first-days' | 'daily-profile' | 'weekly-profile'

export type Verdict =
  /** Not newer than the newest: nothing changes. */
  | { readonly kind: 'late' }
  | {
      readonly kind: 'judged'
      /** Rises with surprise; 1 or more = anomalous; each further 1 = ten times rarer. */
      readonly score: number
      /** All channels that find the reading anomalous. */
      readonly findings: readonly Finding[]
      /** The finding that opens an alarm now; undefined while one goes on. */
      readonly opens: Finding | undefined
      readonly learned: Learned
    }
