/**
 * What the detector expected of a floor in a stretch of time, where its alarms tell it.
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { alertsQuery } from '../api/queries.ts'
import type { Metric } from '../api/types.ts'
import { documentKey, storiesOf } from '../lib/alerts.ts'
import { type ToldBands, toldBands } from '../lib/evidence.ts'
import { useLive } from './live-context.tsx'
import type { Span } from './search.ts'

export function useToldBands(floor: number, metric: Metric, span: Span): ToldBands {
  const notifications = useLive((state) => state.notifications)
  const { fromSeconds, toSeconds } = span
  const keys = useMemo(() => {
    const stretch = { fromSeconds, toSeconds }
    return [...new Set(storiesOf(notifications, { floor, metric }, stretch).map(documentKey))]
  }, [notifications, floor, metric, fromSeconds, toSeconds])
  const { data } = useQuery(alertsQuery(keys))
  return useMemo(() => toldBands(data ?? [], metric), [data, metric])
}
