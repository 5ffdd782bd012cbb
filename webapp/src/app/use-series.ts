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

export interface Histories {
  /** In the order of the floors. */
  readonly data: readonly (readonly ReadingPoint[] | undefined)[]
  readonly isRead: boolean
  readonly error: unknown
  readonly retry: () => void
}

const NO_HISTORY: readonly ReadingPoint[] = []
type SteppedSpan = Span & { readonly stepSeconds: number }

/** Asked for apart from what is live: to ask costs more than to draw, and happens more seldom. */
export function useHistories(
  floors: readonly number[],
  metric: Metric,
  span: SteppedSpan,
): Histories {
  const stretch = {
    fromSeconds: span.fromSeconds,
    toSeconds: span.toSeconds,
    stepSeconds: span.stepSeconds,
  }
  return useQueries({
    queries: floors.map((floor) => historyQuery(floor, metric, stretch)),
    combine: combineResults,
  })
}

export function useLines(
  { data }: Histories,
  floors: readonly number[],
  metric: Metric,
  span: SteppedSpan,
  samples: ReadonlyMap<number, readonly Reading[]>,
): Table {
  return useMemo(() => {
    const lines = floors.map((floor, at) => {
      const history = data[at] ?? NO_HISTORY
      if (!span.isLive) return history
      return joinPoints(history, pointsOf(samples.get(floor) ?? [], metric, span.stepSeconds))
    })
    return tableOf(lines, span.stepSeconds, span)
  }, [floors, metric, span, samples, data])
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
