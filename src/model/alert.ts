/**
 * The alert document, from the detector to the store and to the broadcast (contract, "Alert
 * document"). `tipo` is what happened, `metrica` is what was measured.
 */
import type { Cause, EndedBy, Evidence, Phase, Severity } from './incident.ts'
import type { Reading } from './reading.ts'
import type { ThresholdSet } from './thresholds.ts'

export const METRICS = ['kw', 'corrente', 'tensione', 'delta_kwh'] as const
export type Metric = (typeof METRICS)[number]

export const THRESHOLD_KINDS = ['kw_over', 'amp_over', 'volt_over', 'dkwh_over'] as const
export const PATTERN_KINDS = [
  'pattern_outlier_kw',
  'pattern_outlier_amp',
  'pattern_outlier_volt',
] as const
export type ThresholdKind = (typeof THRESHOLD_KINDS)[number]
export type PatternKind = (typeof PATTERN_KINDS)[number]

interface EventBase {
  readonly metrica: Metric
  readonly valore: number
  /** What the value was held against: the limit, times (1 + margin) where there is one. */
  readonly threshold: number
  /** The limit before the margin. */
  readonly threshold_base: number
  /** A sentence for a person, in Italian. */
  readonly descrizione: string
}

export interface ThresholdEvent extends EventBase {
  readonly tipo: ThresholdKind
}

export interface PatternEvent extends EventBase {
  readonly tipo: PatternKind
  readonly zscore: number
  readonly mu: number
  readonly sigma: number
  /** Monday 0 .. Sunday 6. */
  readonly fascia_weekday: number
  /** 0..47. */
  readonly fascia_slot: number
  /** For example "Lun 08:30". */
  readonly fascia_label: string
}

/** What the contract's own rules raise. */
export type RuleEvent = ThresholdEvent | PatternEvent

/** Of the metrics that patterns are judged of, as kinds of events name them. */
export type MetricTag = 'kw' | 'amp' | 'volt'
/**
 * What is told of an incident. A value off its pattern opens under the contract's own kind; the
 * others stand beside it.
 */
export type IncidentKind =
  | PatternKind
  | `${'level_changed' | 'meter_stuck' | 'meter_silent'}_${MetricTag}`
  | `${Cause}_${'worse' | 'closed'}_${MetricTag}`

/** `zscore`, `mu` and `sigma` are those of the evidence, so that clients of patterns read it. */
export interface IncidentEvent extends Omit<PatternEvent, 'tipo'> {
  readonly tipo: IncidentKind
  readonly descrizione_en: string
  readonly incident: {
    readonly id: string
    readonly cause: Cause
    readonly phase: Phase
    readonly severity: Severity
    /** Where it closed. */
    readonly endedBy?: EndedBy
  }
  readonly evidence: Evidence
}

export type AlertEvent = RuleEvent | IncidentEvent

export interface Alert {
  readonly alert_id: string
  readonly piano: number
  /** Epoch seconds. */
  readonly timestamp: number
  readonly eventi: readonly AlertEvent[]
  readonly raw: Reading
  readonly thresholds: ThresholdSet
}
