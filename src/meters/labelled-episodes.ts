/**
 * Anomalies as they happen to buildings, with their labels: eight kinds of episodes, each with a
 * beginning and an end, laid over the readings of a floor. They stand beside the original's
 * outliers, which are single ticks; detection is scored against both.
 *
 * Pure: an episode is data, so the same plan gives the same readings in whatever order.
 */
import type { Reading } from '../model/reading.ts'
import type { Random } from '../ports/random.ts'

export const EPISODE_KINDS = [
  'spike',
  'step',
  'slow-drift',
  'drop-out',
  'stuck',
  'night-base-load',
  'holiday-like',
  'voltage-sag',
] as const
export type EpisodeKind = (typeof EPISODE_KINDS)[number]

export interface Episode {
  readonly piano: number
  readonly kind: EpisodeKind
  readonly startMs: number
  /** The first moment after it. */
  readonly endMs: number
}

/** What an episode needs to know of its floor. */
export interface Surroundings {
  readonly baseKw: number
  readonly ampPerKw: number
  /** Local hour with its fraction. */
  readonly hour: number
  /** The last reading before the episode began; a stuck meter repeats it. */
  readonly before: Reading | undefined
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long each lasts. */
export const EPISODE_MS: Readonly<Record<EpisodeKind, number>> = {
  spike: 2 * MINUTE_MS,
  step: DAY_MS,
  'slow-drift': 8 * DAY_MS,
  'drop-out': 20 * MINUTE_MS,
  stuck: HOUR_MS,
  'night-base-load': 2 * DAY_MS,
  'holiday-like': DAY_MS,
  'voltage-sag': 2 * MINUTE_MS,
}

/** Power that is added, as a part of the floor's base power. */
const SPIKE_PART = 2
const STEP_PART = 0.6
const DRIFT_PART = 1
const NIGHT_PART = 0.6
const NIGHT_ENDS_AT_HOUR = 5
/** Power of a holiday, and voltage of a sag, as a part of what it would be. */
const HOLIDAY_PART = 0.5
const SAG_PART = 0.85

/** The reading as the episode makes it. */
export function withEpisode(reading: Reading, episode: Episode, timeMs: number, at: Surroundings) {
  const part = (timeMs - episode.startMs) / (episode.endMs - episode.startMs)
  const made: Record<EpisodeKind, () => Reading> = {
    spike: () => withPower(reading, SPIKE_PART * at.baseKw, at),
    step: () => withPower(reading, STEP_PART * at.baseKw, at),
    'slow-drift': () => withPower(reading, DRIFT_PART * at.baseKw * part, at),
    'drop-out': () => dead(reading),
    stuck: () => repeated(reading, at.before ?? reading),
    'night-base-load': () =>
      withPower(reading, at.hour < NIGHT_ENDS_AT_HOUR ? NIGHT_PART * at.baseKw : 0, at),
    'holiday-like': () => withPower(reading, -(1 - HOLIDAY_PART) * (reading.sensore2_kw ?? 0), at),
    'voltage-sag': () => ({
      ...reading,
      sensore3_tensione: round((reading.sensore3_tensione ?? 0) * SAG_PART),
    }),
  }
  return made[episode.kind]()
}

/** Episodes of one floor, one after the other with room between them, each kind in turn. */
export function planEpisodes(
  piano: number,
  kinds: readonly EpisodeKind[],
  span: { readonly startMs: number; readonly endMs: number; readonly everyMs: number },
  isWorkday: (timeMs: number) => boolean,
  random: Random,
): readonly Episode[] {
  const episodes: Episode[] = []
  let index = random.below(kinds.length)
  for (let fromMs = span.startMs; fromMs < span.endMs; index += 1) {
    const kind = kinds[index % kinds.length] ?? 'spike'
    const startMs = startOf(kind, fromMs + random.unit() * DAY_MS, isWorkday)
    const endMs = startMs + EPISODE_MS[kind]
    if (endMs < span.endMs) episodes.push({ piano, kind, startMs, endMs })
    fromMs = Math.max(endMs, startMs) + span.everyMs
  }
  return episodes
}

/** Holidays fill a whole day that would have been worked; nights begin at midnight. */
function startOf(kind: EpisodeKind, timeMs: number, isWorkday: (timeMs: number) => boolean) {
  if (kind !== 'holiday-like' && kind !== 'night-base-load') return Math.floor(timeMs)
  let midnightMs = Math.ceil(timeMs / DAY_MS) * DAY_MS
  while (kind === 'holiday-like' && !isWorkday(midnightMs + DAY_MS / 2)) midnightMs += DAY_MS
  return midnightMs
}

function withPower(reading: Reading, addedKw: number, { ampPerKw }: Surroundings): Reading {
  const kw = Math.max(0, (reading.sensore2_kw ?? 0) + addedKw)
  const amps = Math.max(0, (reading.sensore3_corrente ?? 0) + addedKw * ampPerKw)
  return { ...reading, sensore2_kw: round(kw), sensore3_corrente: round(amps) }
}

function dead(reading: Reading): Reading {
  return { ...reading, sensore2_kw: 0, sensore3_corrente: 0, sensore3_tensione: 0 }
}

function repeated(reading: Reading, before: Reading): Reading {
  const frozen = { ...before, timestamp: reading.timestamp }
  const { sensore1_kwh: counterKwh } = reading
  return counterKwh === undefined ? frozen : { ...frozen, sensore1_kwh: counterKwh }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
