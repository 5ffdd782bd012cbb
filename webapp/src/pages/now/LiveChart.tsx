/**
 * The chosen metric as it moves, with a line for each floor on the page.
 */
import { SegmentedControl } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric } from '../../api/types.ts'
import { useConnection, useLive } from '../../app/live-context.tsx'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { type Histories, useHistories, useLines, useSpan } from '../../app/use-series.ts'
import { METRIC_FACTS, METRIC_LIST } from '../../lib/metrics.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { ChartFigure } from '../../parts/ChartFigure.tsx'
import { Panel } from '../../parts/Panel.tsx'

interface LiveChartProps {
  readonly floors: readonly number[]
  readonly hasFloors: boolean
}

const CHART_HEIGHT_PX = 320

export const LiveChart = memo(function LiveChart({ floors, hasFloors }: LiveChartProps) {
  const { metric = 'kw' } = useChoices()
  const span = useSpan()
  const histories = useHistories(floors, metric, span)
  return <Lines {...{ floors, hasFloors, metric, span, histories }} />
})

interface LinesProps extends LiveChartProps {
  readonly metric: Metric
  readonly span: ReturnType<typeof useSpan>
  readonly histories: Histories
}

function Lines({ floors, hasFloors, metric, span, histories }: LinesProps) {
  const { t } = useTranslation()
  const choose = useChoose()
  const connection = useConnection()
  const samples = useLive((state) => state.samples)
  const table = useLines(histories, floors, metric, span, samples)
  const isEmpty = table.times.length === 0
  const hasData = histories.isRead || (histories.error !== undefined && !isEmpty)
  const state = panelStateOf({
    hasData: hasData || (hasFloors && floors.length === 0),
    isEmpty,
    error: histories.error,
    connection,
    isLive: true,
  })
  return (
    <Panel
      title={t('now.chart')}
      state={state}
      empty={t('chart.empty')}
      onRetry={histories.retry}
      heightPx={CHART_HEIGHT_PX + 38}
      actions={<MetricChoice metric={metric} onChange={(next) => choose({ metric: next })} />}
    >
      <ChartFigure
        title={`${t('now.chart')}: ${t(`metric.${metric}`)}`}
        metric={metric}
        names={floors.map((floor) => t('word.floorN', { floor }))}
        table={table}
        span={span}
        heightPx={CHART_HEIGHT_PX}
        onBrush={(from, to) => choose({ from, to, range: undefined })}
      />
    </Panel>
  )
}

function MetricChoice(props: { metric: Metric; onChange: (metric: Metric) => void }) {
  const { t } = useTranslation()
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('now.metric')}
      value={props.metric}
      data={METRIC_LIST.map((value) => ({
        value,
        label: value === 'delta_kwh' ? 'ΔkWh' : METRIC_FACTS[value].unit,
      }))}
      onChange={(value) => props.onChange(value as Metric)}
    />
  )
}
