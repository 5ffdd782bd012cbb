/**
 * A silent meter as an incident: it opens when a clock finds that nothing has come for longer than
 * this meter is ever silent, and closes with the reading that breaks the silence. There is no
 * reading to tell it with, so the document names the moment at which the silence became one.
 */
import type { Voice } from '../../model/detection-state.ts'
import type { Incident } from '../../model/incident.ts'
import type { Reading } from '../../model/reading.ts'
import type { IncidentChange } from './incident-machine.ts'
import { heard, type Silence, silenceOf } from './silence.ts'
import type { WatchedChange } from './watched-floor.ts'

/** The meter is silent as a whole; it is filed under what every meter measures. */
const METRIC = 'kw'

/** The silence of a floor that has begun, as a change that is told. */
export function silenceBegins(floor: number, { voice, dueMs, evidence }: Silence): WatchedChange {
  const reading: Reading = { piano: floor, timestamp: new Date(dueMs).toISOString() }
  const change = changeOf('opened', voice.heardMs, dueMs, evidence)
  return { name: { floor, metric: METRIC }, change, reading }
}

export interface HeardReading {
  readonly voice: Voice
  readonly changes: readonly WatchedChange[]
}

/** A reading has come at `cameMs`. */
export function hear(
  voice: Voice | undefined,
  reading: Reading,
  cameMs: number,
  timeZone: string,
): HeardReading {
  const ended = voice && silenceEnds(voice, reading, cameMs, timeZone)
  return { voice: heard(voice, cameMs), changes: ended ? [ended] : [] }
}

/** The evidence of the silence follows from the voice, which has not changed meanwhile. */
function silenceEnds(voice: Voice, reading: Reading, cameMs: number, timeZone: string) {
  if (voice.silentSinceMs === null) return undefined
  const before = { ...voice, silentSinceMs: null }
  const silence = silenceOf(before, Number.POSITIVE_INFINITY, voice.heardMs, timeZone)
  if (!silence) return undefined
  const change = changeOf('closed', voice.silentSinceMs, cameMs, silence.evidence)
  return { name: { floor: reading.piano, metric: METRIC }, change, reading } as const
}

/** A silence that was told before a restart, of which nothing but its document is left. */
export function leftSilenceEnds(
  { floor, startMs, opening }: Incident,
  reading: Reading,
  cameMs: number,
): WatchedChange {
  const change = changeOf('closed', startMs, cameMs, opening)
  return { name: { floor, metric: METRIC }, change, reading }
}

function changeOf(
  phase: IncidentChange['phase'],
  startMs: number,
  timeMs: number,
  evidence: Silence['evidence'],
): IncidentChange {
  const incident = { cause: 'silent', startMs, foundMs: timeMs } as const
  return { phase, incident: { ...incident, opening: evidence, peak: evidence }, timeMs }
}
