/**
 * A reading of a floor is a reading of each of its metrics: each goes through the detector, and
 * what becomes of their incidents is told with the reading that brought it. Pure.
 */
import type { Decision } from '../../model/alarm-sayings.ts'
import type { CheckedReading, Reading } from '../../model/reading.ts'
import { measurementsOf } from '../step.ts'
import type { WatchOptions } from '../watch/options.ts'
import { handOver, type ToldIncident, withoutPassing } from './handover.ts'
import { type SeriesName, WATCHED_METRICS, type WatchedMetric } from './incident-event.ts'
import type { IncidentChange } from './incident-machine.ts'
import { confirmLevel, type SeriesState, stepSeries } from './series.ts'

export interface WatchContext {
  /** The budget is that of one metric. */
  readonly options: WatchOptions
  readonly decisions: readonly Decision[]
}

/** What is known of the series, by their keys. */
export interface KnownSeries {
  state(key: string): SeriesState | undefined
  /** What people know of incidents of a former rule; undefined once they are taken over. */
  inherited(key: string): readonly ToldIncident[] | undefined
}

/** What became of an incident, and with which reading. */
export interface WatchedChange {
  readonly name: SeriesName
  readonly change: IncidentChange
  readonly reading: Reading
}

export interface WatchedState {
  readonly key: string
  readonly name: SeriesName
  readonly state: SeriesState
}

export interface WatchedReading {
  readonly states: readonly WatchedState[]
  readonly changes: readonly WatchedChange[]
}

/**
 * So many meters a floor's three metrics are worth. Power and current are nearly one number: half
 * of what one of them alarms at by chance comes with an alarm of the other (docs/detection.md),
 * and disturbs once.
 */
export const METERS_OF_A_FLOOR = 2.5

/** The budget of a floor is shared by its metrics. */
export function perMetric(budgetPerMonth: number): number {
  return budgetPerMonth / METERS_OF_A_FLOOR
}

export function seriesKey(floor: number, metric: WatchedMetric): string {
  return `${floor}/${metric}`
}

/** `cameMs`: when the reading came; words that were said before it count from it on. */
export function watchReading(
  series: KnownSeries,
  { reading, timeMs }: CheckedReading,
  cameMs: number,
  { options, decisions }: WatchContext,
): WatchedReading {
  const states: WatchedState[] = []
  const changes: WatchedChange[] = []
  const measured = measurementsOf(reading, undefined)
  for (const metric of WATCHED_METRICS) {
    const value = measured[metric]
    if (value === undefined) continue
    const name = { floor: reading.piano, metric }
    const key = seriesKey(name.floor, metric)
    const known = series.state(key)
    const { open, changes: ended } = handOver(known?.open ?? [], series.inherited(key), timeMs)
    const decided = known && withDecisions({ ...known, open }, name, cameMs, decisions)
    const step = stepSeries(decided, timeMs, value, options)
    if (step.kind === 'late') continue
    states.push({ key, name, state: step.state })
    const told = withoutPassing([...ended, ...step.changes])
    changes.push(...told.map((change) => ({ name, change, reading })))
  }
  return { states, changes }
}

function withDecisions(
  state: SeriesState,
  { floor, metric }: SeriesName,
  cameMs: number,
  decisions: readonly Decision[],
): SeriesState {
  const own = decisions.filter((one) => one.floor === floor && one.metric === metric)
  return own
    .filter(({ decision, saidMs }) => decision === 'confirmed' && saidMs <= cameMs)
    .reduce((decided, { saidMs }) => confirmLevel(decided, saidMs), state)
}
