/**
 * How often the meter speaks, from the meter itself: the median of the last intervals. It decides
 * how long a bin is and what counts as a gap. A meter that changes its pace for good is learned
 * anew; one that was late once is not.
 */
export interface Cadence {
  /** The last intervals, oldest first, ms. */
  readonly intervalsMs: readonly number[]
  /** Undefined before it is known. */
  readonly stepMs: number | null
}

export const NO_CADENCE: Cadence = { intervalsMs: [], stepMs: null }

const INTERVALS_FIRST = 5
const INTERVALS_MAX = 31
/** Another pace is one that differs by this factor. */
const OTHER_PACE = 1.8
/** A silence of more steps than this is a gap. */
export const GAP_STEPS = 3.5

export interface PaceStep {
  readonly cadence: Cadence
  /** The pace has become known, or another. */
  readonly isNew: boolean
}

export function withInterval({ intervalsMs, stepMs }: Cadence, intervalMs: number): PaceStep {
  const intervals = [...intervalsMs, intervalMs].slice(-INTERVALS_MAX)
  const isDue = intervals.length === (stepMs === null ? INTERVALS_FIRST : INTERVALS_MAX)
  if (!isDue || intervalMs === stepMs) return { cadence: kept(intervals, stepMs), isNew: false }
  const pace = middleOf(intervals)
  const isOther = stepMs === null || pace / stepMs > OTHER_PACE || stepMs / pace > OTHER_PACE
  return { cadence: kept(intervals, isOther ? pace : stepMs), isNew: isOther }
}

/** Minutes of a bin: short enough to see an hour's shape, long enough to be steady. */
export function binMinutesOf(stepMs: number): 15 | 30 | 60 {
  if (stepMs <= 20 * 60_000) return 15
  return stepMs <= 40 * 60_000 ? 30 : 60
}

function kept(intervalsMs: readonly number[], stepMs: number | null): Cadence {
  return { intervalsMs, stepMs }
}

function middleOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
