/**
 * The running average of a floor's current half hour. When the next half hour begins, and nothing
 * of this one was missed, its average joins the history that later readings are judged against. A
 * half hour seen in part is dropped: the average of its second half would pass for the whole.
 */
import { METRICS, type Metric } from '../model/alert.ts'
import type { FloorState, RunningHalfHour } from '../model/detection-state.ts'
import { HALF_HOUR_MS, halfHourOf } from '../model/site-time.ts'
import type { BucketAverage } from '../ports/statistics.ts'

/**
 * A silence longer than this is a missed stretch. Meters that send every quarter of an hour pass.
 */
export const SILENCE_MS_MAX = 15 * 60_000
/** A floor seen for the first time so soon after the start counts as seen from the start. */
export const LATE_START_MS_MAX = 5 * 60_000

/** What one reading measured; undefined where its sensor did not. Units: kW, A, V, kWh in 30 s. */
export type Measurements = Readonly<Record<Metric, number | undefined>>

export interface HalfHourStep {
  /** The half hour that the reading lies in, the reading included. */
  readonly running: RunningHalfHour
  /** The half hour before it, when it was seen whole. */
  readonly finished: RunningHalfHour | undefined
}

/** Adds a reading; its time must be later than that of `previous`. */
export function addToHalfHour(
  previous: FloorState | undefined,
  timeMs: number,
  measured: Measurements,
  timeZone: string,
): HalfHourStep {
  const isUnbroken = previous !== undefined && timeMs - previous.timeMs <= SILENCE_MS_MAX
  const before = previous?.halfHour
  if (before && timeMs < before.startMs + HALF_HOUR_MS) {
    const whole = before.whole && isUnbroken
    return { running: add({ ...before, whole }, measured), finished: undefined }
  }
  const halfHour = halfHourOf(timeMs, timeZone)
  const whole = isUnbroken || timeMs - halfHour.startMs <= LATE_START_MS_MAX
  const finished = before?.whole && isUnbroken ? before : undefined
  return { running: add({ ...halfHour, whole, ...EMPTY }, measured), finished }
}

/** The row of a finished half hour; a metric that was never measured is null. */
export function averageOf(floor: number, half: RunningHalfHour): BucketAverage {
  const mean = (metric: Metric) => {
    const { sum, count } = half[metric]
    return count === 0 ? null : sum / count
  }
  return {
    floor,
    startIso: startText(half.startMs),
    weekday: half.weekday,
    halfHour: half.halfHour,
    kw: mean('kw'),
    corrente: mean('corrente'),
    tensione: mean('tensione'),
    dkwh: mean('delta_kwh'),
  }
}

/** Always in UTC, so that one half hour has one text whatever the zone of the site. */
export function startText(startMs: number): string {
  return new Date(startMs).toISOString().replace('.000Z', '+00:00')
}

const NONE = { sum: 0, count: 0 }
const EMPTY = { kw: NONE, corrente: NONE, tensione: NONE, delta_kwh: NONE }

function add(half: RunningHalfHour, measured: Measurements): RunningHalfHour {
  const sums = { ...half }
  for (const metric of METRICS) {
    const value = measured[metric]
    const { sum, count } = half[metric]
    if (value !== undefined) sums[metric] = { sum: sum + value, count: count + 1 }
  }
  return sums
}
