/**
 * What a person is shown of an alert: one notification for each event of the document (contract,
 * "POST /internal/broadcast"). Ids are deterministic, so whatever delivers at least once and drops
 * known ids shows each notification once.
 *
 * This file also names the records of the alerts log, which is the one truth about notifications.
 */
import { z } from 'zod'
import { type Alert, type AlertEvent, METRICS, type Metric } from './alert.ts'
import { CAUSES, ENDED_BY, type Incident, PHASES, SEVERITIES, type Severity } from './incident.ts'
import type { LearnedSeries } from './learned.ts'
import { parseTimestamp } from './timestamp.ts'

export type { Severity } from './incident.ts'

const incidentNoteSchema = z
  .object({
    id: z.string().min(1),
    cause: z.enum(CAUSES),
    phase: z.enum(PHASES),
    severity: z.enum(SEVERITIES),
    endedBy: z.enum(ENDED_BY).optional().describe('What ended it, where it closed.'),
  })
  .meta({ id: 'IncidentNote' })

export const notificationSchema = z
  .object({
    id: z.string().min(1),
    timestamp: z.number().describe('Epoch seconds, may carry a fraction.'),
    timestamp_ms: z.number(),
    floor: z.number(),
    metric: z.enum(METRICS),
    value: z.number(),
    threshold: z.number(),
    threshold_base: z.number(),
    severity: z.enum(SEVERITIES),
    message: z.string(),
    message_en: z.string().optional().describe('The same in English, where an incident is told.'),
    incident: incidentNoteSchema
      .optional()
      .describe('Beside the contract: which incident this tells of, and what became of it.'),
  })
  .meta({ id: 'Notification' })
export type Notification = Readonly<z.infer<typeof notificationSchema>>

/** One record of the alerts log. */
export type AlertRecord =
  | {
      readonly kind: 'notification'
      readonly notification: Notification
      /**
       * The alert with this one event, for the archive to write to the store; absent = already
       * there.
       */
      readonly alert?: Alert
    }
  /** An incident as it is now, for the archive to write to the store. */
  | { readonly kind: 'incident'; readonly incident: Incident }
  /** What the watch has learned of a series, for the archive as well. */
  | { readonly kind: 'learned'; readonly learned: LearnedSeries }
  /** Someone read these; an empty list lowers the unread count by one (contract, `mark_read`). */
  | { readonly kind: 'read'; readonly ids: readonly string[] }

/**
 * An alert document as it may arrive from a detector that is not ours: everything may be missing.
 */
export interface ForeignAlert {
  readonly piano?: unknown
  readonly timestamp?: unknown
  readonly eventi?: unknown
  readonly raw?: unknown
}

/** The notifications of an alert document. `nowMs` (wall time) is used where it carries no time. */
export function notificationsOf(alert: ForeignAlert, nowMs: number): readonly Notification[] {
  const raw = asRecord(alert.raw)
  const timeMs = momentMs(raw.timestamp) ?? momentMs(alert.timestamp) ?? nowMs
  const timeText = String(raw.timestamp ?? alert.timestamp ?? timeMs)
  const floor = Number.isSafeInteger(alert.piano) ? (alert.piano as number) : 0
  const events = Array.isArray(alert.eventi) && alert.eventi.length > 0 ? alert.eventi : [{}]
  return events.map((event) => notificationOf(asRecord(event), floor, timeMs, timeText))
}

function notificationOf(
  event: Record<string, unknown>,
  floor: number,
  timeMs: number,
  timeText: string,
): Notification {
  const tipo = typeof event.tipo === 'string' ? event.tipo : 'anomaly'
  const metric = metricOf(tipo)
  const value = numberOr(event.valore, 0)
  const threshold = numberOr(event.threshold, 0)
  const incident = incidentNoteSchema.safeParse(event.incident).data
  return {
    id: `${floor}:${metric}:${tipo}:${timeText}`,
    timestamp: timeMs / 1000,
    timestamp_ms: Math.floor(timeMs),
    floor,
    metric,
    value,
    threshold,
    threshold_base: numberOr(event.threshold_base, threshold),
    severity: incident?.severity ?? severityOf(event as Partial<AlertEvent>, value, threshold),
    message:
      typeof event.descrizione === 'string' ? event.descrizione : `Anomalia al piano ${floor}`,
    ...(incident ? { incident } : {}),
    ...(incident && typeof event.descrizione_en === 'string'
      ? { message_en: event.descrizione_en }
      : {}),
  }
}

/** The metric that a kind of event is about; unknown kinds count as energy, as in the original. */
export function metricOf(tipo: string): Metric {
  if (tipo.includes('dkwh')) return 'delta_kwh'
  if (tipo.includes('kw')) return 'kw'
  if (tipo.includes('amp') || tipo.includes('corr')) return 'corrente'
  if (tipo.includes('volt')) return 'tensione'
  return 'delta_kwh'
}

/** How far over its limit, or how many standard deviations off its pattern. */
function severityOf(event: object, value: number, threshold: number): Severity {
  const zscore = 'zscore' in event ? Number(event.zscore) : undefined
  if (zscore !== undefined) return zscore >= 4 ? 'high' : zscore >= 3 ? 'warning' : 'info'
  if (threshold <= 0) return 'warning'
  const ratio = value / threshold
  return ratio >= 1.5 ? 'critical' : ratio >= 1.2 ? 'high' : 'warning'
}

/** Beyond it there is no date, and a page that shows one would break. */
const DATE_MS_MAX = 8.64e15

/** Seconds (below 10^11), milliseconds and ISO texts are understood. */
function momentMs(value: unknown): number | undefined {
  if (typeof value === 'number' && value > 0 && value <= DATE_MS_MAX) {
    return value < 1e11 ? value * 1000 : value
  }
  if (typeof value !== 'string') return undefined
  return parseTimestamp(value) ?? (value.trim() === '' ? undefined : momentMs(Number(value)))
}

function asRecord(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : {}
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}
