/**
 * The watch tried on the stored readings of one floor, for whoever wonders what a budget would mean
 * before it is set. It reads and judges much, so one goes on at a time and few wait.
 */
import type { Incident } from '../model/incident.ts'
import type { Clock } from '../ports/clock.ts'
import type { HistoryOutcome } from './history.ts'
import type { Stretch } from './key-ranges.ts'
import { Lane } from './lane.ts'
import { amountOf } from './steps.ts'
import { eachReading, type ReadingsStore, ROWS_MAX } from './stored-readings.ts'

/** Metrics that the watch judges. */
export const BACKTEST_METRICS = ['kw', 'corrente', 'tensione'] as const

export interface BacktestQuery extends Stretch {
  readonly floor: number
  readonly metric: (typeof BACKTEST_METRICS)[number]
  /** Of the floor; its metrics share it. */
  readonly budgetPerMonth: number
}

export interface BacktestSummary {
  readonly readings: number
  readonly firstMs: number | null
  readonly lastMs: number | null
  readonly alerts: number
  readonly alertsPerMonth: number | null
  readonly budgetPerMonth: number
  readonly byChannel: Readonly<Record<string, number>>
  readonly learned: string
}

/** The detector on one series, which this folder does not know. */
export interface BacktestTrial {
  take(timeMs: number, value: number): unknown
  summary(): BacktestSummary
  /** Oldest first. */
  found(): readonly Incident[]
}

export interface BacktestResult {
  readonly summary: BacktestSummary
  /** The newest of them, oldest first. */
  readonly incidents: readonly Incident[]
}

export interface Backtests {
  run(query: BacktestQuery, isWanted: () => boolean): Promise<HistoryOutcome<BacktestResult>>
}

export interface BacktestWorld {
  readonly clock: Clock
  readonly store: ReadingsStore
  readonly createTrial: (query: BacktestQuery) => BacktestTrial
}

export const BACKTESTS_AT_ONCE_MAX = 1
export const BACKTESTS_WAITING_MAX = 20
/** Incidents of one answer. */
export const BACKTEST_INCIDENTS_MAX = 500
/** Readings that are judged before everything else has its turn. */
const JUDGED_AT_ONCE = 1_000
const BUSY = { kind: 'busy', retryAfterMs: 5_000 } as const
const GONE = { kind: 'gone' } as const

export function createBacktests(world: BacktestWorld, rowsMax = ROWS_MAX): Backtests {
  const lane = new Lane(BACKTESTS_AT_ONCE_MAX, BACKTESTS_WAITING_MAX)
  return {
    run: async (query, isWanted) =>
      (await lane.run(query.toMs - query.fromMs, async () =>
        isWanted() ? await run(world, query, { rowsMax, isWanted }) : GONE,
      )) ?? BUSY,
  }
}

async function run(
  { clock, store, createTrial }: BacktestWorld,
  query: BacktestQuery,
  options: { readonly rowsMax: number; readonly isWanted: () => boolean },
): Promise<HistoryOutcome<BacktestResult>> {
  const { floor, metric } = query
  const series: { timeMs: number; value: number }[] = []
  const take: Parameters<typeof eachReading>[3] = ({ timeMs, reading }) => {
    const value = amountOf(reading, metric)
    if (value !== undefined) series.push({ timeMs, value })
  }
  const end = await eachReading(store, floor, query, take, options)
  if (end.kind !== 'done') return end
  series.sort((a, b) => a.timeMs - b.timeMs)
  const trial = createTrial(query)
  for (const [index, { timeMs, value }] of series.entries()) {
    trial.take(timeMs, value)
    if (index % JUDGED_AT_ONCE !== JUDGED_AT_ONCE - 1) continue
    await clock.sleep(0)
    if (!options.isWanted()) return GONE
  }
  const incidents = trial.found().slice(-BACKTEST_INCIDENTS_MAX)
  return { kind: 'done', value: { summary: trial.summary(), incidents } }
}
