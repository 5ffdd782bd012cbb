/**
 * What uPlot is told: axes in the language of the page, lines in the colours of the theme, and what
 * is drawn behind them (the usual band, spans of alerts) and over them (thresholds).
 */
import type uPlot from 'uplot'
import type { Severity } from '../api/types.ts'
import type { Language } from '../app/search.ts'
import { formatNumber, localeOf } from '../lib/format.ts'

export interface ChartSeries {
  readonly label: string
  readonly color: string
  readonly isDashed?: boolean
}

export interface ChartMarks {
  readonly limits?: readonly number[]
  readonly band?:
    | { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] }
    | undefined
  readonly spans?: readonly {
    readonly fromSeconds: number
    readonly toSeconds: number
    readonly severity: Severity
  }[]
}

export interface ChartLook {
  readonly series: readonly ChartSeries[]
  readonly digits: number
  readonly heightPx: number
  readonly language: Language
  readonly isDark: boolean
  readonly syncKey?: string | undefined
  readonly onBrush?: ((fromSeconds: number, toSeconds: number) => void) | undefined
  readonly onCursor?: ((index: number | null) => void) | undefined
}

/** Told apart by people who see few colours too; in both themes at least 3:1 on the surface. */
export const LINE_COLORS: Readonly<Record<'light' | 'dark', readonly string[]>> = {
  light: ['#0b7a75', '#b5540a', '#4b5fd6', '#a32c76', '#5b7a12', '#7a4fd0', '#0f6ea8', '#8a5a2b'],
  dark: ['#4fd1c5', '#f6ad55', '#93a5ff', '#f687b3', '#b5d65a', '#c4a5ff', '#63b3ed', '#d9a877'],
}

export function lineColor(at: number, isDark: boolean): string {
  const colors = LINE_COLORS[isDark ? 'dark' : 'light']
  return colors[at % colors.length] ?? '#888888'
}

const INK = {
  light: { text: '#52606d', grid: '#e9edf1', limit: '#c92a2a', band: 'rgba(11,122,117,0.12)' },
  dark: { text: '#9fb0bf', grid: '#242e38', limit: '#ff8787', band: 'rgba(79,209,197,0.14)' },
} as const
const SPAN_FILL = 'rgba(240,62,62,0.16)'
const SPAN_PIXELS_MIN = 3

export function chartOptions(
  look: ChartLook,
  widthPx: number,
  marks: () => ChartMarks,
): uPlot.Options {
  const ink = INK[look.isDark ? 'dark' : 'light']
  const axis = { stroke: ink.text, grid: { stroke: ink.grid, width: 1 }, ticks: { show: false } }
  return {
    width: widthPx,
    height: look.heightPx,
    /** Room for half of the last label of time. */
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: {
      points: { size: 7 },
      drag: { x: look.onBrush !== undefined, y: false, setScale: false },
      ...(look.syncKey === undefined ? {} : { sync: { key: look.syncKey } }),
    },
    scales: { x: { time: true }, y: { range: (_, low, high) => yRange(low, high, marks()) } },
    axes: [
      { ...axis, values: (_, splits) => timeLabels(splits, look.language), space: 70, size: 30 },
      {
        ...axis,
        size: 52,
        values: (_, splits) => splits.map((one) => axisNumber(one, splits, look.language)),
      },
    ],
    series: [{}, ...look.series.map(lineOf)],
    hooks: {
      drawClear: [(chart) => drawBehind(chart, marks(), ink.band)],
      draw: [(chart) => drawLimits(chart, marks().limits ?? [], ink.limit)],
      setSelect: [(chart) => brush(chart, look.onBrush)],
      setCursor: [(chart) => look.onCursor?.(chart.cursor.idx ?? null)],
    },
  }
}

function lineOf({ label, color, isDashed }: ChartSeries): uPlot.Series {
  return {
    label,
    stroke: color,
    width: 1.75,
    spanGaps: false,
    points: { show: false, fill: color, filter: (chart, at) => lonePoints(chart.data[at]) },
    ...(isDashed ? { dash: [5, 4] } : {}),
  }
}

/** Where a value stands between two gaps no line shows it; null where there is none such. */
export function lonePoints(values: ArrayLike<number | null | undefined> = []): number[] | null {
  const alone: number[] = []
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] == null) continue
    if (values[at - 1] == null && values[at + 1] == null) alone.push(at)
  }
  return alone.length === 0 ? null : alone
}

