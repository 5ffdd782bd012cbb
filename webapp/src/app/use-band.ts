/**
 * What is usual on some floors, asked for once a day and only where the readings are few enough.
 */
import { useQueries } from '@tanstack/react-query'
import { bandQuery } from '../api/queries.ts'
import type { Metric } from '../api/types.ts'
import { BAND_DAYS, type Band } from '../lib/band.ts'
import { daysWithin } from '../lib/budget.ts'
import { intervalMsOf } from '../live/machine.ts'
import { useLive } from './live-context.tsx'

const DAY_SECONDS = 86_400

/** In the order of the floors; undefined while nobody can say. */
export function useBands(
  floors: readonly number[],
  metric: Metric,
  nowSeconds: number,
): readonly (Band | undefined)[] {
  const days = useLive(({ samples }) => daysWithin(intervalMsOf(samples), BAND_DAYS))
  const dayEnd = Math.floor(nowSeconds / DAY_SECONDS) * DAY_SECONDS
  return useQueries({
    queries: floors.map((floor) => bandQuery(floor, metric, dayEnd, days)),
    combine: (results) => results.map(({ data }) => data),
  })
}

/** Of one floor. */
export function useBand(floor: number, metric: Metric, nowSeconds: number): Band | undefined {
  return useBands([floor], metric, nowSeconds)[0]
}
