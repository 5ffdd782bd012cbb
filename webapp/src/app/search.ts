/**
 * All that a person has chosen stands in the URL, so that a link shows another what one sees. The
 * text of a URL is anybody's, so each part is checked and what is wrong is left out; so is what is
 * the default, to keep links short.
 */
import type { Metric } from '../api/types.ts'
import { isMetric } from '../lib/metrics.ts'

export const SAMPLE_COUNTS = [1, 3, 5, 10] as const
export type SampleCount = (typeof SAMPLE_COUNTS)[number]
export const RANGES = ['15m', '1h', '6h', '24h', '7d'] as const
export type RangeName = (typeof RANGES)[number]
export const LANGUAGES = ['it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export const THEMES = ['light', 'dark', 'auto'] as const
export type Theme = (typeof THEMES)[number]
export const SORTS = ['floor', 'power', 'problems'] as const
export type Sort = (typeof SORTS)[number]
export const SHOWN = ['all', 'unread'] as const
export type Shown = (typeof SHOWN)[number]

export interface Search {
  readonly metric?: Metric
  readonly samples?: SampleCount
  readonly range?: RangeName
  /** Epoch seconds; both or neither. They win over `range`. */
  readonly from?: number
  readonly to?: number
  readonly lang?: Language
  readonly theme?: Theme
  readonly paused?: true
  /** Of floors. */
  readonly find?: string
  readonly sort?: Sort
  /** 1 is the first. */
  readonly page?: number
  readonly compare?: true
  /** Of alerts. */
  readonly show?: Shown
  readonly floor?: number
  readonly severity?: string
  /** Not the metric that charts show: that goes along and would hide alerts. */
  readonly alertMetric?: Metric
  readonly alert?: string
}

const FIND_LENGTH_MAX = 40
const ID_LENGTH_MAX = 200

export function parseSearch(raw: Readonly<Record<string, unknown>>): Search {
  const { from, to } = raw
  const hasSpan = isSeconds(from) && isSeconds(to) && from < to
  const parts: Record<string, unknown> = {
    metric: isMetric(raw.metric) ? raw.metric : undefined,
    samples: oneOf(SAMPLE_COUNTS, Number(raw.samples)),
    range: oneOf(RANGES, raw.range),
    from: hasSpan ? from : undefined,
    to: hasSpan ? to : undefined,
    lang: oneOf(LANGUAGES, raw.lang),
    theme: oneOf(THEMES, raw.theme),
    paused: flag(raw.paused),
    find: text(raw.find, FIND_LENGTH_MAX),
    sort: oneOf(SORTS, raw.sort),
    page: positive(raw.page),
    compare: flag(raw.compare),
    show: oneOf(SHOWN, raw.show),
    floor: positive(raw.floor),
    severity: text(raw.severity, FIND_LENGTH_MAX),
    alertMetric: isMetric(raw.alertMetric) ? raw.alertMetric : undefined,
    alert: text(raw.alert, ID_LENGTH_MAX),
  }
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
}

/** What goes along from page to page. */
export function keptSearch(search: Search): Search {
  const { metric, samples, range, from, to, lang, theme, paused } = search
  return parseSearch({ metric, samples, range, from, to, lang, theme, paused })
}

/** Of a link from here to another place, which says itself what belongs to that place. */
export function linkSearch(here: Search, change: Search): Search {
  return parseSearch({ ...keptSearch(here), ...change })
}

/** Two local times as inputs give them; undefined where they make no stretch of time. */
export function typedSpan(
  fromText: string,
  toText: string,
): Pick<Search, 'from' | 'to'> | undefined {
  const [from, to] = [fromText, toText].map((one) => Math.floor(Date.parse(one) / 1000))
  const span = parseSearch({ from, to })
  return span.from === undefined ? undefined : span
}

function oneOf<One>(list: readonly One[], value: unknown): One | undefined {
  return list.find((one) => one === value)
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function flag(value: unknown): true | undefined {
  return value === true || value === 1 ? true : undefined
}

function positive(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isSafeInteger(number) && number >= 1 ? number : undefined
}

/** A text of digits comes as a number. */
function text(value: unknown, lengthMax: number): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const found = String(value).slice(0, lengthMax)
  return found === '' ? undefined : found
}

const RANGE_SECONDS: Readonly<Record<RangeName, number>> = {
  '15m': 900,
  '1h': 3_600,
  '6h': 21_600,
  '24h': 86_400,
  '7d': 604_800,
}

export interface Span {
  readonly fromSeconds: number
  readonly toSeconds: number
  /** Its end moves with the time. */
  readonly isLive: boolean
}

/** What a chart shows; a live span moves on in steps of `roundSeconds`. */
export function spanOf(search: Search, nowMs: number, roundSeconds: number): Span {
  const { from, to } = search
  if (from !== undefined && to !== undefined) {
    return { fromSeconds: from, toSeconds: to, isLive: false }
  }
  const end = Math.ceil(nowMs / 1000 / roundSeconds) * roundSeconds
  const seconds = RANGE_SECONDS[search.range ?? '1h']
  return { fromSeconds: end - seconds, toSeconds: end, isLive: true }
}

/** Points that a chart of usual width can show. */
const POINTS_MAX = 360
const STEPS_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400,
]

export function stepFor(span: Pick<Span, 'fromSeconds' | 'toSeconds'>, pointsMax = POINTS_MAX) {
  const needed = (span.toSeconds - span.fromSeconds) / pointsMax
  return STEPS_SECONDS.find((step) => step >= needed) ?? 86_400
}
