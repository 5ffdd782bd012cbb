/**
 * An incident's change as the contract's clients are told of it (an event of an alert document) and
 * as it stands in the store. Both are made from the evidence alone.
 */
import type { IncidentEvent, IncidentKind, Metric, MetricTag } from '../../model/alert.ts'
import {
  type Cause,
  type Incident,
  incidentId,
  type Phase,
  type Severity,
  worseOf,
} from '../../model/incident.ts'
import { slotLabel } from '../../model/site-time.ts'
import { roundAmount } from '../energy.ts'
import { computed } from './evidence.ts'
import type { IncidentChange } from './incident-machine.ts'
import { sentenceOf, type Told } from './sentences.ts'

/** Metrics that are watched; the energy between two readings is power once more. */
export const WATCHED_METRICS = ['kw', 'corrente', 'tensione'] as const
export type WatchedMetric = (typeof WATCHED_METRICS)[number]

const TAGS: Readonly<Record<WatchedMetric, MetricTag>> = {
  kw: 'kw',
  corrente: 'amp',
  tensione: 'volt',
}

export interface SeriesName {
  readonly floor: number
  readonly metric: WatchedMetric
}

export function incidentEvent(name: SeriesName, change: IncidentChange): IncidentEvent {
  const told = toldOf(name, change)
  const { evidence } = told
  const isClosed = change.phase === 'closed'
  const { threshold, sigma, zscore } = computed(evidence)
  const { cause, startMs } = change.incident
  const limit = roundAmount(threshold)
  const { weekday, halfHour } = evidence
  return {
    tipo: kindOf(cause, change.phase, TAGS[name.metric]),
    metrica: name.metric,
    valore: evidence.value,
    ...{ threshold: limit, threshold_base: limit },
    ...{ zscore: roundAmount(zscore), mu: roundAmount(evidence.expected) },
    sigma: roundAmount(sigma),
    ...{ fascia_weekday: weekday, fascia_slot: halfHour, fascia_label: slotLabel(evidence) },
    descrizione: sentenceOf(told, 'it'),
    descrizione_en: sentenceOf(told, 'en'),
    incident: {
      id: incidentId(name.floor, name.metric, cause, startMs),
      cause,
      phase: change.phase,
      severity: isClosed ? 'info' : severityOf(change),
      ...(isClosed ? { endedBy: told.endedBy } : {}),
    },
    evidence,
  }
}

export function incidentDocument(
  { floor, metric }: SeriesName,
  change: IncidentChange,
  quietBy: string | null,
): Incident {
  const { incident, phase, timeMs } = change
  const { cause, startMs, opening, peak } = incident
  const told = toldOf({ floor, metric }, change)
  const isClosed = phase === 'closed'
  return {
    id: incidentId(floor, metric, cause, startMs),
    ...{ floor, metric, cause, state: isClosed ? 'closed' : 'open', startMs },
    endMs: isClosed ? incident.foundMs : null,
    ...(isClosed ? { endedBy: told.endedBy } : {}),
    changedMs: timeMs,
    severity: severityOf(change),
    ...{ opening, peak },
    message: sentenceOf(told, 'it'),
    messageEn: sentenceOf(told, 'en'),
    quietBy,
  }
}

function toldOf({ floor, metric }: SeriesName, change: IncidentChange): Told {
  const { phase, incident, endedBy = 'readings' } = change
  const { cause, startMs, foundMs, opening, peak } = incident
  const evidence = phase === 'opened' ? opening : peak
  const about = { floor, metric: metric satisfies Metric, cause }
  return { ...about, phase, endedBy, startMs, foundMs, evidence }
}

/** A changed level is a question, whatever its size. */
function severityOf({ incident }: IncidentChange): Severity {
  if (incident.cause === 'level') return 'warning'
  return worseOf(computed(incident.opening).severity, computed(incident.peak).severity)
}

function kindOf(cause: Cause, phase: Phase, tag: MetricTag): IncidentKind {
  if (phase !== 'opened') return `${cause}_${phase}_${tag}`
  if (cause === 'level') return `level_changed_${tag}`
  if (cause === 'stuck' || cause === 'silent') return `meter_${cause}_${tag}`
  return `pattern_outlier_${tag}`
}
