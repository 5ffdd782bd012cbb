/**
 * When there is news of what the watch has learned: another stage, another day (after three weeks
 * another month), a changed level that waits for confirmation or waits no more.
 */
import type { LearnedSeries } from '../../model/learned.ts'
import { knowledgeOf } from '../watch/knowledge.ts'
import type { SeriesName } from './incident-event.ts'
import type { SeriesState } from './series.ts'

export function learnedOf({ floor, metric }: SeriesName, { watch }: SeriesState): LearnedSeries {
  const { learned, days, stepMs = null, shift = null, alarmsPerMonth } = knowledgeOf(watch)
  const rate = alarmsPerMonth === undefined ? null : Number(alarmsPerMonth.toFixed(2))
  const progress = { learned, days: Math.floor(days * 10) / 10, stepMs, alarmsPerMonth: rate }
  return { floor, metric, ...progress, shift, timeMs: watch.timeMs }
}

/** Undefined where people would not see a difference. */
export function newsOf(
  name: SeriesName,
  before: SeriesState | undefined,
  now: SeriesState,
): LearnedSeries | undefined {
  const [was, is] = [before && learnedOf(name, before), learnedOf(name, now)]
  return was && textOf(was) === textOf(is) ? undefined : is
}

function textOf({ learned, days, stepMs, shift }: LearnedSeries): string {
  return [learned, ageOf(days), stepMs, shift?.sinceMs].join(' ')
}

const DAILY_DAYS = 21
const MONTH_DAYS = 30

function ageOf(days: number): number {
  return days < DAILY_DAYS ? Math.floor(days) : DAILY_DAYS + Math.floor(days / MONTH_DAYS)
}
