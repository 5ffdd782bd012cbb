/**
 * What the lines of a chart are called and where they stand: at the cursor, else at their end. Its
 * items change with each reading, so each is drawn by itself and only when its text has changed.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric } from '../api/types.ts'
import { useLanguage } from '../app/use-choices.ts'
import { formatNumber, formatTime } from '../lib/format.ts'
import { METRIC_FACTS } from '../lib/metrics.ts'
import type { Table, Value } from '../lib/series.ts'
import { type ChartMarks, lineColor } from './chart-options.ts'

interface ChartLegendProps {
  readonly names: readonly string[]
  readonly table: Table
  readonly at: number | null
  readonly metric: Metric
  /** The last so many lines are drawn dashed. */
  readonly dashed: number
  readonly marks: ChartMarks
  readonly isDark: boolean
}

export function ChartLegend(props: ChartLegendProps) {
  const { names, table, at, metric, dashed, marks, isDark } = props
  const language = useLanguage()
  const { unit, digits } = METRIC_FACTS[metric]
  const solid = names.length - dashed
  const time = at === null ? undefined : table.times[at]
  const write = (value: Value | undefined) =>
    value == null ? '–' : `${formatNumber(value, language, digits)} ${unit}`
  return (
    <figcaption className="legend">
      {names.map((name, column) => {
        const values = table.columns[column]
        return (
          <LegendItem
            key={name}
            name={name}
            text={write(at === null ? lastOf(values) : values?.[at])}
            color={lineColor(column % Math.max(1, solid), isDark)}
            isDashed={column >= solid}
          />
        )
      })}
      <MarksLegend marks={marks} metric={metric} />
      {time !== undefined && (
        <span className="soft">{formatTime(time * 1000, language, 'time')}</span>
      )}
    </figcaption>
  )
}

interface LegendItemProps {
  readonly name: string
  readonly text: string
  readonly color: string
  readonly isDashed: boolean
}

const LegendItem = memo(function LegendItem({ name, text, color, isDashed }: LegendItemProps) {
  return (
    <span className="legend-item">
      <i className={isDashed ? 'swatch dashed' : 'swatch'} style={{ borderColor: color }} />
      {name}{' '}
      <b>
        <span style={{ width: `${text.length}ch` }}>{text}</span>
      </b>
    </span>
  )
})

interface MarksLegendProps {
  readonly marks: ChartMarks
  readonly metric: Metric
}

/** What is drawn behind the lines and over them. */
const MarksLegend = memo(function MarksLegend({ marks, metric }: MarksLegendProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { unit, digits } = METRIC_FACTS[metric]
  return (
    <>
      {marks.band && (
        <span className="legend-item soft">
          <i className="swatch area" /> {t('chart.usual')}
        </span>
      )}
      {marks.limits?.map((limit) => (
        <span key={limit} className="legend-item soft">
          <i className="swatch dashed limit" /> {t('chart.limit')}{' '}
          {formatNumber(limit, language, digits)} {unit}
        </span>
      ))}
      {(marks.spans?.length ?? 0) > 0 && (
        <span className="legend-item soft">
          <i className="swatch area limit" /> {t('chart.alerts')}
        </span>
      )}
    </>
  )
})

function lastOf(values: readonly Value[] | undefined): Value | undefined {
  return values?.findLast((value) => value !== null)
}
