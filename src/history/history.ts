/**
 * The stored readings as answers that are small enough for a chart: points in place of readings,
 * and how often a threshold would have been passed. Whatever is asked for, a bounded number of rows
 * is read, and few requests read at once.
 */
import type { Metric } from '../model/alert.ts'
import type { Reading } from '../model/reading.ts'
import type { Clock } from '../ports/clock.ts'
import { type FloorsOutcome, findFloors, type TooManyFloors } from './floors.ts'
import type { Stretch } from './key-ranges.ts'
import { Lane } from './lane.ts'
import { amountOf, type Point, StepFold } from './steps.ts'
import {
  eachReading,
  type ReadingOptions,
  type ReadingsEnd,
  type ReadingsStore,
  ROWS_MAX,
  type StoredReading,
} from './stored-readings.ts'

export type HistoryOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | Exclude<ReadingsEnd, { kind: 'done' }>
  | TooManyFloors

export interface PointsQuery extends Stretch {
  readonly floor: number
  readonly metric: Metric
  readonly stepSeconds: number
}

export interface PreviewQuery extends Stretch {
  readonly floors: Floors
  readonly metric: Metric
  /** The limit that is to be tried. */
  readonly value: number
}

/** One floor, or all that have readings but for some. */
export type Floors =
  | { readonly kind: 'one'; readonly floor: number }
  | { readonly kind: 'all'; readonly but: readonly number[] }

export interface PreviewResult {
  readonly readings: number
  readonly over: number
  readonly notifications: number
}

/** Judges one floor's readings, in the order of their time, by a limit that does not hold yet. */
export interface LimitTrial {
  take(stored: StoredReading): void
  result(): PreviewResult
}

export interface HistoryWorld {
  readonly clock: Clock
  readonly store: ReadingsStore
  /** The rules of detection, which this folder does not know. */
  readonly createTrial: (metric: Metric, value: number) => LimitTrial
}

export interface History {
  points(query: PointsQuery, isWanted: () => boolean): Promise<HistoryOutcome<readonly Point[]>>
  preview(query: PreviewQuery, isWanted: () => boolean): Promise<HistoryOutcome<PreviewResult>>
}

/** Requests that read at once, and those that wait behind them. */
export const READERS_MAX = 2
export const READERS_WAITING_MAX = 200
const BUSY = { kind: 'busy', retryAfterMs: 2_000 } as const
/** Readings that are judged before everything else has its turn. */
const JUDGED_AT_ONCE = 5_000

export function createHistory(world: HistoryWorld, rowsMax = ROWS_MAX): History {
  const lane = new Lane(READERS_MAX, READERS_WAITING_MAX)
  const inTurn = async <T>(
    { fromMs, toMs }: Stretch,
    isWanted: () => boolean,
    work: () => Promise<HistoryOutcome<T>>,
  ) => (await lane.run(toMs - fromMs, async () => (isWanted() ? await work() : GONE))) ?? BUSY
  return {
    points: (query, isWanted) =>
      inTurn(query, isWanted, () => readPoints(world, query, { rowsMax, isWanted })),
    preview: (query, isWanted) =>
      inTurn(query, isWanted, () => tryLimit(world, query, { rowsMax, isWanted })),
  }
}

const GONE = { kind: 'gone' } as const

async function readPoints(
  { store }: HistoryWorld,
  { floor, metric, stepSeconds, ...stretch }: PointsQuery,
  options: ReadingOptions,
): Promise<HistoryOutcome<readonly Point[]>> {
  const fold = new StepFold(stepSeconds)
  const take = ({ timeMs, reading }: StoredReading) => {
    const value = amountOf(reading, metric)
    if (value !== undefined) fold.take(timeMs, value)
  }
  const end = await eachReading(store, floor, stretch, take, options)
  return end.kind === 'done' ? { kind: 'done', value: fold.points() } : end
}

async function tryLimit(
  world: HistoryWorld,
  { floors, metric, value, ...stretch }: PreviewQuery,
  { rowsMax = ROWS_MAX, ...options }: ReadingOptions,
): Promise<HistoryOutcome<PreviewResult>> {
  const found = await floorsOf(world, floors)
  if (found.kind !== 'floors') return found
  let sum: PreviewResult = { readings: 0, over: 0, notifications: 0 }
  let rowsLeft = rowsMax
  for (const floor of found.floors) {
    const readings: StoredReading[] = []
    const take = ({ timeMs, reading }: StoredReading) =>
      readings.push({ timeMs, reading: measuredOf(reading, floor) })
    const read = { ...options, rowsMax: rowsLeft }
    const end = await eachReading(world.store, floor, stretch, take, read)
    if (end.kind === 'too-many-rows') return { kind: 'too-many-rows', rowsMax }
    if (end.kind !== 'done') return end
    rowsLeft -= end.rows
    sum = plus(sum, await judge(world, world.createTrial(metric, value), readings))
  }
  return { kind: 'done', value: sum }
}

async function floorsOf({ store }: HistoryWorld, floors: Floors): Promise<FloorsOutcome> {
  if (floors.kind === 'one') return { kind: 'floors', floors: [floors.floor] }
  const found = await findFloors(store)
  if (found.kind !== 'floors') return found
  return { kind: 'floors', floors: found.floors.filter((floor) => !floors.but.includes(floor)) }
}

/** What is judged, without what else a sender may have put into its readings. */
function measuredOf(reading: Reading, piano: number): Reading {
  const { timestamp, sensore1_kwh, sensore2_kw, sensore3_corrente, sensore3_tensione } = reading
  const { delta_kwh, delta_kwh_30s } = reading
  const sensors = { sensore1_kwh, sensore2_kw, sensore3_corrente, sensore3_tensione }
  return { piano, timestamp, ...sensors, delta_kwh, delta_kwh_30s } as Reading
}

async function judge(
  { clock }: HistoryWorld,
  trial: LimitTrial,
  readings: StoredReading[],
): Promise<PreviewResult> {
  readings.sort((a, b) => a.timeMs - b.timeMs)
  for (const [index, stored] of readings.entries()) {
    trial.take(stored)
    if (index % JUDGED_AT_ONCE === JUDGED_AT_ONCE - 1) await clock.sleep(0)
  }
  return trial.result()
}

function plus(a: PreviewResult, b: PreviewResult): PreviewResult {
  return {
    readings: a.readings + b.readings,
    over: a.over + b.over,
    notifications: a.notifications + b.notifications,
  }
}
