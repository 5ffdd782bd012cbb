/**
 * The chosen metric as it moves, with a line for each floor on the page.
 */
import { SegmentedControl } from '@mantine/core'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric } from '../../api/types.ts'
import { useConnection } from '../../app/live-context.tsx'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import {
  type AskedHistories,
  useHistories,
  useIsEmpty,
  useLines,
  useSpan,
} from '../../app/use-series.ts'
import { METRIC_FACTS, METRIC_LIST } from '../../lib/metrics.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { ChartFigure } from '../../parts/ChartFigure.tsx'
import { Panel } from '../../parts/Panel.tsx'

interface LiveChartProps {
  readonly floors: readonly number[]
  readonly hasFloors: boolean
  /** Why nobody knows which floors there are, and how to ask again. */
  readonly floorsError: unknown
  readonly retryFloors: () => unknown
}

const CHART_HEIGHT_PX = 360

export const LiveChart = memo(function LiveChart(props: LiveChartProps) {
  const { floors, hasFloors, floorsError, retryFloors } = props
  const { t } = useTranslation()
  const { metric = 'kw' } = useChoices()
  const connection = useConnection()
  const span = useSpan()
  const { data, isRead, error, retry } = useHistories(floors, metric, span)
  const isEmpty = useIsEmpty(data, floors, metric, span)
  const hasData = isRead || (error !== undefined && !isEmpty)
  const state = panelStateOf({
    hasData: hasData || (hasFloors && floors.length === 0),
    isEmpty,
    error: error ?? floorsError,
    connection,
    isLive: true,
  })
  return (
    <Panel
      title={t('now.chart')}
      state={state}
      empty={t('chart.empty')}
      onRetry={() => {
        retry()
        retryFloors()
      }}
      heightPx={CHART_HEIGHT_PX + 38}
      actions={<MetricChoice metric={metric} />}
    >
      <Lines {...{ floors, metric, span, data }} />
    </Panel>
  )
})

interface LinesProps {
  readonly floors: readonly number[]
  readonly metric: Metric
  readonly span: ReturnType<typeof useSpan>
  readonly data: AskedHistories['data']
}

/** The part that moves. */
const Lines = memo(function Lines({ floors, metric, span, data }: LinesProps) {
  const { t } = useTranslation()
  const choose = useChoose()
  const table = useLines(data, floors, metric, span)
  const names = useMemo(() => floors.map((floor) => t('word.floorN', { floor })), [floors, t])
  return (
    <ChartFigure
      title={`${t('now.chart')}: ${t(`metric.${metric}`)}`}
      metric={metric}
      names={names}
      table={table}
      span={span}
      heightPx={CHART_HEIGHT_PX}
      onBrush={(from, to) => choose({ from, to, range: undefined })}
    />
  )
})

const MetricChoice = memo(function MetricChoice({ metric }: { readonly metric: Metric }) {
  const { t } = useTranslation()
  const choose = useChoose()
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('now.metric')}
      value={metric}
      data={METRIC_LIST.map((value) => ({
        value,
        label: value === 'delta_kwh' ? 'ΔkWh' : METRIC_FACTS[value].unit,
      }))}
      onChange={(value) => choose({ metric: value as Metric })}
    />
  )
})
