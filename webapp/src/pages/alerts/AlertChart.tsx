/**
 * The quarter of an hour around an alert, with its limit and the moment marked.
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '../../api/queries.ts'
import type { Notification } from '../../api/types.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { tableOf } from '../../lib/series.ts'
import { ChartFigure } from '../../parts/ChartFigure.tsx'

const AROUND_SECONDS = 900
/** A longer one would level the peak that the alert is about. */
const STEP_SECONDS = 1
const HEIGHT_PX = 200

export function AlertChart({ one }: { readonly one: Notification }) {
  const { t } = useTranslation()
  const { timestamp, threshold, severity, floor, metric } = one
  const moment = Math.round(timestamp)
  const span = useMemo(
    () => ({ fromSeconds: moment - AROUND_SECONDS, toSeconds: moment + AROUND_SECONDS / 3 }),
    [moment],
  )
  const { data, error } = useQuery(
    historyQuery(floor, metric, { ...span, stepSeconds: STEP_SECONDS }),
  )
  const table = useMemo(() => tableOf([data ?? []], STEP_SECONDS, span), [data, span])
  const marks = useMemo(
    () => ({
      limits: [threshold],
      spans: [{ fromSeconds: moment - 2, toSeconds: moment + 2, severity }],
    }),
    [threshold, moment, severity],
  )
  const isEmpty = table.times.length === 0
  const state = panelStateOf({ hasData: data !== undefined, isEmpty, error })
  if (state.kind === 'error') return <p className="soft">{t(`failure.${state.failure.kind}`)}</p>
  if (state.kind === 'empty') return <p className="soft">{t('chart.nothing')}</p>
  if (state.kind !== 'ready') return <div style={{ height: HEIGHT_PX }} />
  return (
    <ChartFigure
      title={t('alerts.around')}
      metric={metric}
      names={[t('word.floorN', { floor })]}
      table={table}
      span={span}
      marks={marks}
      heightPx={HEIGHT_PX}
    />
  )
}
