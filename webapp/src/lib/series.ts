/**
 * Points of a chart: aggregates of the history and live readings brought onto one time axis, with
 * gaps left open. Pure, and fast enough for an hour of seconds of twenty floors.
 */
import type { Metric, Reading, ReadingPoint } from '../api/types.ts'
import { amountOf, timeMsOf } from './metrics.ts'

export type Value = number | null

export interface Table {
  /** Epoch seconds, ascending. */
  readonly times: readonly number[]
  /** One list for each series, as long as `times`. */
  readonly columns: readonly (readonly Value[])[]
}

/** Steps of silence that are taken for a gap and not for a slow meter. */
const GAP_STEPS = 3

/** Live readings as steps, like those of the history. */
export function pointsOf(
  readings: readonly Reading[],
  metric: Metric,
  stepSeconds: number,
): readonly ReadingPoint[] {
  const points = new Map<number, ReadingPoint>()
  for (const reading of readings) {
    const value = amountOf(reading, metric)
    if (value === undefined) continue
    const t = Math.floor(timeMsOf(reading) / 1000 / stepSeconds) * stepSeconds
    const known = points.get(t)
    points.set(
      t,
      known ? widen(known, value) : { t, min: value, mean: value, max: value, count: 1 },
    )
  }
  return [...points.values()].sort((a, b) => a.t - b.t)
}

function widen(point: ReadingPoint, value: number): ReadingPoint {
  const count = point.count + 1
  return {
    t: point.t,
    min: Math.min(point.min, value),
    max: Math.max(point.max, value),
    mean: point.mean + (value - point.mean) / count,
    count,
  }
}

/** History, then what came live after it; where both have a step, the one that saw more counts. */
export function joinPoints(
  history: readonly ReadingPoint[],
  live: readonly ReadingPoint[],
): readonly ReadingPoint[] {
  const points = new Map(history.map((point) => [point.t, point]))
  for (const point of live) {
    const known = points.get(point.t)
    if (!known || known.count <= point.count) points.set(point.t, point)
  }
  return [...points.values()].sort((a, b) => a.t - b.t)
}

/** One time axis for all series. A series is null where it has a gap, and is not joined over it. */
export function tableOf(
  series: readonly (readonly ReadingPoint[])[],
  stepSeconds: number,
  span: { readonly fromSeconds: number; readonly toSeconds: number },
): Table {
  const inside = series.map((points) =>
    points.filter(({ t }) => t >= span.fromSeconds - stepSeconds && t <= span.toSeconds),
  )
  const marks = inside.map((points) => new Map(withGaps(points, stepSeconds)))
  const times = [...new Set(marks.flatMap((values) => [...values.keys()]))].sort((a, b) => a - b)
  const columns = marks.map((values) => fill(times, values))
  return { times, columns }
}

/** A null is put into every gap, so that the line ends there. */
function withGaps(points: readonly ReadingPoint[], stepSeconds: number): [number, Value][] {
  const gap = GAP_STEPS * Math.max(stepSeconds, usualGap(points))
  return points.flatMap((point, at): [number, Value][] => {
    const next = points[at + 1]
    const mark: [number, Value] = [point.t, point.mean]
    if (!next || next.t - point.t <= gap) return [mark]
    return [mark, [point.t + stepSeconds, null]]
  })
}

/** The median of the distances: a meter may be slower than the step. */
function usualGap(points: readonly ReadingPoint[]): number {
  const gaps = points.slice(1).map((point, at) => point.t - (points[at]?.t ?? point.t))
  gaps.sort((a, b) => a - b)
  return gaps[Math.floor(gaps.length / 2)] ?? 0
}

/** Where only another series has a moment, the line is drawn on from its last own value. */
function fill(times: readonly number[], values: ReadonlyMap<number, Value>): readonly Value[] {
  const own = [...values.entries()].sort(([a], [b]) => a - b)
  let at = 0
  return times.map((time) => {
    while ((own[at]?.[0] ?? Number.POSITIVE_INFINITY) < time) at += 1
    const here = own[at]
    if (here?.[0] === time) return here[1]
    return between(own[at - 1], here, time)
  })
}

function between(
  before: readonly [number, Value] | undefined,
  after: readonly [number, Value] | undefined,
  time: number,
): Value {
  if (!before || !after || before[1] === null || after[1] === null) return null
  const share = (time - before[0]) / (after[0] - before[0])
  return before[1] + share * (after[1] - before[1])
}

export interface Facts {
  readonly min: number
  readonly mean: number
  readonly max: number
  readonly last: number
  readonly count: number
}

/** What a summary in words says of a series. */
export function factsOf(values: readonly Value[]): Facts | undefined {
  const known = values.filter((value) => value !== null)
  const last = known.at(-1)
  if (last === undefined) return undefined
  const sum = known.reduce((total, value) => total + value, 0)
  return {
    min: known.reduce((a, b) => Math.min(a, b)),
    max: known.reduce((a, b) => Math.max(a, b)),
    mean: sum / known.length,
    last,
    count: known.length,
  }
}
