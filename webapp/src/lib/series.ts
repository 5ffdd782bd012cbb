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
    if (known) widen(known, value)
    else points.set(t, { t, min: value, mean: value, max: value, count: 1 })
  }
  return [...points.values()].sort((a, b) => a.t - b.t)
}

/** Those that a history does not have for certain: from its last step but one on. */
function readingsAfter(
  history: readonly ReadingPoint[],
  readings: readonly Reading[],
  stepSeconds: number,
): readonly Reading[] {
  const end = history.at(-1)
  if (!end) return readings
  const fromMs = (end.t - stepSeconds) * 1000
  return readings.slice(readings.findLastIndex((one) => timeMsOf(one) < fromMs) + 1)
}

/** In its place: each drawing makes the steps of all live readings anew. */
function widen(point: ReadingPoint, value: number): void {
  point.count += 1
  point.min = Math.min(point.min, value)
  point.max = Math.max(point.max, value)
  point.mean += (value - point.mean) / point.count
}

/**
 * History, then what came live after it; where both have a step, the one that saw more counts. Both
 * are ascending, and so is the result.
 */
export function joinPoints(
  history: readonly ReadingPoint[],
  live: readonly ReadingPoint[],
): readonly ReadingPoint[] {
  if (live.length === 0) return history
  const points: ReadingPoint[] = []
  let at = 0
  for (const point of live) {
    for (let old = history[at]; old && old.t < point.t; old = history[at]) {
      points.push(old)
      at += 1
    }
    const same = history[at]
    if (same?.t === point.t) at += 1
    points.push(same?.t === point.t && same.count > point.count ? same : point)
  }
  return [...points, ...history.slice(at)]
}

/** A history with what came live since. */
export function withLive(
  history: readonly ReadingPoint[],
  readings: readonly Reading[],
  metric: Metric,
  stepSeconds: number,
): readonly ReadingPoint[] {
  const news = readingsAfter(history, readings, stepSeconds)
  return joinPoints(history, pointsOf(news, metric, stepSeconds))
}

/** One time axis for all series. A series is null where it has a gap, and is not joined over it. */
export function tableOf(
  series: readonly (readonly ReadingPoint[])[],
  stepSeconds: number,
  span: { readonly fromSeconds: number; readonly toSeconds: number },
): Table {
  const lines = series.map((points) => {
    const inside = points.filter(
      ({ t }) => t >= span.fromSeconds - stepSeconds && t <= span.toSeconds,
    )
    return withGaps(inside, stepSeconds)
  })
  const times = momentsOf(lines)
  return { times, columns: lines.map((line) => fill(times, line)) }
}

/** Ascending. */
interface Line {
  readonly times: readonly number[]
  readonly values: readonly Value[]
}

/** A null is put into every gap, so that the line ends there. */
function withGaps(points: readonly ReadingPoint[], stepSeconds: number): Line {
  const gap = GAP_STEPS * Math.max(stepSeconds, usualGap(points))
  const times: number[] = []
  const values: Value[] = []
  let last: number | undefined
  for (const { t, mean } of points) {
    if (last !== undefined && t - last > gap) {
      times.push(last + stepSeconds)
      values.push(null)
    }
    times.push(t)
    values.push(mean)
    last = t
  }
  return { times, values }
}

/** The median of the distances: a meter may be slower than the step. */
export function usualGap(points: readonly ReadingPoint[]): number {
  const gaps = new Float64Array(Math.max(0, points.length - 1))
  for (let at = 0; at < gaps.length; at += 1) {
    gaps[at] = (points[at + 1]?.t ?? 0) - (points[at]?.t ?? 0)
  }
  return gaps.sort()[Math.floor(gaps.length / 2)] ?? 0
}

/** Every moment at which a line has a value, once; ascending. */
function momentsOf(lines: readonly Line[]): readonly number[] {
  return lines.reduce<readonly number[]>((all, { times }) => unitedWith(all, times), [])
}

/** Lines mostly have the same moments: then no list is made. */
function unitedWith(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b
  if (b.every((moment, at) => moment === a[at])) return a
  const moments: number[] = []
  let at = 0
  for (const moment of b) {
    for (let one = a[at]; one !== undefined && one < moment; one = a[at]) {
      moments.push(one)
      at += 1
    }
    if (a[at] === moment) at += 1
    moments.push(moment)
  }
  return [...moments, ...a.slice(at)]
}

/** Where only another series has a moment, the line is drawn on from its last own value. */
function fill(moments: readonly number[], line: Line): readonly Value[] {
  const { times, values } = line
  let at = 0
  return moments.map((moment) => {
    while ((times[at] ?? Number.POSITIVE_INFINITY) < moment) at += 1
    return times[at] === moment ? (values[at] ?? null) : between(line, at, moment)
  })
}

/** `at` is the first own moment after this one. */
function between({ times, values }: Line, at: number, moment: number): Value {
  const [from, to] = [times[at - 1], times[at]]
  const [before, after] = [values[at - 1] ?? null, values[at] ?? null]
  if (from === undefined || to === undefined || before === null || after === null) return null
  return before + ((moment - from) / (to - from)) * (after - before)
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
