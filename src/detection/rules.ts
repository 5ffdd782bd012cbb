/**
 * The two questions that detection asks of a reading: is a value over the limit that people set,
 * and is it higher than is usual at this weekday and half hour? Both answer with events that carry
 * the numbers they rest on.
 */
import {
  type Metric,
  PATTERN_KINDS,
  type PatternEvent,
  type PatternKind,
  type RuleEvent,
  THRESHOLD_KINDS,
  type ThresholdEvent,
  type ThresholdKind,
} from '../model/alert.ts'
import { type Slot, slotLabel } from '../model/site-time.ts'
import type { ThresholdSet } from '../model/thresholds.ts'
import type { SlotStatistics } from '../ports/statistics.ts'
import { roundAmount } from './energy.ts'
import type { Measurements } from './half-hour.ts'
import { offPatternText, overLimitText } from './wording.ts'

/** How detection judges; the names of the contract stand behind each. */
export interface DetectionRules {
  /** EDGE_COOLDOWN_SECS, in ms of event time, for each floor and kind. */
  readonly cooldownMs: number
  /** ANOM_K_SIGMA: an outlier is more than so many standard deviations above its mean. */
  readonly sigmas: number
  /** ANOM_MIN_N: a slot with fewer half hours is not judged. */
  readonly countMin: number
  /** ANOM_THRESHOLD_MARGIN: what is held against a limit is limit x (1 + margin). */
  readonly margin: number
  /** Zone of the site (IANA name): its weekdays and half hours are the slots. */
  readonly timeZone: string
  /**
   * Whether a value is usual is judged by mean and deviation of each half hour, or by the watch.
   */
  readonly rule: RuleName
}

export const RULE_NAMES = ['original', 'watch'] as const
export type RuleName = (typeof RULE_NAMES)[number]

/** The history that a reading is judged against. */
export interface StatisticsLookup {
  find(floor: number, slot: Slot, metric: Metric): SlotStatistics | undefined
}

const LIMITS: Record<ThresholdKind, { metric: Metric; field: keyof ThresholdSet }> = {
  kw_over: { metric: 'kw', field: 'kw_max' },
  amp_over: { metric: 'corrente', field: 'corrente_max' },
  volt_over: { metric: 'tensione', field: 'tensione_max' },
  dkwh_over: { metric: 'delta_kwh', field: 'delta_kwh_max' },
}

const PATTERNS: Record<PatternKind, Metric> = {
  pattern_outlier_kw: 'kw',
  pattern_outlier_amp: 'corrente',
  pattern_outlier_volt: 'tensione',
}

/** A set in which one limit alone can be passed. */
export function limitsOn(metric: Metric, value: number): ThresholdSet {
  const never = Number.POSITIVE_INFINITY
  const limits = { delta_kwh_max: never, kw_max: never, corrente_max: never, tensione_max: never }
  const own = Object.values(LIMITS).find((limit) => limit.metric === metric)
  return own ? { ...limits, [own.field]: value } : limits
}

/** A narrower band than this has no width: every value would be an outlier of it. */
const DEVIATION_MIN = 1e-9

/** One event for each value that is strictly over its limit. */
export function overLimits(
  floor: number,
  measured: Measurements,
  limits: ThresholdSet,
  margin: number,
): readonly ThresholdEvent[] {
  return THRESHOLD_KINDS.flatMap((tipo) => {
    const { metric, field } = LIMITS[tipo]
    const value = measured[metric]
    const base = limits[field]
    const threshold = roundAmount(base * (1 + margin))
    if (value === undefined || value <= threshold) return []
    const descrizione = overLimitText({ floor, metric, value, threshold, base, margin })
    return [{ tipo, metrica: metric, valore: value, threshold, threshold_base: base, descrizione }]
  })
}

/** One event for each value that is strictly above the usual band of its slot. Upwards only. */
export function offPattern(
  floor: number,
  measured: Measurements,
  slot: Slot,
  statistics: StatisticsLookup,
  rules: DetectionRules,
): readonly PatternEvent[] {
  if (rules.rule !== 'original') return []
  return PATTERN_KINDS.flatMap((tipo) => {
    const metric = PATTERNS[tipo]
    const value = measured[metric]
    const usual = value === undefined ? undefined : statistics.find(floor, slot, metric)
    if (value === undefined || !usual || usual.count < rules.countMin) return []
    if (usual.standardDeviation < DEVIATION_MIN) return []
    const event = patternEvent(tipo, floor, value, slot, usual, rules)
    return value > event.threshold ? [event] : []
  })
}

function patternEvent(
  tipo: PatternKind,
  floor: number,
  value: number,
  slot: Slot,
  usual: SlotStatistics,
  { sigmas, margin }: DetectionRules,
): PatternEvent {
  const metric = PATTERNS[tipo]
  const base = roundAmount(usual.mean + sigmas * usual.standardDeviation)
  const threshold = roundAmount(base * (1 + margin))
  return {
    tipo,
    metrica: metric,
    valore: value,
    zscore: roundAmount((value - usual.mean) / usual.standardDeviation),
    mu: roundAmount(usual.mean),
    sigma: roundAmount(usual.standardDeviation),
    threshold,
    threshold_base: base,
    fascia_weekday: slot.weekday,
    fascia_slot: slot.halfHour,
    fascia_label: slotLabel(slot),
    descrizione: offPatternText({ floor, metric, value, threshold, base, margin }, slot, usual),
  }
}

/** Those events whose kind has not fired on this floor within the cooldown, in event time. */
export function pastCooldown(
  events: readonly RuleEvent[],
  firedMs: Readonly<Partial<Record<RuleEvent['tipo'], number>>>,
  timeMs: number,
  cooldownMs: number,
): readonly RuleEvent[] {
  return events.filter(({ tipo }) => timeMs - (firedMs[tipo] ?? -Infinity) >= cooldownMs)
}
