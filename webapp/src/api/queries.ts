/**
 * What the pages ask for, each question once, with how long its answer stays good. Keys say all
 * that the answer depends on.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Stretch } from '../lib/asked.ts'
import { BAND_DAYS_MIN, BAND_STEP_SECONDS, bandOf } from '../lib/band.ts'
import { pointsOf } from '../lib/series.ts'
import { Turns } from '../lib/turns.ts'
import { askFeature } from './features.ts'
import { ask, isAbsent, isTooMuch } from './http.ts'
import { IndexSamples } from './index-samples.ts'
import { readKey, readKeys, readLatest, readSamples } from './store-keys.ts'
import type { Alert, Metric, ReadingPoint, RingInfo, Thresholds } from './types.ts'

const MINUTE_MS = 60_000
const DAY_SECONDS = 86_400
/** All the history that there is without `/api/v1/readings`. */
const indexSamples = new IndexSamples()

export const latestQuery = queryOptions({
  queryKey: ['latest'],
  queryFn: ({ signal }) => readLatest(signal),
  staleTime: MINUTE_MS,
  refetchInterval: eachMinute,
})

/** `passedMs`: since when live readings go on from them without a gap. Floors in any order. */
export function samplesQuery(
  floors: readonly number[],
  count: number,
  passedMs: number | undefined,
) {
  const sorted = [...floors].sort((a, b) => a - b)
  return queryOptions({
    queryKey: ['samples', sorted, count, passedMs],
    queryFn: ({ signal }) => readSamples(sorted, count, signal),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: floors.length > 0,
  })
}

/** Whose history is read first. */
const RANKS = { chart: 0, card: 1, band: 2 } as const
export type Rank = keyof typeof RANKS
/** As many as the coordinator reads at once, and one more so that it never waits for us. */
const turns = new Turns(3)

/** What failed is asked for again after so long: what comes live does not make up for it. */
export const RETRY_MS = 30_000

interface Outcome {
  readonly state: { readonly status: string; readonly error: unknown }
}

export function againAfter({ state }: Outcome): number | false {
  return state.status === 'error' && !isTooMuch(state.error) ? RETRY_MS : false
}

/** One that fell into a short break would leave its panel old for a minute after it. */
export function eachMinute(outcome: Outcome): number {
  return againAfter(outcome) || MINUTE_MS
}

export function historyQuery(
  floor: number,
  metric: Metric,
  stretch: Stretch,
  rank: Rank = 'chart',
) {
  return queryOptions({
    queryKey: ['history', floor, metric, stretch],
    queryFn: ({ signal }) =>
      turns.take(RANKS[rank], signal, () => readHistory(floor, metric, stretch, signal)),
    staleTime: MINUTE_MS,
    refetchInterval: againAfter,
    /** While the span moves on, the former one is shown and not a skeleton. */
    placeholderData: (previous: readonly ReadingPoint[] | undefined, query) =>
      query?.queryKey[1] === floor && query.queryKey[2] === metric ? previous : undefined,
  })
}

export async function readHistory(
  floor: number,
  metric: Metric,
  { fromSeconds, toSeconds, stepSeconds }: Stretch,
  signal: AbortSignal,
): Promise<readonly ReadingPoint[]> {
  const span = { from: isoOf(fromSeconds), to: isoOf(toSeconds), step: stepSeconds }
  try {
    const query = { floor, metric, ...span }
    return (await askFeature('GET /api/v1/readings', { query, signal })).points
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  const points = pointsOf(await indexSamples.read(floor), metric, stepSeconds)
  return points.filter(({ t }) => t > fromSeconds - stepSeconds && t < toSeconds)
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

/** What is usual on a floor; `dayEndSeconds` changes once a day, and the answer with it. */
export function bandQuery(floor: number, metric: Metric, dayEndSeconds: number, days: number) {
  const stretch = {
    fromSeconds: dayEndSeconds - days * DAY_SECONDS,
    toSeconds: dayEndSeconds,
    stepSeconds: BAND_STEP_SECONDS,
  }
  return queryOptions({
    queryKey: ['band', floor, metric, dayEndSeconds, days],
    queryFn: ({ signal }) =>
      turns.take(RANKS.band, signal, async () =>
        bandOf(await readHistory(floor, metric, stretch, signal)),
      ),
    staleTime: DAY_SECONDS * 1000,
    enabled: days >= BAND_DAYS_MIN,
  })
}

export function alertQuery(key: string) {
  return queryOptions({
    queryKey: ['alert', key],
    queryFn: async ({ signal }) => ((await readKey(key, signal)) ?? null) as Alert | null,
    staleTime: MINUTE_MS,
  })
}

/** Many documents at once; in the order of the keys, undefined where there is none. */
export function alertsQuery(keys: readonly string[]) {
  return queryOptions({
    queryKey: ['alerts', keys],
    queryFn: ({ signal }) => readKeys(keys, signal),
    staleTime: MINUTE_MS,
    enabled: keys.length > 0,
    placeholderData: keepPreviousData,
  })
}

export const thresholdsQuery = queryOptions({
  queryKey: ['thresholds'],
  queryFn: ({ signal }) => ask('GET /admin/thresholds', { signal }) as Promise<Thresholds>,
  staleTime: MINUTE_MS,
  refetchInterval: eachMinute,
})

export interface Preview {
  readonly floor: number | 'default'
  readonly metric: Metric
  readonly value: number
  readonly toSeconds: number
}

/** Tried in turn: of a building that measures often, a week is more than a coordinator reads. */
export const PREVIEW_SPANS = ['week', 'day', 'hour'] as const
const SPAN_SECONDS = { week: 7 * DAY_SECONDS, day: DAY_SECONDS, hour: 3_600 } as const

/** Null: this coordinator cannot say. */
export function previewQuery(preview: Preview) {
  return queryOptions({
    queryKey: ['preview', preview],
    queryFn: ({ signal }) => readPreview(preview, signal).catch(nullIfAbsent),
    staleTime: MINUTE_MS,
  })
}

async function readPreview({ toSeconds, ...tried }: Preview, signal: AbortSignal) {
  for (const span of PREVIEW_SPANS) {
    const stretch = { from: isoOf(toSeconds - SPAN_SECONDS[span]), to: isoOf(toSeconds) }
    try {
      const query = { ...tried, ...stretch }
      return { span, ...(await askFeature('GET /api/v1/thresholds/preview', { query, signal })) }
    } catch (error) {
      const isLast = span === PREVIEW_SPANS.at(-1)
      if (isLast || !isTooMuch(error)) throw error
    }
  }
  return null
}

const RING_REFRESH_MS = 3_000

export const ringQuery = queryOptions({
  queryKey: ['ring'],
  queryFn: ({ signal }) => ask('GET /sharding/info', { signal }) as Promise<RingInfo>,
  refetchInterval: RING_REFRESH_MS,
})

/** Null: this coordinator speaks only the contract. */
export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => askFeature('GET /api/v1/system', { signal }).catch(nullIfAbsent),
  refetchInterval: (query) => (query.state.data === null ? MINUTE_MS : RING_REFRESH_MS),
})

function nullIfAbsent(error: unknown): null {
  if (isAbsent(error)) return null
  throw error
}
