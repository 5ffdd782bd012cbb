/**
 * The newest readings of each floor. What gets nothing new stays the same object, so that whoever
 * shows it need not look; a hundred floors that send each second pass through here each second.
 */
import type { Reading } from '../api/types.ts'
import { timeMsOf } from '../lib/metrics.ts'
import { INTERVAL_MS_DEFAULT, paceMsOf } from '../lib/pace-of-meter.ts'

/** Newest last, at most SAMPLES_MAX for each floor. */
export type Samples = ReadonlyMap<number, readonly Reading[]>

/** Five minutes of a meter that sends each second: so long history need not be asked for anew. */
export const SAMPLES_MAX = 300

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

/** By what it was taken from, since many ask for it at each drawing. */
const buildings = new WeakMap<Samples, { readonly gapMs: number | undefined }>()

/** How often the floor that has most samples sends; undefined while no floor has two. */
export function knownIntervalMsOf(samples: Samples): number | undefined {
  const known = buildings.get(samples) ?? { gapMs: paceMsOf(longestOf(samples)) }
  buildings.set(samples, known)
  return known.gapMs
}

export function intervalMsOf(samples: Samples): number {
  return knownIntervalMsOf(samples) ?? INTERVAL_MS_DEFAULT
}

/** The same of one floor. */
export function intervalMsOn(floor: number, samples: Samples): number {
  return paceMsOf(samples.get(floor) ?? []) ?? INTERVAL_MS_DEFAULT
}

function longestOf(samples: Samples): readonly Reading[] {
  return [...samples.values()].reduce<readonly Reading[]>(
    (best, list) => (list.length > best.length ? list : best),
    [],
  )
}

/** Readings so many of their own intervals apart have others between them, which did not come. */
const MISSED_INTERVALS = 3
/** Less is a pixel or two in the line of an hour, and to ask for it again costs more than that. */
export const MISSED_MS_MIN = 20_000

/**
 * Whether this page has missed readings: it was asleep, or too slow, and then most floors go on
 * with one that is not the next of its meter. Where a few do it is their meters.
 */
export function isSomeMissed(before: Samples, after: Samples): boolean {
  let jumps = 0
  for (const [floor, list] of after) {
    const known = before.get(floor)
    if (known && known !== list && isJump(known, list)) jumps += 1
  }
  return jumps > 0 && 2 * jumps >= after.size
}

function isJump(known: readonly Reading[], list: readonly Reading[]): boolean {
  const newest = known.at(-1)
  if (!newest) return false
  for (let at = list.length - 1; at > 0; at -= 1) {
    const [one, other] = [list[at - 1], list[at]]
    if (!one || !other || timeMsOf(other) <= timeMsOf(newest)) return false
    const gapMs = timeMsOf(other) - timeMsOf(one)
    if (gapMs <= MISSED_MS_MIN) continue
    const intervalMs = paceMsOf(known)
    if (intervalMs !== undefined && gapMs > MISSED_INTERVALS * intervalMs) return true
  }
  return false
}

/** Of floors that are known, nothing newer: for a page on which readings stand still. */
export function standingStill(samples: Samples, readings: readonly Reading[]): readonly Reading[] {
  return readings.filter((one) => {
    const newest = samples.get(one.piano)?.at(-1)
    return !newest || timeMsOf(one) <= timeMsOf(newest)
  })
}
