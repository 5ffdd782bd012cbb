/**
 * The four things that are measured: where they stand in a reading, their limit, their unit, how
 * many digits mean something.
 */
import type { Metric, Reading, ThresholdSet, Thresholds } from '../api/types.ts'

export const METRIC_LIST = ['kw', 'corrente', 'tensione', 'delta_kwh'] as const

interface MetricFacts {
  readonly unit: string
  readonly digits: number
  readonly limit: keyof ThresholdSet
}

export const METRIC_FACTS: Readonly<Record<Metric, MetricFacts>> = {
  kw: { unit: 'kW', digits: 2, limit: 'kw_max' },
  corrente: { unit: 'A', digits: 1, limit: 'corrente_max' },
  tensione: { unit: 'V', digits: 1, limit: 'tensione_max' },
  delta_kwh: { unit: 'kWh', digits: 4, limit: 'delta_kwh_max' },
}

export function isMetric(value: unknown): value is Metric {
  return METRIC_LIST.some((metric) => metric === value)
}

/** Undefined when this reading did not measure it. */
export function amountOf(reading: Reading, metric: Metric): number | undefined {
  const value = {
    kw: reading.sensore2_kw,
    corrente: reading.sensore3_corrente,
    tensione: reading.sensore3_tensione,
    delta_kwh: reading.delta_kwh ?? reading.delta_kwh_30s,
  }[metric]
  return typeof value === 'number' ? value : undefined
}

export function limitsFor(thresholds: Thresholds, floor: number): ThresholdSet {
  return thresholds.per_floor[String(floor)] ?? thresholds.default
}

/** Each drawing asks for the times of all readings that are kept, and to read a text takes long. */
const timesMs = new WeakMap<object, number>()

export function timeMsOf(reading: Pick<Reading, 'timestamp'>): number {
  const known = timesMs.get(reading)
  if (known !== undefined) return known
  const timeMs = Date.parse(reading.timestamp)
  timesMs.set(reading, timeMs)
  return timeMs
}

/** What the limit of the energy means, and a pace that is taken for it, as the detector does. */
const ENERGY_WINDOW_MS = 30_000
const WINDOW_TOLERANCE = 0.1
/** The shortest time that says something about a pace. */
const PACE_MS_MIN = 1_000

/** How many times the energy of so long a time is in the 30 s that its limit is for. */
export function timesInWindow(sinceMs: number): number {
  const isUsual = Math.abs(sinceMs / ENERGY_WINDOW_MS - 1) <= WINDOW_TOLERANCE
  return isUsual ? 1 : ENERGY_WINDOW_MS / sinceMs
}

/**
 * Whether a value is over its limit, as the detector judges it: energy is scaled to 30 s by the
 * time since the reading before.
 */
export function isOver(
  metric: Metric,
  value: number,
  limits: ThresholdSet,
  sinceMs?: number,
): boolean {
  const limit = limits[METRIC_FACTS[metric].limit]
  if (metric !== 'delta_kwh' || sinceMs === undefined) return value > limit
  return sinceMs >= PACE_MS_MIN && value * timesInWindow(sinceMs) > limit
}

/** Each of the samples with whether it is over the limit. Oldest first. */
export function judge(samples: readonly Reading[], metric: Metric, limits: ThresholdSet) {
  return samples.map((reading, at) => {
    const before = samples[at - 1]
    const sinceMs = before ? timeMsOf(reading) - timeMsOf(before) : undefined
    const value = amountOf(reading, metric)
    const over = value !== undefined && isOver(metric, value, limits, sinceMs)
    return { reading, value, isOver: over }
  })
}

/** Where a chart draws the limit: that of the energy is for 30 s, its values for their interval. */
export function shownLimit(limits: ThresholdSet, metric: Metric, intervalMs: number): number {
  const limit = limits[METRIC_FACTS[metric].limit]
  return metric === 'delta_kwh' ? limit / timesInWindow(intervalMs) : limit
}
