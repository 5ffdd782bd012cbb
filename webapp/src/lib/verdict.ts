/**
 * The answer in one line: how many floors have a problem, and what the building draws.
 */
import type { Metric, Notification, Reading, ThresholdSet, Thresholds } from '../api/types.ts'
import type { FloorRow } from './floors.ts'
import { amountOf, judge, limitsFor, METRIC_LIST } from './metrics.ts'

type Samples = ReadonlyMap<number, readonly Reading[]>

/** Enough to know what came before the newest. */
const JUDGED = 2

interface Judged {
  readonly limits: ThresholdSet
  readonly over: readonly Metric[]
}
/** By the samples that were judged: those that got nothing new are not judged again. */
const judged = new WeakMap<readonly Reading[], Judged>()

export function overMetrics(samples: readonly Reading[], limits: ThresholdSet): readonly Metric[] {
  const known = judged.get(samples)
  if (known?.limits === limits) return known.over
  const newest = samples.slice(-JUDGED)
  const over = METRIC_LIST.filter((metric) => judge(newest, metric, limits).at(-1)?.isOver)
  judged.set(samples, { limits, over })
  return over
}

/** Which metrics of which floors an alert speaks of. */
export type Alarmed = ReadonlyMap<number, ReadonlySet<Metric>>

/** What is as it was stays the same object: an alert more of what is alarmed draws no card anew. */
export function alarmedOf(
  active: readonly Notification[],
  former: Alarmed = new Map<number, ReadonlySet<Metric>>(),
): Alarmed {
  const floors = new Map<number, ReadonlySet<Metric>>()
  for (const { floor, metric } of active) {
    floors.set(floor, new Set(floors.get(floor)).add(metric))
  }
  for (const [floor, metrics] of floors) {
    const known = former.get(floor)
    if (known && isSameSet(known, metrics)) floors.set(floor, known)
  }
  const isSame =
    floors.size === former.size && [...floors].every(([n, set]) => former.get(n) === set)
  return isSame ? former : floors
}

function isSameSet(a: ReadonlySet<Metric>, b: ReadonlySet<Metric>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one))
}

/** Values over their limit, and alerts: each metric once. */
export function problemsOf(
  samples: readonly Reading[],
  limits: ThresholdSet,
  alarmed: ReadonlySet<Metric> = NONE,
): number {
  const more = overMetrics(samples, limits).filter((metric) => !alarmed.has(metric))
  return alarmed.size + more.length
}

const NONE: ReadonlySet<Metric> = new Set()

interface KnownRows {
  readonly thresholds: Thresholds
  readonly alarmed: Alarmed
  readonly rows: readonly FloorRow[]
}
/** By the samples they are of, since several parts of a page ask for them at each drawing. */
const knownRows = new WeakMap<Samples, KnownRows>()

export function floorRows(
  samples: Samples,
  thresholds: Thresholds,
  alarmed: Alarmed,
): readonly FloorRow[] {
  const known = knownRows.get(samples)
  if (known?.thresholds === thresholds && known.alarmed === alarmed) return known.rows
  const rows = judgeFloors(samples, thresholds, alarmed)
  knownRows.set(samples, { thresholds, alarmed, rows })
  return rows
}

function judgeFloors(samples: Samples, thresholds: Thresholds, alarmed: Alarmed) {
  return [...samples.entries()].map(([floor, list]) => {
    const newest = list.at(-1)
    const problems = problemsOf(list, limitsFor(thresholds, floor), alarmed.get(floor))
    return { floor, kw: newest && amountOf(newest, 'kw'), problems }
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

const totals = new WeakMap<Samples, Totals>()

export function totalsOf(samples: Samples): Totals {
  const known = totals.get(samples) ?? addUp(samples)
  totals.set(samples, known)
  return known
}

function addUp(samples: Samples): Totals {
  const newest = [...samples.values()].flatMap((list) => list.at(-1) ?? [])
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
