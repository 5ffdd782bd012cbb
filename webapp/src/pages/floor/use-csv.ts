/**
 * Saves what the page shows of a floor as CSV: all four metrics over the chosen time.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { historyQuery } from '../../api/queries.ts'
import { useSpan } from '../../app/use-series.ts'
import { csvOf } from '../../lib/csv.ts'
import { METRIC_FACTS, METRIC_LIST } from '../../lib/metrics.ts'
import { tableOf } from '../../lib/series.ts'

export function useCsv(floor: number): () => void {
  const queries = useQueryClient()
  const span = useSpan()
  return useCallback(() => {
    const { fromSeconds, toSeconds, stepSeconds } = span
    const stretch = { fromSeconds, toSeconds, stepSeconds }
    const asked = METRIC_LIST.map((metric) =>
      queries.ensureQueryData(historyQuery(floor, metric, stretch)),
    )
    void Promise.all(asked).then((series) => {
      const names = METRIC_LIST.map((metric) => `${metric} (${METRIC_FACTS[metric].unit})`)
      save(csvOf(tableOf(series, stepSeconds, span), names), `floor-${floor}.csv`)
    })
  }, [queries, span, floor])
}

function save(text: string, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
