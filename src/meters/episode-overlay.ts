/**
 * Lays labelled episodes over the ticks of a simulated building, floor by floor, as they come. It
 * plans a year ahead from the seed; without kinds it passes every tick on as it is.
 */
import type { Reading } from '../model/reading.ts'
import type { Random } from '../ports/random.ts'
import { type Episode, planEpisodes, withEpisode } from './labelled-episodes.ts'
import type { AnomalyLabel, Tick } from './simulated-building.ts'
import type { SimulatorOptions } from './simulator-options.ts'

export interface EpisodeOverlay {
  /** Times must not go back. */
  lay(tick: Tick, timeMs: number): Pick<Tick, 'readings' | 'labels'>
}

type OverlayOptions = Pick<
  SimulatorOptions,
  'episodeKinds' | 'episodeEveryHours' | 'baseKw' | 'ampPerKw' | 'timeZone'
>

const HOUR_MS = 3_600_000
const PLANNED_MS = 365 * 24 * HOUR_MS

export function episodeOverlay(
  options: OverlayOptions,
  startMs: number,
  random: Random,
): EpisodeOverlay {
  if (options.episodeKinds.length === 0) return { lay: (tick) => tick }
  const everyMs = options.episodeEveryHours * HOUR_MS
  const span = { startMs: startMs + everyMs, endMs: startMs + PLANNED_MS, everyMs }
  const isWorkday = (timeMs: number) => localOf(timeMs, options.timeZone).dayOfWeek <= 5
  const plan = options.baseKw.flatMap((_, i) =>
    planEpisodes(i + 1, options.episodeKinds, span, isWorkday, random.fork(`floor-${i + 1}`)),
  )
  const before = new Map<number, Reading>()
  const told = new Set<Episode>()
  return {
    lay({ readings, labels }, timeMs) {
      const going = plan.filter((one) => timeMs >= one.startMs && timeMs < one.endMs)
      const fresh = going.filter((one) => !told.has(one))
      for (const episode of fresh) told.add(episode)
      const laid = readings.map((reading) => {
        const episode = going.find(({ piano }) => piano === reading.piano)
        if (!episode) before.set(reading.piano, reading)
        return episode ? made(reading, episode, timeMs, options, before) : reading
      })
      return { readings: laid, labels: [...labels, ...fresh.map((one) => labelOf(one, timeMs))] }
    },
  }
}

function made(
  reading: Reading,
  episode: Episode,
  timeMs: number,
  { baseKw, ampPerKw, timeZone }: OverlayOptions,
  before: ReadonlyMap<number, Reading>,
): Reading {
  const local = localOf(timeMs, timeZone)
  return withEpisode(reading, episode, timeMs, {
    baseKw: baseKw[episode.piano - 1] ?? 0,
    ampPerKw,
    hour: local.hour + local.minute / 60,
    before: before.get(episode.piano),
  })
}

function labelOf({ piano, kind, endMs }: Episode, timeMs: number): AnomalyLabel {
  const [timestamp, until] = [timeMs, endMs].map((ms) => new Date(ms).toISOString())
  return { piano, timestamp: timestamp ?? '', kind, until: until ?? '' }
}

function localOf(timeMs: number, timeZone: string) {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs)).toZonedDateTimeISO(timeZone)
}
