/**
 * How often a limit would have fired, tried on readings that are past: by the very rules that judge
 * what comes, so that whoever is shown the number before saving a limit gets what was shown. One
 * metric, one floor; patterns and the other limits have no part in it.
 */
import type { Metric } from '../model/alert.ts'
import type { CounterMark } from '../model/detection-state.ts'
import type { CheckedReading } from '../model/reading.ts'
import type { ThresholdSet } from '../model/thresholds.ts'
import { energyOf } from './energy.ts'
import { type DetectionRules, limitsOn, overLimits, pastCooldown } from './rules.ts'
import { measurementsOf } from './step.ts'

export interface TrialCounts {
  /** Readings that measured the metric. */
  readonly readings: number
  /** Of these, over the limit. */
  readonly over: number
  /** Alarms that this would have raised. */
  readonly notifications: number
}

export class LimitTrial {
  private readonly metric: Metric
  private readonly limits: ThresholdSet
  private readonly rules: Pick<DetectionRules, 'cooldownMs' | 'margin'>
  private previous: { timeMs: number; counter: CounterMark | null } | undefined
  private firedMs: Parameters<typeof pastCooldown>[1] = {}
  private readings = 0
  private over = 0
  private notifications = 0

  constructor(metric: Metric, value: number, rules: LimitTrial['rules']) {
    this.metric = metric
    this.limits = limitsOn(metric, value)
    this.rules = rules
  }

  /** In the order of their time; a reading that is not newer than the last one is not judged. */
  take({ reading, timeMs }: Pick<CheckedReading, 'reading' | 'timeMs'>): void {
    if (this.previous && timeMs <= this.previous.timeMs) return
    const { deltaKwh, counter } = energyOf(this.previous, reading, timeMs)
    this.previous = { timeMs, counter }
    const measured = measurementsOf(reading, deltaKwh)
    if (measured[this.metric] === undefined) return
    this.readings += 1
    const found = overLimits(reading.piano, measured, this.limits, this.rules.margin)
    const fired = pastCooldown(found, this.firedMs, timeMs, this.rules.cooldownMs)
    this.over += found.length
    this.notifications += fired.length
    for (const { tipo } of fired) this.firedMs = { ...this.firedMs, [tipo]: timeMs }
  }

  result(): TrialCounts {
    const { readings, over, notifications } = this
    return { readings, over, notifications }
  }
}
