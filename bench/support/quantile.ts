/**
 * What a pile of durations says: the median and the slow end.
 */
export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export const medianOf = (values: readonly number[]): number => quantilesOf(values).p50

/** Of any unit; NaN where there are no values. */
export function quantilesOf(values: ArrayLike<number>): Quantiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}
