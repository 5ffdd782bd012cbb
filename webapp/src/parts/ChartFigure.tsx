/**
 * A chart for everybody: a figure that can be reached by keyboard, says in words what it shows,
 * reads out the moment that the arrow keys are at, and opens as a table with T.
 */
import { useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric } from '../api/types.ts'
import type { Language } from '../app/search.ts'
import { useLanguage } from '../app/use-choices.ts'
import { formatNumber, formatTime } from '../lib/format.ts'
import { METRIC_FACTS } from '../lib/metrics.ts'
import { factsOf, type Table } from '../lib/series.ts'
import { ChartLegend } from './ChartLegend.tsx'
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
        <ChartLegend
          names={names}
          table={table}
          at={at}
          metric={metric}
          dashed={props.dashed ?? 0}
          marks={marks}
          isDark={look.isDark}
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

/**
 * "Floor 1: from 5.1 to 9.8 kW, now 7.2." for each line. Said anew when a step is complete and not
 * with each reading: nobody hears so fast, and for twenty lines it is most of the work.
 */
function useSummary({ table, names, metric, span }: ChartFigureProps): string {
  const { t } = useTranslation()
  const language = useLanguage()
  const said = useRef({ about: '', text: '' })
  const ends = [table.times.length, table.times.at(-1), span.fromSeconds]
  const about = [language, metric, ...names, ...ends].join()
  if (said.current.about !== about) {
    said.current = { about, text: summaryOf({ table, names, metric, language, t }) }
  }
  return said.current.text
}

interface SummaryParts extends Pick<ChartFigureProps, 'table' | 'names' | 'metric'> {
  readonly language: Language
  readonly t: ReturnType<typeof useTranslation>['t']
}

function summaryOf({ table, names, metric, language, t }: SummaryParts): string {
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
  language: Language,
): string {
  const { unit, digits } = METRIC_FACTS[metric]
  const values = names.flatMap((name, column) => {
    const value = table.columns[column]?.[at]
    return value == null ? [] : [`${name} ${formatNumber(value, language, digits)} ${unit}`]
  })
  return [formatTime((table.times[at] ?? 0) * 1000, language, 'time'), ...values].join(', ')
}
