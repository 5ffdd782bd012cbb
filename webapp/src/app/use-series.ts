/**
 * Lines of a chart: the history of some floors and what came live since, on one time axis.
 */
import { useQueries } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { historyQuery, type Rank } from '../api/queries.ts'
import type { Metric, Reading, ReadingPoint } from '../api/types.ts'
import { askedAfter, keptSinceSeconds, type Stretch } from '../lib/asked.ts'
import { isSameList } from '../lib/floors.ts'
import { amountOf, timeMsOf } from '../lib/metrics.ts'
import { type Table, tableOf, withLive } from '../lib/series.ts'
import { type Histories, isAnswered, type Whole, wholeAfter } from '../lib/whole.ts'
import type { LiveState } from '../live/machine.ts'
import { SAMPLES_MAX } from '../live/samples.ts'
import { useKept, useLive, useLiveClient, useLiveSlowly, useShownMoment } from './live-context.tsx'
import { type Span, spanOf, stepFor } from './search.ts'
import { useChoices } from './use-choices.ts'

const REFRESH_SECONDS_MIN = 30

/** The stretch that the URL asks for, and its step; the same object until one of them changes. */
export function useSpan(): Span & { readonly stepSeconds: number } {
  const choices = useChoices()
  const rough = stepFor(spanOf(choices, 0, 1))
  const round = Math.max(REFRESH_SECONDS_MIN, rough)
  const now = useShownMoment(10_000)
  const { fromSeconds, toSeconds, isLive } = spanOf(choices, now, round)
  return useMemo(
    () => ({ fromSeconds, toSeconds, isLive, stepSeconds: rough }),
    [fromSeconds, toSeconds, isLive, rough],
  )
}

export interface AskedHistories {
  /** In the order of the floors. */
  readonly data: Histories
  readonly isRead: boolean
  readonly error: unknown
  readonly retry: () => void
}

/** A list of so many is about to lose its oldest. */
const NEARLY_FULL = 0.75 * SAMPLES_MAX

/** What to ask for so that, with what comes live, all of this stretch of these floors is there. */
function useAsked(
  floors: readonly number[],
  { fromSeconds, toSeconds, stepSeconds, isLive }: SteppedSpan,
  everySeconds = Math.max(REFRESH_SECONDS_MIN, stepSeconds),
): Stretch {
  const client = useLiveClient()
  const asked = useRef<Stretch>(undefined)
  const shown = { fromSeconds, toSeconds, stepSeconds }
  const state = client.snapshot()
  asked.current = isLive
    ? askedAfter(asked.current, shown, wholeSinceSeconds(state, floors), everySeconds)
    : shown
  return asked.current
}

/** Where readings are polled, some are passed over at any time. */
function wholeSinceSeconds(state: LiveState, floors: readonly number[]): number {
  if (state.channel !== 'whole') return Number.POSITIVE_INFINITY
  const passedSeconds = (state.passedMs ?? Number.NEGATIVE_INFINITY) / 1000
  return Math.max(passedSeconds, keptSinceSeconds(samplesOf(state, floors), NEARLY_FULL))
}

const NO_HISTORY: readonly ReadingPoint[] = []
type SteppedSpan = Span & { readonly stepSeconds: number }

/** Asked for apart from what is live: to ask costs more than to draw, and happens more seldom. */
export function useHistories(
  floors: readonly number[],
  metric: Metric,
  span: SteppedSpan,
  { rank, everySeconds }: Asking = {},
): AskedHistories {
  const stretch = useAsked(floors, span, everySeconds)
  const asked = useQueries({
    queries: floors.map((floor) => historyQuery(floor, metric, stretch, rank)),
    combine: combineResults,
  })
  const whole = useRef<Whole>(undefined)
  whole.current = wholeAfter(whole.current, { ...asked, floors, metric })
  const { data, error } = whole.current
  const retry = () => {
    /** Somebody who asks again sees that it is asked. */
    if (whole.current) whole.current = { ...whole.current, error: undefined }
    asked.retry()
  }
  return { data, isRead: isAnswered(whole.current), error, retry }
}

interface Asking {
  readonly rank?: Rank
  readonly everySeconds?: number
}

/** The lines of these floors; a new table when one of them has got readings. */
export function useLines(
  data: Histories,
  floors: readonly number[],
  metric: Metric,
  span: SteppedSpan,
): Table {
  const keep = useKept(isSameSamples)
  const samples = useLiveSlowly((state) => keep(samplesOf(state, floors)))
  return useMemo(() => {
    const lines = samples.map((list, at) => {
      const history = data[at] ?? NO_HISTORY
      return span.isLive ? withLive(history, list, metric, span.stepSeconds) : history
    })
    return tableOf(lines, span.stepSeconds, span)
  }, [metric, span, samples, data])
}

/** Whether there is nothing to draw; it does not draw anew with each reading. */
export function useIsEmpty(
  data: Histories,
  floors: readonly number[],
  metric: Metric,
  span: SteppedSpan,
): boolean {
  const isSilent = useLive((state) =>
    samplesOf(state, floors).every((list) => {
      const newest = list.at(-1)
      return !newest || !isWithin(newest, span) || amountOf(newest, metric) === undefined
    }),
  )
  return data.every((points) => (points?.length ?? 0) === 0) && (isSilent || !span.isLive)
}

function isWithin(reading: Reading, { fromSeconds, toSeconds }: Span): boolean {
  const seconds = timeMsOf(reading) / 1000
  return seconds >= fromSeconds && seconds <= toSeconds
}

type Samples = readonly (readonly Reading[])[]
const NO_SAMPLES: readonly Reading[] = []

function samplesOf({ samples }: LiveState, floors: readonly number[]): Samples {
  return floors.map((floor) => samples.get(floor) ?? NO_SAMPLES)
}

function isSameSamples(a: Samples, b: Samples): boolean {
  return isSameList(a, b, (one, other) => one === other)
}

interface Result {
  readonly data: readonly ReadingPoint[] | undefined
  readonly error: unknown
  readonly isPending: boolean
  readonly refetch: () => unknown
}

function combineResults(results: readonly Result[]) {
  return {
    data: results.map(({ data }) => data),
    error: results.find(({ error }) => error)?.error,
    isMoving: results.some(({ isPending }) => isPending),
    retry: () => {
      for (const { refetch } of results) refetch()
    },
  }
}
