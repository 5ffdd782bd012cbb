/**
 * The chosen metric as it moves, with a line for each floor on the page.
 */
import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Metric, Reading } from '../../api/types.ts'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { useSeries, useSpan } from '../../app/use-series.ts'
import { METRIC_FACTS, METRIC_LIST } from '../../lib/metrics.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import type { Connection } from '../../live/machine.ts'
import { ChartFigure } from '../../parts/ChartFigure.tsx'
import { Panel } from '../../parts/Panel.tsx'

interface LiveChartProps {
  readonly floors: readonly number[]
  readonly samples: ReadonlyMap<number, readonly Reading[]>
  readonly connection: Connection
  readonly hasFloors: boolean
}

const CHART_HEIGHT_PX = 260

export function LiveChart({ floors, samples, connection, hasFloors }: LiveChartProps) {
  const { t } = useTranslation()
  const { metric = 'kw' } = useChoices()
  const choose = useChoose()
  const span = useSpan()
  const series = useSeries(floors, metric, span, samples)
  const state = panelStateOf({
    hasData: series.hasData || (hasFloors && floors.length === 0),
    isEmpty: series.table.times.length === 0,
    error: series.error,
    connection,
  })
  return (
    <Panel
      title={t('now.chart')}
      state={state}
      empty={t('chart.empty')}
      onRetry={series.retry}
      heightPx={CHART_HEIGHT_PX + 60}
      actions={<MetricChoice metric={metric} onChange={(next) => choose({ metric: next })} />}
    >
      <ChartFigure
        title={`${t('now.chart')}: ${t(`metric.${metric}`)}`}
        metric={metric}
        names={floors.map((floor) => t('word.floorN', { floor }))}
        table={series.table}
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
