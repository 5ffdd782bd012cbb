/**
 * The quarter of an hour around an alert, with its limit and the moment marked, and with the band
 * that the detector expected, where it tells one.
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '../../api/queries.ts'
import type { Notification } from '../../api/types.ts'
import { useAskedState } from '../../app/use-panel-state.ts'
import { limitOf } from '../../lib/alerts.ts'
import { energiesInWindow } from '../../lib/energy.ts'
import { bandAlong, evidenceOf } from '../../lib/evidence.ts'
import { tableOf } from '../../lib/series.ts'
import { ChartFigure } from '../../parts/ChartFigure.tsx'
import { PanelBody } from '../../parts/Panel.tsx'
import { useAlertEvent } from './use-alert-event.ts'

const AROUND_SECONDS = 900
/** A longer one would level the peak that the alert is about. */
const STEP_SECONDS = 1
const HEIGHT_PX = 200

export function AlertChart({ one }: { readonly one: Notification }) {
  const { t } = useTranslation()
  const { timestamp, severity, floor, metric } = one
  const limit = limitOf(one)
  const moment = Math.round(timestamp)
  const span = useMemo(
    () => ({ fromSeconds: moment - AROUND_SECONDS, toSeconds: moment + AROUND_SECONDS / 3 }),
    [moment],
  )
  const history = useQuery(historyQuery(floor, metric, { ...span, stepSeconds: STEP_SECONDS }))
  const { data } = history
  const table = useMemo(() => {
    const points = metric === 'delta_kwh' ? energiesInWindow(data ?? []) : (data ?? [])
    return tableOf([points], STEP_SECONDS, span)
  }, [data, metric, span])
  const event = useAlertEvent(one)
  const marks = useMemo(() => {
    const evidence = evidenceOf(event)
    const band = evidence && bandAlong(evidence, moment, table.times)
    return {
      /** A limit that was made of the band would be drawn over its edge. */
      limits: band || limit === undefined ? [] : [limit],
      band,
      spans: [{ fromSeconds: moment - 2, toSeconds: moment + 2, severity }],
    }
  }, [limit, moment, severity, event, table])
  const state = useAskedState(history, table.times.length === 0)
  return (
    <section
      aria-label={t('alerts.around')}
      data-state={state.kind}
      style={{ minHeight: HEIGHT_PX }}
    >
      <PanelBody
        state={state}
        empty={t('chart.nothing')}
        onRetry={() => void history.refetch()}
        heightPx={HEIGHT_PX}
      >
        <ChartFigure
          title={t('alerts.around')}
          metric={metric}
          names={[t('word.floorN', { floor })]}
          table={table}
          span={span}
          marks={marks}
          heightPx={HEIGHT_PX}
        />
      </PanelBody>
    </section>
  )
}
