/**
 * A chart for everybody: a figure that can be reached by keyboard, says in words what it shows,
 * reads out the moment that the arrow keys are at, and opens as a table with T.
 */
import { useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric } from '../api/types.ts'
import { useLanguage } from '../app/use-choices.ts'
import { formatNumber, formatTime } from '../lib/format.ts'
import { METRIC_FACTS } from '../lib/metrics.ts'
import { factsOf, type Table } from '../lib/series.ts'
import { ChartTable } from './ChartTable.tsx'
import { cursorAfter } from './chart-keys.ts'
import { type ChartMarks, lineColor } from './chart-options.ts'
import { Icon } from './Icon.tsx'
import { Plot } from './Plot.tsx'

export interface ChartFigureProps {
  readonly title: string
  readonly metric: Metric
  readonly names: readonly string[]
  readonly table: Table
  readonly span: { readonly fromSeconds: number; readonly toSeconds: number }
  readonly marks?: ChartMarks
  readonly heightPx?: number
  readonly syncKey?: string
  /** The last so many lines are drawn dashed: a week ago. */
  readonly dashed?: number
  readonly onBrush?: (fromSeconds: number, toSeconds: number) => void
}

const NO_MARKS: ChartMarks = {}

export function ChartFigure(props: ChartFigureProps) {
  const { title, table, names, metric, span, marks = NO_MARKS } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const [keyAt, setKeyAt] = useState<number | null>(null)
  const [mouseAt, setMouseAt] = useState<number | null>(null)
  const [isTable, setTable] = useState(false)
  const look = useLook(props, setMouseAt)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return
    if (event.key === 't' || event.key === 'T') setTable(!isTable)
    const next = cursorAfter(event.key, keyAt, table.times.length)
    if (next === keyAt) return
    event.preventDefault()
    setKeyAt(next)
  }
  const at = mouseAt ?? keyAt
  const say = (index: number) => momentInWords(table, names, metric, index, language)
  return (
    <figure
      className="chart"
      tabIndex={0}
      aria-label={`${title}. ${useSummary(props)} ${t('chart.keys')}`}
      onKeyDown={onKeyDown}
      onBlur={() => setKeyAt(null)}
    >
      <div className="chart-head">
        <Legend
          names={names}
          table={table}
          at={at}
          metric={metric}
          dashed={props.dashed ?? 0}
          marks={marks}
        />
        <button
          type="button"
          className="chart-switch"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        >
          <Icon name={isTable ? 'now' : 'table'} size={16} />
          <span>{t(isTable ? 'chart.asChart' : 'chart.asTable')}</span>
        </button>
      </div>
      {isTable ? (
        <ChartTable title={title} table={table} names={names} metric={metric} />
      ) : (
        <Plot look={look} table={table} marks={marks} span={span} cursorAt={keyAt} />
      )}
      <span className="visually-hidden" aria-live="polite">
        {keyAt === null ? '' : say(keyAt)}
      </span>
    </figure>
  )
}

function useLook(props: ChartFigureProps, onCursor: (index: number | null) => void) {
  const { names, metric, heightPx = 240, syncKey, dashed = 0 } = props
  const language = useLanguage()
  const isDark = useComputedColorScheme('light') === 'dark'
  const onBrush = useRef(props.onBrush)
  onBrush.current = props.onBrush
  const brush = useCallback((from: number, to: number) => onBrush.current?.(from, to), [])
  const hasBrush = props.onBrush !== undefined
  const nameText = names.join('\n')
  return useMemo(() => {
    const labels = nameText.split('\n')
    const solid = labels.length - dashed
    return {
      series: labels.map((label, at) => ({
        label,
        color: lineColor(at % Math.max(1, solid), isDark),
        isDashed: at >= solid,
      })),
      digits: METRIC_FACTS[metric].digits,
      heightPx,
      language,
      isDark,
      syncKey,
      onBrush: hasBrush ? brush : undefined,
      onCursor,
    }
  }, [nameText, metric, heightPx, language, isDark, syncKey, dashed, hasBrush, brush, onCursor])
}

/** "Floor 1: from 5.1 to 9.8 kW, now 7.2." for each line. */
function useSummary({ table, names, metric }: ChartFigureProps): string {
  const { t } = useTranslation()
  const language = useLanguage()
  const { unit, digits } = METRIC_FACTS[metric]
  const write = (value: number) => formatNumber(value, language, digits)
  const parts = names.flatMap((name, at) => {
    const facts = factsOf(table.columns[at] ?? [])
    if (!facts) return []
    const { min, max, last } = facts
    return [t('chart.summary', { name, min: write(min), max: write(max), last: write(last), unit })]
  })
  return parts.length > 0 ? parts.join(' ') : t('chart.nothing')
}

function momentInWords(
  table: Table,
  names: readonly string[],
  metric: Metric,
  at: number,
  language: 'it' | 'en',
): string {
  const { unit, digits } = METRIC_FACTS[metric]
  const values = names.flatMap((name, column) => {
    const value = table.columns[column]?.[at]
    return value == null ? [] : [`${name} ${formatNumber(value, language, digits)} ${unit}`]
  })
  return [formatTime((table.times[at] ?? 0) * 1000, language, 'time'), ...values].join(', ')
}

function Legend(props: {
  names: readonly string[]
  table: Table
  at: number | null
  metric: Metric
  dashed: number
  marks: ChartMarks
}) {
  const { names, table, at, metric, dashed, marks } = props
  const language = useLanguage()
  const isDark = useComputedColorScheme('light') === 'dark'
  const { unit, digits } = METRIC_FACTS[metric]
  const solid = names.length - dashed
  const index = at ?? table.times.length - 1
  const time = table.times[index]
  return (
    <figcaption className="legend">
      {names.map((name, column) => {
        const value = at === null ? lastOf(table.columns[column]) : table.columns[column]?.[index]
        return (
          <span key={name} className="legend-item">
            <i
              className={column >= solid ? 'swatch dashed' : 'swatch'}
              style={{ borderColor: lineColor(column % Math.max(1, solid), isDark) }}
            />
            {name} <b>{value == null ? '–' : `${formatNumber(value, language, digits)} ${unit}`}</b>
          </span>
        )
      })}
      <MarksLegend marks={marks} metric={metric} />
      {at !== null && time !== undefined && (
        <span className="soft">{formatTime(time * 1000, language, 'time')}</span>
      )}
    </figcaption>
  )
}

/** What is drawn behind the lines and over them. */
function MarksLegend({ marks, metric }: { readonly marks: ChartMarks; readonly metric: Metric }) {
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
}

function lastOf(values: readonly (number | null)[] | undefined): number | null | undefined {
  return values?.findLast((value) => value !== null)
}
