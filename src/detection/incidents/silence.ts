/**
 * Is a meter silent that used to speak? A clock asks, since no reading will. What counts is when
 * readings came and not what time they carry: recorded data may be years old. How long this meter
 * is ever silent it tells by itself, as the longest pause of each of the last days.
 */
import type { Voice } from '../../model/detection-state.ts'
import type { Evidence } from '../../model/incident.ts'
import { slotOf } from '../../model/site-time.ts'

/** A meter is silent after so many times its longest pause. */
export const PAUSE_FACTOR = 3
/** No meter is called silent before. */
export const SILENCE_MS_MIN = 5 * 60_000
/** Pauses of so many days are remembered. */
export const PAUSE_DAYS = 14
/** So many silences within those days are how this meter is: it sends in bundles, or sleeps. */
export const SILENCES_USUAL = 3
/** A meter that has spoken less often has no habit yet. */
export const HEARD_MIN = 30
/** Whoever has not asked for so long has not listened either. */
export const SLEPT_MS = 2 * 60_000
const DAY_MS = 86_400_000

/** A reading has come. */
export function heard(voice: Voice | undefined, timeMs: number): Voice {
  const day = Math.floor(timeMs / DAY_MS)
  if (!voice) {
    return { heardMs: timeMs, count: 1, day, pausesMs: [0], silentSinceMs: null, silences: [] }
  }
  const silences = silencesUntil(voice, timeMs, day)
  const pauseMs = usualPauseMs(voice, timeMs, silences)
  const known = day === voice.day ? voice.pausesMs.slice(0, -1) : voice.pausesMs
  const largest = Math.max(pauseMs, day === voice.day ? (voice.pausesMs.at(-1) ?? 0) : 0)
  return {
    heardMs: Math.max(timeMs, voice.heardMs),
    count: Math.min(voice.count + 1, HEARD_MIN),
    day,
    pausesMs: [...known, largest].slice(-PAUSE_DAYS),
    silentSinceMs: null,
    silences,
  }
}

/** The last silences that were told, with the one that ends now. */
function silencesUntil(voice: Voice, timeMs: number, day: number): Voice['silences'] {
  const { silentSinceMs, silences } = voice
  const recent = silences.filter((one) => day - one.day < PAUSE_DAYS)
  if (silentSinceMs === null) return recent
  return [...recent, { day, lastedMs: timeMs - silentSinceMs }].slice(-SILENCES_USUAL)
}

/**
 * A pause that was a silence teaches nothing, also where nobody called it one: then it was we who
 * were away, and a meter that dies afterwards would be missed days late. When several were told in
 * some days, the shortest of them is usual: nobody reads the same alarm each night.
 */
function usualPauseMs(voice: Voice, timeMs: number, silences: Voice['silences']): number {
  const pauseMs = Math.max(0, timeMs - voice.heardMs)
  if (voice.silentSinceMs !== null) return usualOf(silences)
  const isSilence = pauseMs > (silenceMsMax(voice) ?? Number.POSITIVE_INFINITY)
  return isSilence ? 0 : pauseMs
}

function usualOf(silences: Voice['silences']): number {
  if (silences.length < SILENCES_USUAL) return 0
  return Math.min(...silences.map(({ lastedMs }) => lastedMs))
}

/** How long the meter may be silent; undefined while it has no habit yet. */
export function silenceMsMax({ pausesMs, count }: Voice): number | undefined {
  if (count < HEARD_MIN) return undefined
  return Math.max(SILENCE_MS_MIN, PAUSE_FACTOR * Math.max(...pausesMs))
}

export interface Silence {
  readonly voice: Voice
  /** When it became one: the same whoever asks, and however late. */
  readonly dueMs: number
  readonly evidence: Evidence
}

/**
 * The silence that has begun, or undefined. `listeningMs`: since when somebody has listened without
 * a break; a silence of our own is not the meter's.
 */
export function silenceOf(
  voice: Voice,
  nowMs: number,
  listeningMs: number,
  timeZone: string,
): Silence | undefined {
  const limitMs = silenceMsMax(voice)
  if (limitMs === undefined || voice.silentSinceMs !== null) return undefined
  if (nowMs - Math.max(voice.heardMs, listeningMs) <= limitMs) return undefined
  const dueMs = voice.heardMs + limitMs
  const evidence = evidenceOf(voice, limitMs, dueMs, timeZone)
  return { voice: { ...voice, silentSinceMs: voice.heardMs }, dueMs, evidence }
}

/** The evidence of a silence says how long it has lasted when it is told. */
function evidenceOf(voice: Voice, limitMs: number, dueMs: number, timeZone: string): Evidence {
  const seconds = (ms: number) => Math.round(ms / 1000)
  const { weekday, halfHour } = slotOf(dueMs, timeZone)
  return {
    ...{ channel: 'silence', direction: 'none', timeMs: dueMs, weekday, halfHour },
    value: seconds(limitMs),
    expected: seconds(Math.max(...voice.pausesMs)),
    ...{ low: 0, high: seconds(limitMs) },
    statistic: seconds(limitMs),
    comparable: voice.pausesMs.length,
    ...{ ratePerMonth: 0, sharePerMonth: 0, budgetPerMonth: 0, score: 1, isLikeSunday: false },
    ...{ learned: 'cadence', rule: 'silence-1' },
  }
}
