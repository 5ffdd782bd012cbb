/**
 * When a new version of the rule takes over, people know of incidents that the former one opened,
 * and the new one has judged the past in silence. With the first reading that it judges aloud the
 * two are brought together: what both find goes on as the incident that people know; what only the
 * former found ends, and says that its rule was replaced; what only the new one finds is told.
 *
 * Decided from what was told before that reading alone: whoever is killed and takes over again
 * comes to the same, under the same ids. Pure.
 */
import type { Incident } from '../../model/incident.ts'
import type { IncidentChange, OpenIncident } from './incident-machine.ts'

/** An incident as people were told of it. */
export interface ToldIncident {
  readonly incident: OpenIncident
  readonly isOpen: boolean
  /** Of the change that was told. */
  readonly changedMs: number
}

export interface Handover {
  readonly open: readonly OpenIncident[]
  readonly changes: readonly IncidentChange[]
}

/** Of a document; when it was found last it does not say, unless it is closed. */
export function toldOf({
  cause,
  state,
  startMs,
  changedMs,
  opening,
  peak,
}: Incident): ToldIncident {
  const worsened = peak.timeMs > opening.timeMs ? [peak] : []
  const incident = { cause, startMs, foundMs: changedMs, opening, peak, worsened }
  return { incident, isOpen: state === 'open', changedMs }
}

/** What a state that a former rule left behind had open; it may have any shape. */
export function leftOpen(state: { readonly open?: readonly OpenIncident[] } | undefined) {
  const open = Array.isArray(state?.open) ? (state.open as readonly OpenIncident[]) : []
  return open.map((incident): ToldIncident => {
    return { incident, isOpen: true, changedMs: incident.startMs }
  })
}

/**
 * `own`: what the new rule has open; `told`: what people know, undefined where nothing is taken
 * over; `timeMs`: of the first reading that it judges aloud.
 */
export function handOver(
  own: readonly OpenIncident[],
  told: readonly ToldIncident[] | undefined,
  timeMs: number,
): Handover {
  if (!told) return { open: own, changes: [] }
  const standing = standingAt(told, timeMs)
  const known = (one: OpenIncident) => standing.find(({ cause }) => cause === one.cause)
  const goesOn = new Set(own.map(known))
  const ended = standing.filter((one) => !goesOn.has(one))
  return {
    open: own.map((one) => continued(known(one), one)),
    changes: [
      ...ended.map((one): IncidentChange => {
        const incident = { ...one, foundMs: timeMs }
        return { phase: 'closed', incident, timeMs, endedBy: 'new-rule' }
      }),
      ...own
        .filter((one) => !known(one))
        .map((incident): IncidentChange => ({ phase: 'opened', incident, timeMs })),
    ],
  }
}

/** What was open before this moment, the newest first. Silence is no matter of this rule. */
function standingAt(told: readonly ToldIncident[], timeMs: number): readonly OpenIncident[] {
  const newest = new Map<string, ToldIncident>()
  const before = told.filter(({ changedMs }) => changedMs < timeMs)
  for (const one of before.toSorted((a, b) => a.changedMs - b.changedMs)) {
    newest.set(`${one.incident.cause} ${one.incident.startMs}`, one)
  }
  return [...newest.values()]
    .filter(({ isOpen, incident }) => isOpen && incident.cause !== 'silent')
    .map(({ incident }) => incident)
    .sort((a, b) => b.startMs - a.startMs)
}

/**
 * The same rule goes on after a restart, and what it told last may not have been saved: that goes
 * on as well, where nothing of its cause is open. `documents`: of this series, those that are open.
 */
export function withUnsaved(
  open: readonly OpenIncident[],
  documents: readonly Incident[],
): readonly OpenIncident[] {
  const newest = documents.map((one) => toldOf(one).incident).sort((a, b) => b.startMs - a.startMs)
  const missing = newest.filter(({ cause }, i) => {
    const isNewest = newest.findIndex((one) => one.cause === cause) === i
    return isNewest && !open.some((one) => one.cause === cause)
  })
  return [...open, ...missing]
}

/** It keeps the beginning and the worsenings that people know, and the clearer peak. */
function continued(known: OpenIncident | undefined, own: OpenIncident): OpenIncident {
  if (!known) return own
  const peak = own.peak.score >= known.peak.score ? own.peak : known.peak
  return { ...known, foundMs: own.foundMs, peak }
}

/** What was never told and ends with the very reading that would open it is no news. */
export function withoutPassing(changes: readonly IncidentChange[]): readonly IncidentChange[] {
  const phasesOf = ({ incident }: IncidentChange) =>
    changes
      .filter((one) => one.incident.cause === incident.cause)
      .filter((one) => one.incident.startMs === incident.startMs)
      .map(({ phase }) => phase)
  return changes.filter((one) => {
    const phases = phasesOf(one)
    return !(phases.includes('opened') && phases.includes('closed'))
  })
}