/** A limit is shown when it is near; a far one would press the line flat. */
const LIMIT_NEAR = 1.6

function yRange(low: number, high: number, { limits = [], band }: ChartMarks): [number, number] {
  if (low == null || high == null) return [0, 1]
  const known = (list: readonly (number | null)[]) => list.filter((one) => one !== null)
  const near = limits.filter((one) => one <= high * LIMIT_NEAR)
  const all = [low, high, ...near, ...known(band?.low ?? []), ...known(band?.high ?? [])]
  const bottom = all.reduce((a, b) => Math.min(a, b))
  const top = all.reduce((a, b) => Math.max(a, b))
  const room = (top - bottom || Math.abs(top) || 1) * 0.08
  const floor = bottom >= 0 && bottom < (top - bottom) * 0.6 ? 0 : bottom - room
  return [floor, top + room]
}

const DAY_SECONDS = 86_400

function timeLabels(splits: readonly number[], language: Language): string[] {
  const wide = (splits.at(-1) ?? 0) - (splits[0] ?? 0) > 1.5 * DAY_SECONDS
  const near = (splits[1] ?? 0) - (splits[0] ?? 0) < 60
  const style: Intl.DateTimeFormatOptions = wide
    ? { day: '2-digit', month: 'short' }
    : { hour: '2-digit', minute: '2-digit', ...(near ? { second: '2-digit' } : {}), hour12: false }
  const format = new Intl.DateTimeFormat(localeOf(language), style)
  return splits.map((seconds) => format.format(seconds * 1000))
}

const AXIS_DIGITS_MAX = 4

/** As many as tell two ticks apart and round neither: steps of 2.5 need one. */
export function digitsOf(apart: number): number {
  for (let digits = 0; digits < AXIS_DIGITS_MAX; digits += 1) {
    const scaled = apart * 10 ** digits
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 && Math.round(scaled) !== 0) return digits
  }
  return AXIS_DIGITS_MAX
}

function axisNumber(value: number, splits: readonly number[], language: Language): string {
  return formatNumber(value, language, digitsOf((splits[1] ?? 1) - (splits[0] ?? 0)))
}

function drawBehind(chart: uPlot, { band, spans = [] }: ChartMarks, bandFill: string): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  if (band) drawBand(chart, band, bandFill)
  ctx.fillStyle = SPAN_FILL
  for (const { fromSeconds, toSeconds } of spans) {
    const left = chart.valToPos(fromSeconds, 'x', true)
    const width = Math.max(SPAN_PIXELS_MIN, chart.valToPos(toSeconds, 'x', true) - left)
    ctx.fillRect(left - SPAN_PIXELS_MIN / 2, bbox.top, width, bbox.height)
  }
  ctx.restore()
}

function drawBand(chart: uPlot, band: NonNullable<ChartMarks['band']>, fill: string): void {
  const { ctx } = chart
  ctx.fillStyle = fill
  const times = chart.data[0]
  for (let at = 0; at + 1 < times.length; at += 1) {
    const [low, high] = [band.low[at], band.high[at]]
    const [from, to] = [times[at], times[at + 1]]
    if (low == null || high == null || from === undefined || to === undefined) continue
    const left = chart.valToPos(from, 'x', true)
    const top = chart.valToPos(high, 'y', true)
    const width = chart.valToPos(to, 'x', true) - left
    ctx.fillRect(left, top, width, chart.valToPos(low, 'y', true) - top)
  }
}

function drawLimits(chart: uPlot, limits: readonly number[], color: string): void {
  const { ctx, bbox, scales } = chart
  for (const limit of limits) {
    if (limit > (scales.y?.max ?? limit) || limit < (scales.y?.min ?? limit)) continue
    const y = Math.round(chart.valToPos(limit, 'y', true)) + 0.5
    ctx.save()
    ctx.strokeStyle = color
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.restore()
  }
}

const BRUSH_PIXELS_MIN = 8

function brush(chart: uPlot, onBrush: ChartLook['onBrush']): void {
  const { left, width } = chart.select
  if (!onBrush || width < BRUSH_PIXELS_MIN) return
  const from = Math.floor(chart.posToVal(left, 'x'))
  const to = Math.ceil(chart.posToVal(left + width, 'x'))
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  onBrush(from, to)
}
