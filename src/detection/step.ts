/**
 * One reading, one decision: from what is known of a floor and a reading to what is known
 * afterwards and the alarm, if there is one. Pure, so that the same readings give the same alarms
 * under the same ids, whoever runs it and however often it was killed on the way.
 */
import type { Alert, RuleEvent } from '../model/alert.ts'
import type { FloorState } from '../model/detection-state.ts'
import type { CheckedReading, Reading } from '../model/reading.ts'
import { type Thresholds, thresholdsFor } from '../model/thresholds.ts'
import type { BucketAverage } from '../ports/statistics.ts'
import { energyOf } from './energy.ts'
import { addToHalfHour, averageOf, type Measurements } from './half-hour.ts'
import {
  type DetectionRules,
  offPattern,
  overLimits,
  pastCooldown,
  type StatisticsLookup,
} from './rules.ts'

export interface StepContext {
  readonly thresholds: Thresholds
  readonly statistics: StatisticsLookup
  readonly rules: DetectionRules
}

export type StepResult =
  /** Not newer than the newest reading of its floor: nothing fires, nothing is learned from it. */
  | { readonly kind: 'late' }
  | {
      readonly kind: 'judged'
      readonly state: FloorState
      readonly alert: Alert | undefined
      /** A half hour that this reading ended. */
      readonly average: BucketAverage | undefined
    }

/** `state`: what is known of the reading's floor; undefined before its first reading. */
export function step(
  state: FloorState | undefined,
  { reading, timeMs }: CheckedReading,
  context: StepContext,
): StepResult {
  if (state && timeMs <= state.timeMs) return { kind: 'late' }
  const { rules } = context
  const energy = energyOf(state, reading, timeMs)
  const measured = measurementsOf(reading, energy.deltaKwh)
  const { running, finished } = addToHalfHour(state, timeMs, measured, rules.timeZone)
  const limits = thresholdsFor(context.thresholds, reading.piano)
  const found = [
    ...overLimits(reading.piano, measured, limits, rules.margin),
    ...offPattern(reading.piano, measured, running, context.statistics, rules),
  ]
  const firedMs = state?.firedMs ?? {}
  const events = pastCooldown(found, firedMs, timeMs, rules.cooldownMs)
  return {
    kind: 'judged',
    state: {
      timeMs,
      counter: energy.counter,
      firedMs: withFired(firedMs, events, timeMs),
      halfHour: running,
    },
    alert: events.length > 0 ? alertOf(reading, timeMs, events, limits) : undefined,
    average: finished && averageOf(reading.piano, finished),
  }
}

/** Sensors that did not measure are absent or null on the wire; here they are undefined. */
export function measurementsOf(reading: Reading, deltaKwh: number | undefined): Measurements {
  return {
    kw: reading.sensore2_kw ?? undefined,
    corrente: reading.sensore3_corrente ?? undefined,
    tensione: reading.sensore3_tensione ?? undefined,
    delta_kwh: deltaKwh,
  }
}

function withFired(
  firedMs: FloorState['firedMs'],
  events: readonly RuleEvent[],
  timeMs: number,
): FloorState['firedMs'] {
  if (events.length === 0) return firedMs
  return { ...firedMs, ...Object.fromEntries(events.map(({ tipo }) => [tipo, timeMs])) }
}

function alertOf(
  reading: Reading,
  timeMs: number,
  eventi: readonly RuleEvent[],
  thresholds: Alert['thresholds'],
): Alert {
  return {
    alert_id: `${reading.piano}:${reading.timestamp}`,
    piano: reading.piano,
    timestamp: Math.floor(timeMs / 1000),
    eventi,
    raw: reading,
    thresholds,
  }
}
