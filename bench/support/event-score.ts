/**
 * Scores alarms against labelled windows, as the public data ask for it: a window is found when an
 * alarm falls into it or near it; an alarm outside of every window is false, and counts once in
 * twelve hours.
 */
import { medianOf } from './quantile.ts'

export interface Window {
  readonly startMs: number
  readonly endMs: number
}

export interface Scored {
  readonly windows: number
  readonly found: number
  readonly falseAlarms: number
  readonly weeks: number
  readonly delaysMs: readonly number[]
}

const MERGE_MS = 12 * 3_600_000
const WEEK_MS = 7 * 86_400_000

/** `toleranceMs`: before and after a window. Windows and alarms before `fromMs` do not count. */
export function scoreAlarms(
  alarmsMs: readonly number[],
  windows: readonly Window[],
  toleranceMs: { readonly before: number; readonly after: number },
  span: { readonly fromMs: number; readonly toMs: number },
): Scored {
  const isNear = ({ startMs, endMs }: Window, timeMs: number) =>
    timeMs >= startMs - toleranceMs.before && timeMs <= endMs + toleranceMs.after
  const scored = windows.filter(({ startMs }) => startMs >= span.fromMs)
  const counting = alarmsMs.filter((timeMs) => timeMs >= span.fromMs)
  const delaysMs = scored.flatMap((window) => {
    const first = counting.find((timeMs) => isNear(window, timeMs))
    return first === undefined ? [] : [Math.max(0, first - window.startMs)]
  })
  let falseAlarms = 0
  let lastMs = Number.NEGATIVE_INFINITY
  for (const timeMs of counting) {
    if (timeMs - lastMs < MERGE_MS || windows.some((window) => isNear(window, timeMs))) continue
    falseAlarms += 1
    lastMs = timeMs
  }
  const weeks = (span.toMs - span.fromMs) / WEEK_MS
  return { windows: scored.length, found: delaysMs.length, falseAlarms, weeks, delaysMs }
}

export function together(scores: readonly Scored[]): Scored {
  const sum = (pick: (one: Scored) => number) => scores.reduce((all, one) => all + pick(one), 0)
  return {
    windows: sum((one) => one.windows),
    found: sum((one) => one.found),
    falseAlarms: sum((one) => one.falseAlarms),
    weeks: sum((one) => one.weeks),
    delaysMs: scores.flatMap((one) => one.delaysMs),
  }
}

/** Recall, precision, F1, false alarms a week, median delay. */
export function figuresOf({ windows, found, falseAlarms, weeks, delaysMs }: Scored) {
  const recall = windows > 0 ? found / windows : 0
  const precision = found + falseAlarms > 0 ? found / (found + falseAlarms) : 0
  const f1 = recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0
  const delayHours = delaysMs.length > 0 ? medianOf(delaysMs) / 3_600_000 : Number.NaN
  return { recall, precision, f1, falsePerWeek: falseAlarms / weeks, delayHours }
}
