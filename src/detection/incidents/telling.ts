/**
 * Who is told of what became of incidents: the store keeps each of them; people are told, in the
 * contract's alert documents, unless they have said that they want to be left in peace.
 */
import { type AlarmSayings, quietBy } from '../../model/alarm-sayings.ts'
import type { Alert } from '../../model/alert.ts'
import { type Evidence, type Incident, incidentId } from '../../model/incident.ts'
import { type Thresholds, thresholdsFor } from '../../model/thresholds.ts'
import { parseTimestamp } from '../../model/timestamp.ts'
import { incidentDocument, incidentEvent, type SeriesName } from './incident-event.ts'
import type { IncidentChange } from './incident-machine.ts'
import type { WatchedChange } from './watched-floor.ts'

export interface TellingContext {
  readonly sayings: AlarmSayings
  readonly thresholds: Thresholds
  readonly timeZone: string
}

export interface Telling {
  readonly incident: Incident
  /** Absent where nobody is to be told. */
  readonly alert: Alert | undefined
}

export function tell(
  changes: readonly WatchedChange[],
  context: TellingContext,
): readonly Telling[] {
  return apart(changes).map((watched) => {
    const { name, change } = watched
    const by = whyQuiet(name, change, context)
    const incident = incidentDocument(name, change, by)
    return { incident, alert: by === null ? alertOf(watched, context.thresholds) : undefined }
  })
}

/**
 * A notification is known by its kind and its moment. Of incidents of one cause that end with one
 * reading each further one is told a millisecond later, or nobody would be shown it.
 */
function apart(changes: readonly WatchedChange[]): readonly WatchedChange[] {
  const told = new Map<string, number>()
  return changes.map((watched) => {
    const { name, change, reading } = watched
    const { floor, metric } = name
    const like = [floor, metric, change.incident.cause, change.phase, reading.timestamp].join(' ')
    const before = told.get(like) ?? 0
    told.set(like, before + 1)
    if (before === 0) return watched
    const timeMs = Math.floor(parseTimestamp(reading.timestamp) ?? change.timeMs) + before
    const timestamp = new Date(timeMs).toISOString()
    return { ...watched, reading: { ...reading, timestamp } }
  })
}

/**
 * What counts for the beginning is when it was found: a silence begins long before, with the last
 * reading. The end of what nobody was told of, neither that it opened nor that it got worse, is no
 * news either.
 */
function whyQuiet(
  { floor, metric }: SeriesName,
  { phase, incident, timeMs }: IncidentChange,
  { sayings, timeZone }: TellingContext,
): string | null {
  const { cause, startMs, opening, peak, worsened = [] } = incident
  const about = { incident: incidentId(floor, metric, cause, startMs), floor, metric, cause }
  const quietAt = (atMs: number, evidence: Evidence) =>
    quietBy(sayings, { ...about, timeMs: atMs, evidence }, timeZone)
  if (phase === 'opened') return quietAt(opening.timeMs, opening)
  const now = quietAt(timeMs, peak)
  if (phase === 'worse' || now !== null) return now
  const before = [opening, ...worsened].map((evidence) => quietAt(evidence.timeMs, evidence))
  return before.includes(null) ? null : (before[0] ?? null)
}

function alertOf({ name, change, reading }: WatchedChange, thresholds: Thresholds): Alert {
  const timeMs = parseTimestamp(reading.timestamp) ?? change.timeMs
  return {
    alert_id: `${name.floor}:${reading.timestamp}`,
    piano: name.floor,
    timestamp: Math.floor(timeMs / 1000),
    eventi: [incidentEvent(name, change)],
    raw: reading,
    thresholds: thresholdsFor(thresholds, name.floor),
  }
}
