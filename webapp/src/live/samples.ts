/**
 * The newest readings of each floor. What gets nothing new stays the same object, so that whoever
 * shows it need not look; a hundred floors that send each second pass through here each second.
 */
import type { Reading } from '../api/types.ts'
import { timeMsOf } from '../lib/metrics.ts'

/** Newest last, at most SAMPLES_MAX for each floor. */
export type Samples = ReadonlyMap<number, readonly Reading[]>

/** Five minutes of a meter that sends each second: so long history need not be asked for anew. */
export const SAMPLES_MAX = 300
/** While only one interval is known it is taken for that of the simulator. */
const INTERVAL_MS_DEFAULT = 30_000

/** Readings that are known change nothing. */
export function addReadings(samples: Samples, readings: readonly Reading[]): Samples {
  let next: Map<number, readonly Reading[]> | undefined
  for (const reading of readings) {
    const known = (next ?? samples).get(reading.piano) ?? []
    const all = withReading(known, reading)
    if (all === known) continue
    next ??= new Map(samples)
    next.set(reading.piano, all)
  }
  return next ?? samples
}

/** Nearly always it is the newest, and nothing is looked through. */
function withReading(known: readonly Reading[], reading: Reading): readonly Reading[] {
  const newest = known.at(-1)
  if (!newest) return [reading]
  const isNewest = timeMsOf(newest) < timeMsOf(reading)
  if (isNewest) return [...known.slice(1 - SAMPLES_MAX), reading]
  if (known.some((one) => one.timestamp === reading.timestamp)) return known
  const all = [...known, reading].sort((a, b) => timeMsOf(a) - timeMsOf(b))
  return all.slice(-SAMPLES_MAX)
}

export function newestMs(samples: Samples): number | undefined {
  const times = [...samples.values()].flatMap((list) => {
    const last = list.at(-1)
    return last ? [timeMsOf(last)] : []
  })
  return times.length === 0 ? undefined : Math.max(...times)
}

/** By the samples it was taken from, since many ask for it at each drawing. */
const intervals = new WeakMap<Samples, number>()

/** So many tell how often a meter sends. */
const GAPS_LOOKED_AT = 60

/** The median of the gaps between the newest samples of the floor that has most. */
export function intervalMsOf(samples: Samples): number {
  const known = intervals.get(samples) ?? medianGapMs(samples)
  intervals.set(samples, known)
  return known
}

function medianGapMs(samples: Samples): number {
  const longest = [...samples.values()].reduce<readonly Reading[]>(
    (best, list) => (list.length > best.length ? list : best),
    [],
  )
  const times = longest.slice(-GAPS_LOOKED_AT - 1).map(timeMsOf)
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time))
  gaps.sort((a, b) => a - b)
  return gaps[Math.floor(gaps.length / 2)] ?? INTERVAL_MS_DEFAULT
}
