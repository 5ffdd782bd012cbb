/**
 * Lines of a chart: the history of some floors and what came live since, on one time axis.
 */
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { historyQuery } from '../api/queries.ts'
import type { Metric, Reading, ReadingPoint } from '../api/types.ts'
import { joinPoints, pointsOf, type Table, tableOf } from '../lib/series.ts'
import { useNow } from './live-context.tsx'
import { type Span, spanOf, stepFor } from './search.ts'
import { useChoices } from './use-choices.ts'

const REFRESH_SECONDS_MIN = 30

/** The stretch that the URL asks for, and its step; the same object until one of them changes. */
export function useSpan(): Span & { readonly stepSeconds: number } {
  const choices = useChoices()
  const rough = stepFor(spanOf(choices, 0, 1))
  const round = Math.max(REFRESH_SECONDS_MIN, rough)
  const now = useNow(10_000)
  const { fromSeconds, toSeconds, isLive } = spanOf(choices, now, round)
  return useMemo(
    () => ({ fromSeconds, toSeconds, isLive, stepSeconds: rough }),
    [fromSeconds, toSeconds, isLive, rough],
  )
}

export interface SeriesQuery {
  readonly table: Table
  readonly hasData: boolean
  readonly error: unknown
  readonly retry: () => void
}

const NO_HISTORY: readonly ReadingPoint[] = []

export function useSeries(
  floors: readonly number[],
  metric: Metric,
  span: Span & { readonly stepSeconds: number },
  samples: ReadonlyMap<number, readonly Reading[]>,
): SeriesQuery {
  const stretch = {
    fromSeconds: span.fromSeconds,
    toSeconds: span.toSeconds,
    stepSeconds: span.stepSeconds,
  }
  const results = useQueries({
    queries: floors.map((floor) => historyQuery(floor, metric, stretch)),
    combine: combineResults,
  })
  const table = useMemo(() => {
    const lines = floors.map((floor, at) => {
      const history = results.data[at] ?? NO_HISTORY
      if (!span.isLive) return history
      return joinPoints(history, pointsOf(samples.get(floor) ?? [], metric, span.stepSeconds))
    })
    return tableOf(lines, span.stepSeconds, span)
  }, [floors, metric, span, samples, results])
  return {
    table,
    hasData: results.isRead || (results.error !== undefined && table.times.length > 0),
    error: results.error,
    retry: results.retry,
  }
}

interface Result {
  readonly data: readonly ReadingPoint[] | undefined
  readonly error: unknown
  readonly isSuccess: boolean
  readonly refetch: () => unknown
}

function combineResults(results: readonly Result[]) {
  return {
    data: results.map(({ data }) => data),
    error: results.find(({ error }) => error)?.error,
    isRead: results.length > 0 && results.every(({ isSuccess }) => isSuccess),
    retry: () => {
      for (const { refetch } of results) refetch()
    },
  }
}
