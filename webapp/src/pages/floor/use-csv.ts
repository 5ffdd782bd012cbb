/**
 * Saves what the page shows of a floor as CSV: all four metrics over the chosen time. A failure is
 * said, for a button that does nothing is pressed again and again.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { historyQuery } from '../../api/queries.ts'
import { useSpan } from '../../app/use-series.ts'
import { csvOf } from '../../lib/csv.ts'
import { METRIC_FACTS, METRIC_LIST } from '../../lib/metrics.ts'
import { tableOf } from '../../lib/series.ts'

export interface Csv {
  readonly save: () => void
  readonly hasFailed: boolean
}

export function useCsv(floor: number): Csv {
  const queries = useQueryClient()
  const span = useSpan()
  const [hasFailed, setFailed] = useState(false)
  const save = useCallback(() => {
    setFailed(false)
    const { fromSeconds, toSeconds, stepSeconds } = span
    const stretch = { fromSeconds, toSeconds, stepSeconds }
    const asked = METRIC_LIST.map((metric) =>
      queries.ensureQueryData(historyQuery(floor, metric, stretch)),
    )
    void Promise.all(asked).then(
      (series) => {
        const names = METRIC_LIST.map((metric) => `${metric} (${METRIC_FACTS[metric].unit})`)
        download(csvOf(tableOf(series, stepSeconds, span), names), `floor-${floor}.csv`)
      },
      () => setFailed(true),
    )
  }, [queries, span, floor])
  return { save, hasFailed }
}

function download(text: string, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
