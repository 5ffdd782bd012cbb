/**
 * Findings become incidents: one for each cause at a time. It opens with the first finding, gets
 * worse when its severity rises, and closes when nothing was found for a while, so a value that
 * swings about its limit is one incident. Pure and small.
 */
import {
  CAUSES,
  type Cause,
  type EndedBy,
  type Evidence,
  type Phase,
  worseOf,
} from '../../model/incident.ts'
import { causeOf, computed } from './evidence.ts'

export interface OpenIncident {
  readonly cause: Cause
  readonly startMs: number
  /** When something was found last. */
  readonly foundMs: number
  readonly opening: Evidence
  readonly peak: Evidence
  /** What each worsening was told with, two at most; absent where there was none. */
  readonly worsened?: readonly Evidence[]
}

export interface IncidentChange {
  readonly phase: Phase
  readonly incident: OpenIncident
  /** Of the change itself. */
  readonly timeMs: number
  /** Of one that closed; absent = `readings`. */
  readonly endedBy?: EndedBy
}

export interface IncidentStep {
  readonly open: readonly OpenIncident[]
  readonly changes: readonly IncidentChange[]
}

export interface IncidentMoment {
  readonly timeMs: number
  /** The meter's pace. */
  readonly stepMs: number
  readonly found: readonly Evidence[]
  /** The level has changed and nobody has confirmed it yet. */
  readonly isShifted: boolean
}

/**
 * An incident is over when nothing was found for so long: three bins of a fast meter, so that what
 * is judged bin by bin does not fall apart, and three readings of a slow one.
 */
export const QUIET_MS_MIN = 45 * 60_000
export const QUIET_STEPS = 3

export function stepIncidents(open: readonly OpenIncident[], moment: IncidentMoment): IncidentStep {
  const strongest = strongestOf(moment)
  const steps = CAUSES.map((cause) => {
    const known = open.find((one) => one.cause === cause)
    const evidence = strongest.get(cause)
    if (known) return stepKnown(known, evidence, moment)
    return evidence ? opened(cause, evidence, moment) : NOTHING
  })
  return {
    open: steps.flatMap(({ incident }) => incident ?? []),
    changes: steps.flatMap(({ change }) => change ?? []),
  }
}

interface CauseStep {
  readonly incident?: OpenIncident
  readonly change?: IncidentChange
}

const NOTHING: CauseStep = {}

/** For each cause what was found most clearly; of higher and lower only the clearer one. */
function strongestOf({ found, isShifted }: IncidentMoment): ReadonlyMap<Cause, Evidence> {
  const byCause = new Map<Cause, Evidence>()
  for (const evidence of found) take(byCause, causeOf(evidence), evidence)
  const [higher, lower] = [byCause.get('higher'), byCause.get('lower')]
  if (higher && lower) byCause.delete(higher.score >= lower.score ? 'lower' : 'higher')
  // Where bins have alarmed for a day the level has changed though its own channel said nothing.
  const deviating = higher ?? lower
  if (isShifted && deviating) take(byCause, 'level', deviating)
  return byCause
}

function take(byCause: Map<Cause, Evidence>, cause: Cause, evidence: Evidence): void {
  const known = byCause.get(cause)
  if (!known || evidence.score > known.score) byCause.set(cause, evidence)
}

function opened(cause: Cause, evidence: Evidence, { timeMs }: IncidentMoment): CauseStep {
  const times = { startMs: timeMs, foundMs: timeMs }
  const incident = { cause, ...times, opening: evidence, peak: evidence }
  return { incident, change: { phase: 'opened', incident, timeMs } }
}

function stepKnown(
  known: OpenIncident,
  evidence: Evidence | undefined,
  moment: IncidentMoment,
): CauseStep {
  const { timeMs } = moment
  if (isOver(known, evidence, moment)) {
    return { change: { phase: 'closed', incident: known, timeMs } }
  }
  const goesOn = evidence !== undefined || known.cause === 'level'
  const foundMs = goesOn ? timeMs : known.foundMs
  if (!evidence || evidence.score <= known.peak.score) return { incident: { ...known, foundMs } }
  const clearer = { ...known, foundMs, peak: evidence }
  if (!isWorse(known.peak, evidence)) return { incident: clearer }
  const incident = { ...clearer, worsened: [...(known.worsened ?? []), evidence] }
  return { incident, change: { phase: 'worse', incident, timeMs } }
}

/** A changed level is over when it is confirmed or has gone back, the others after a quiet time. */
function isOver(
  known: OpenIncident,
  evidence: Evidence | undefined,
  { timeMs, stepMs, isShifted }: IncidentMoment,
): boolean {
  if (known.cause === 'level') return !isShifted
  return !evidence && timeMs - known.foundMs > Math.max(QUIET_MS_MIN, QUIET_STEPS * stepMs)
}

function isWorse(before: Evidence, now: Evidence): boolean {
  const severity = computed(before).severity
  return worseOf(severity, computed(now).severity) !== severity
}
