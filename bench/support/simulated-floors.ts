/**
 * Floors of the simulated building for the benchmark of detection: weeks at a cadence of 30 s, with
 * or without labelled episodes, and none of the original's own outliers. The same seed gives the
 * same floors.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import {
  EPISODE_KINDS,
  type Episode,
  planEpisodes,
  withEpisode,
} from '../../src/meters/labelled-episodes.ts'
import { startBuilding, tick } from '../../src/meters/simulated-building.ts'
import { BUILDING_DEFAULTS, type BuildingOptions } from '../../src/meters/simulator-options.ts'
import type { Reading } from '../../src/model/reading.ts'

export const WEEK_MS = 7 * 86_400_000
const START_MS = Date.UTC(2026, 0, 5)
/** Episodes begin after so many weeks; before, nothing is scored. */
export const LEARNING_WEEKS = 3
/** Rest between two episodes, less than it is in most buildings. */
const EVERY_MS = 4 * 86_400_000

export const METRICS = ['sensore2_kw', 'sensore3_corrente', 'sensore3_tensione'] as const

export interface FloorReading {
  readonly timeMs: number
  readonly reading: Reading
}

export interface SimulatedFloors {
  readonly episodes: readonly Episode[]
  readonly scoredFromMs: number
  readonly endMs: number
  readonly floors: number
  readings(): Generator<FloorReading>
}

const OPTIONS: BuildingOptions = {
  ...BUILDING_DEFAULTS,
  timeZone: 'UTC',
  anomalyRate: 0,
  kwhSpikeProb: 0,
  shiftProb: 0,
}

export function simulatedFloors(seed: string, weeks: number, isClean: boolean): SimulatedFloors {
  const random = seededRandom(seed)
  const scoredFromMs = START_MS + LEARNING_WEEKS * WEEK_MS
  const endMs = START_MS + weeks * WEEK_MS
  const floors = OPTIONS.baseKw.length
  const span = { startMs: scoredFromMs, endMs, everyMs: EVERY_MS }
  const episodes = isClean
    ? []
    : OPTIONS.baseKw.flatMap((_, i) =>
        planEpisodes(i + 1, EPISODE_KINDS, span, isWorkday, random.fork(`episodes-${i}`)),
      )
  return {
    ...{ episodes, scoredFromMs, endMs, floors },
    readings: () => readingsOf(random.fork('building'), episodes, endMs),
  }
}

function* readingsOf(
  random: ReturnType<typeof seededRandom>,
  episodes: readonly Episode[],
  endMs: number,
): Generator<FloorReading> {
  let building = startBuilding(OPTIONS, random)
  const before = new Map<number, Reading>()
  const stepMs = OPTIONS.intervalSeconds * 1000
  for (let timeMs = START_MS; timeMs < endMs; timeMs += stepMs) {
    const ticked = tick(building, timeMs)
    building = ticked.state
    for (const reading of ticked.readings) {
      const { piano } = reading
      const episode = episodes.find(
        (one) => one.piano === piano && timeMs >= one.startMs && timeMs < one.endMs,
      )
      if (!episode) before.set(piano, reading)
      const at = {
        baseKw: OPTIONS.baseKw[piano - 1] ?? 0,
        ampPerKw: OPTIONS.ampPerKw,
        hour: (timeMs / 3_600_000) % 24,
        before: before.get(piano),
      }
      yield { timeMs, reading: episode ? withEpisode(reading, episode, timeMs, at) : reading }
    }
  }
}

function isWorkday(timeMs: number): boolean {
  const day = new Date(timeMs).getUTCDay()
  return day >= 1 && day <= 5
}
