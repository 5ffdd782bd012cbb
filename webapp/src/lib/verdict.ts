/**
 * The answer in one line: how many floors have a problem, and what the building draws.
 */
import type { Metric, Notification, Reading, Thresholds } from '../api/types.ts'
import type { FloorRow } from './floors.ts'
import { amountOf, judge, limitsFor, METRIC_LIST } from './metrics.ts'

type Samples = ReadonlyMap<number, readonly Reading[]>

/** Enough to know what came before the newest. */
const JUDGED = 2

export function overMetrics(
  samples: readonly Reading[],
  thresholds: Thresholds,
  floor: number,
): readonly Metric[] {
  const limits = limitsFor(thresholds, floor)
  const newest = samples.slice(-JUDGED)
  return METRIC_LIST.filter((metric) => judge(newest, metric, limits).at(-1)?.isOver)
}

export function floorRows(
  samples: Samples,
  thresholds: Thresholds,
  active: readonly Notification[],
): readonly FloorRow[] {
  return [...samples.entries()].map(([floor, list]) => {
    const over = new Set<string>(overMetrics(list, thresholds, floor))
    for (const one of active) if (one.floor === floor) over.add(one.metric)
    const newest = list.at(-1)
    return { floor, kw: newest && amountOf(newest, 'kw'), problems: over.size }
  })
}

export interface Totals {
  readonly kw: number | undefined
  readonly corrente: number | undefined
  /** The mean: volts do not add up. */
  readonly tensione: number | undefined
  readonly delta_kwh: number | undefined
  readonly kwh: number | undefined
}

export function totalsOf(samples: Samples): Totals {
  const newest = [...samples.values()].flatMap((list) => list.slice(-1))
  const of = (metric: Metric) => newest.flatMap((reading) => amountOf(reading, metric) ?? [])
  const counters = newest.flatMap(({ sensore1_kwh }) => sensore1_kwh ?? [])
  const volts = of('tensione')
  const voltSum = sumOf(volts)
  return {
    kw: sumOf(of('kw')),
    corrente: sumOf(of('corrente')),
    tensione: voltSum === undefined ? undefined : voltSum / volts.length,
    delta_kwh: sumOf(of('delta_kwh')),
    kwh: sumOf(counters),
  }
}

function sumOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0)
}
