/**
 * How far off is usual at this hour? The mean absolute residual of each hour of the day, working
 * days and weekends apart, each drawn towards the mean of all. Residuals are clipped before they
 * teach, so that a spike does not widen the band for weeks.
 */
export interface Scales {
  readonly cells: readonly number[]
  readonly counts: readonly number[]
  /** Mean over all cells. */
  readonly pooled: number
  readonly pooledCount: number
}

const HOURS = 24
/** A cell counts against all as its readings against so many. */
const POOL_WEIGHT = 15
/** A cell remembers about so many hours of its kind. */
const CELL_HOURS = 40
/** Residuals teach up to so many times the scale. */
const CLIP = 4

export const EMPTY_SCALES: Scales = {
  cells: new Array<number>(HOURS * 2).fill(0),
  counts: new Array<number>(HOURS * 2).fill(0),
  pooled: 0,
  pooledCount: 0,
}

export function cellOf(minutesOfWeek: number): number {
  const hour = Math.floor(minutesOfWeek / 60)
  return (hour % HOURS) + (hour < 5 * HOURS ? 0 : HOURS)
}

export function scaleOf({ cells, counts, pooled }: Scales, cell: number): number {
  const count = counts[cell] ?? 0
  return ((cells[cell] ?? 0) * count + pooled * POOL_WEIGHT) / (count + POOL_WEIGHT)
}

/** `perHour`: readings in an hour; what is remembered is time, not a number of readings. */
export function learnScale(
  scales: Scales,
  cell: number,
  residual: number,
  perHour: number,
): Scales {
  const scale = scaleOf(scales, cell)
  const size = scale > 0 ? Math.min(Math.abs(residual), CLIP * scale) : Math.abs(residual)
  const cellMax = CELL_HOURS * Math.max(1, perHour)
  const count = Math.min((scales.counts[cell] ?? 0) + 1, cellMax)
  const pooledCount = Math.min(scales.pooledCount + 1, cellMax * HOURS)
  const cells = scales.cells.slice()
  const counts = scales.counts.slice()
  cells[cell] = (cells[cell] ?? 0) + (size - (cells[cell] ?? 0)) / count
  counts[cell] = count
  return {
    cells,
    counts,
    pooled: scales.pooled + (size - scales.pooled) / pooledCount,
    pooledCount,
  }
}
