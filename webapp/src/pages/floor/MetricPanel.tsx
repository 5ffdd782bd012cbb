/**
 * One metric of a floor as a chart. The cursor is shared with the other metrics, and dragging over
 * a stretch chooses it for all of them.
 */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric, Reading, ReadingPoint } from '../../api/types.ts'
import { useConnection, useLive, useLiveSlowly } from '../../app/live-context.tsx'
import type { Span } from '../../app/search.ts'
import { useBand } from '../../app/use-band.ts'
import { useThresholds } from '../../app/use-building.ts'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { useHistories } from '../../app/use-series.ts'
import { useToldBands } from '../../app/use-told-bands.ts'
import { spansOf } from '../../lib/alerts.ts'
import { type Band, usualAt } from '../../lib/band.ts'
import { type ToldBands, toldAt } from '../../lib/evidence.ts'
import { limitsFor, METRIC_FACTS, shownLimit } from '../../lib/metrics.ts'
import { panelStateOf } from '../../lib/panel-state.ts'
import { type Table, tableOf, withLive } from '../../lib/series.ts'
import { intervalMsOn } from '../../live/samples.ts'
import { ChartFigure } from '../../parts/ChartFigure.tsx'
import { Panel } from '../../parts/Panel.tsx'

const WEEK_SECONDS = 604_800
const HEIGHT_PX = 190
const NONE: readonly ReadingPoint[] = []
const NO_SAMPLES: readonly Reading[] = []
const NO_FLOORS: readonly number[] = []

interface MetricPanelProps {
  readonly floor: number
  readonly metric: Metric
  readonly span: Span & { readonly stepSeconds: number }
}

export function MetricPanel({ floor, metric, span }: MetricPanelProps) {
  const { t } = useTranslation()
  const choose = useChoose()
  const connection = useConnection()
  const { table, names, error, hasData, retry } = useLines({ floor, metric, span })
  const marks = useMarks({ floor, metric, span }, table)
  const state = panelStateOf({
    hasData,
    isEmpty: table.times.length === 0,
    error,
    connection,
    isLive: span.isLive,
  })
  const title = `${t(`metric.${metric}`)} (${METRIC_FACTS[metric].unit})`
  return (
    <Panel
      title={title}
      state={state}
      empty={t('floor.unknown', { floor })}
      onRetry={retry}
      heightPx={HEIGHT_PX + 38}
    >
      <ChartFigure
        title={title}
        metric={metric}
        names={names}
        table={table}
        span={span}
        marks={marks}
        heightPx={HEIGHT_PX}
        syncKey="floor"
        dashed={names.length - 1}
        onBrush={(from, to) => choose({ from, to, range: undefined })}
      />
    </Panel>
  )
}

function useLines({ floor, metric, span }: MetricPanelProps) {
  const { t } = useTranslation()
  const { compare } = useChoices()
  const { fromSeconds, toSeconds, stepSeconds, isLive } = span
  const samples = useLiveSlowly((state) => state.samples.get(floor))
  const floors = useMemo(() => [floor], [floor])
  const { data, isRead, error, retry } = useHistories(floors, metric, span)
  const history = data[0] ?? NONE
  const weekBefore = {
    fromSeconds: fromSeconds - WEEK_SECONDS,
    toSeconds: toSeconds - WEEK_SECONDS,
    stepSeconds,
    isLive: false,
  }
  const before = useHistories(compare ? floors : NO_FLOORS, metric, weekBefore).data[0] ?? NONE
  const table = useMemo(() => {
    const live = isLive && samples ? samples : NO_SAMPLES
    const now = withLive(history, live, metric, stepSeconds)
    const lines = compare ? [now, shifted(before)] : [now]
    return tableOf(lines, stepSeconds, span)
  }, [history, before, compare, samples, metric, span, stepSeconds, isLive])
  const names = compare ? [t(`metric.${metric}`), t('floor.lastWeek')] : [t(`metric.${metric}`)]
  const hasData = isRead || (error !== undefined && table.times.length > 0)
  return { table, names, hasData, error, retry }
}

function shifted(points: readonly ReadingPoint[]): readonly ReadingPoint[] {
  return points.map((point) => ({ ...point, t: point.t + WEEK_SECONDS }))
}

function useMarks({ floor, metric, span }: MetricPanelProps, table: Table) {
  const limits = limitsFor(useThresholds(), floor)
  const intervalMs = useLive((state) => intervalMsOn(floor, state.samples))
  const limit = shownLimit(limits, metric, intervalMs)
  const notifications = useLive((state) => state.notifications)
  const band = useBand(floor, metric, span.toSeconds)
  const told = useToldBands(floor, metric, span)
  return useMemo(
    () => ({
      limits: [limit],
      spans: spansOf(notifications.filter((one) => one.floor === floor && one.metric === metric)),
      band: bandMarks(band, told, table),
    }),
    [limit, notifications, band, told, table, floor, metric],
  )
}

/** What the detector told stands before what the page itself takes for usual. */
function bandMarks(band: Band | undefined, told: ToldBands, { times }: Table) {
  if (told.size === 0 && (band === undefined || band.size === 0)) return undefined
  const expected = times.map((time) => toldAt(told, time) ?? (band && usualAt(band, time)))
  return {
    low: expected.map((one) => one?.low ?? null),
    high: expected.map((one) => one?.high ?? null),
  }
}
