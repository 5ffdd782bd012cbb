/**
 * What is usual on some floors, asked for once a day and only where the readings are few enough.
 */
import { useQueries, useQuery } from '@tanstack/react-query'
import { bandQuery } from '../api/queries.ts'
import type { Metric } from '../api/types.ts'
import { BAND_DAYS, type Band } from '../lib/band.ts'
import { daysWithin } from '../lib/budget.ts'
import { intervalMsOf } from '../live/samples.ts'
import { useLive } from './live-context.tsx'

const DAY_SECONDS = 86_400

/** In the order of the floors; undefined while nobody can say. */
export function useBands(
  floors: readonly number[],
  metric: Metric,
  nowSeconds: number,
): readonly (Band | undefined)[] {
  const days = useDays()
  return useQueries({
    queries: floors.map((floor) => bandQuery(floor, metric, dayEndOf(nowSeconds), days)),
    combine: bandsOf,
  })
}

/** Of one floor. */
export function useBand(floor: number, metric: Metric, nowSeconds: number): Band | undefined {
  return useQuery(bandQuery(floor, metric, dayEndOf(nowSeconds), useDays())).data
}

function useDays(): number {
  return useLive(({ samples }) => daysWithin(intervalMsOf(samples), BAND_DAYS))
}

function dayEndOf(nowSeconds: number): number {
  return Math.floor(nowSeconds / DAY_SECONDS) * DAY_SECONDS
}

function bandsOf(results: readonly { readonly data: Band | undefined }[]) {
  return results.map(({ data }) => data)
}
