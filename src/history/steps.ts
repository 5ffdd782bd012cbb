/**
 * Many readings as few points: of each step of time the least, the mean and the greatest value, and
 * how many there were. Steps begin at multiples of their length since 1970, so that the same
 * reading falls into the same step whenever somebody asks; a step without readings is no point, and
 * a gap stays one.
 */
import type { Metric } from '../model/alert.ts'
import type { Reading } from '../model/reading.ts'

/** Points in one answer. */
export const POINTS_MAX = 2_000

export interface Point {
  /** When the step begins, epoch seconds. */
  readonly t: number
  readonly min: number
  readonly mean: number
  readonly max: number
  readonly count: number
}

interface Step {
  min: number
  max: number
  sum: number
  count: number
}

/** How many steps a stretch touches. */
export function stepCount(fromMs: number, toMs: number, stepSeconds: number): number {
  const stepMs = stepSeconds * 1000
  return Math.ceil(toMs / stepMs) - Math.floor(fromMs / stepMs)
}

/** In any order. */
export class StepFold {
  private readonly stepSeconds: number
  private readonly steps = new Map<number, Step>()

  constructor(stepSeconds: number) {
    this.stepSeconds = stepSeconds
  }

  take(timeMs: number, value: number): void {
    const number = Math.floor(timeMs / 1000 / this.stepSeconds)
    const step = this.steps.get(number)
    if (!step) {
      this.steps.set(number, { min: value, max: value, sum: value, count: 1 })
      return
    }
    step.min = Math.min(step.min, value)
    step.max = Math.max(step.max, value)
    step.sum += value
    step.count += 1
  }

  /** Ascending. */
  points(): readonly Point[] {
    return [...this.steps]
      .sort(([a], [b]) => a - b)
      .map(([number, { min, max, sum, count }]) => ({
        t: number * this.stepSeconds,
        min,
        /** Sums of binary fractions may leave the band of what was summed. */
        mean: Math.min(max, Math.max(min, sum / count)),
        max,
        count,
      }))
  }
}

/** What a reading says of a metric; energy as it was sent. Undefined when it did not measure it. */
export function amountOf(reading: Reading, metric: Metric): number | undefined {
  const value = FIELDS[metric](reading)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

const FIELDS: Record<Metric, (reading: Reading) => unknown> = {
  kw: (reading) => reading.sensore2_kw,
  corrente: (reading) => reading.sensore3_corrente,
  tensione: (reading) => reading.sensore3_tensione,
  delta_kwh: (reading) => reading.delta_kwh ?? reading.delta_kwh_30s,
}
