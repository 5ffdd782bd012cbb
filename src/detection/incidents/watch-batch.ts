/**
 * Many readings of one partition through the detector, one after the other. Pure: nothing that was
 * known changes until the caller takes over what came of it.
 */
import type { LearnedSeries } from '../../model/learned.ts'
import { checkReading } from '../../model/reading.ts'
import type { LogRecord } from '../../ports/log.ts'
import { isAhead } from '../doubts.ts'
import type { ToldIncident } from './handover.ts'
import type { SeriesName } from './incident-event.ts'
import { newsOf } from './learned.ts'
import { type SeriesState, withSeriesBack } from './series.ts'
import { type WatchContext, type WatchedChange, watchReading } from './watched-floor.ts'

/** What is known of a series, and the offset of the last reading in it; -1 = none of this topic. */
export interface SeriesMemory {
  readonly offset: number
  readonly state: SeriesState
}

/** By floor and metric. */
export type SeriesMemories = ReadonlyMap<string, SeriesMemory>
/** Incidents that a former rule has told of, of series that are yet to be taken over. */
export type Inheritance = ReadonlyMap<string, readonly ToldIncident[]>

const NOTHING_INHERITED: Inheritance = new Map()

export interface WatchedBatch {
  readonly changed: SeriesMemories
  readonly changes: readonly WatchedChange[]
  /** News of what is known, as it is after the batch. */
  readonly learned: readonly LearnedSeries[]
  /** Readings that were judged. */
  readonly readings: number
  /** Readings of series beyond the limit. */
  readonly beyond: number
}

/**
 * Series of one partition that are watched; a state takes some 100 kB. Thresholds hold for all.
 */
export const WATCHED_SERIES_MAX = 600

/**
 * A reading that was read before is not newer than what is known, so it changes nothing. Time is
 * that of the record, and thus the same whenever it is read again.
 */
export function watchBatch(
  known: SeriesMemories,
  records: readonly LogRecord[],
  context: WatchContext,
  inheritance = NOTHING_INHERITED,
): WatchedBatch {
  const changed = new Map<string, SeriesMemory>()
  const changes: WatchedChange[] = []
  const names = new Map<string, SeriesName>()
  let [fresh, readings, beyond] = [0, 0, 0]
  const find = (key: string) => changed.get(key) ?? known.get(key)
  const inherited = (key: string) => (changed.has(key) ? undefined : inheritance.get(key))
  for (const record of records) {
    const { offset, value, appendedMs } = record
    const check = checkReading(value, appendedMs)
    if (check.kind === 'rejected') continue
    const { timeMs } = check.checked
    const state = (key: string) => stateFor(find(key), record, timeMs, context.options.timeZone)
    const watched = watchReading({ state, inherited }, check.checked, appendedMs, context)
    const news = watched.states.filter(({ key }) => !find(key)).length
    if (known.size + fresh + news > WATCHED_SERIES_MAX && news > 0) {
      beyond += 1
      continue
    }
    fresh += news
    readings += 1
    for (const { key, name, state } of watched.states) {
      changed.set(key, { offset, state })
      names.set(key, name)
    }
    changes.push(...watched.changes)
  }
  const learned = [...names].flatMap(([key, name]) => {
    const now = changed.get(key)?.state
    return (now && newsOf(name, known.get(key)?.state, now)) ?? []
  })
  return { changed, changes, learned, readings, beyond }
}

/** A reading that comes while the newest known is from a future: the clock has been put back. */
function stateFor(
  memory: SeriesMemory | undefined,
  { offset, appendedMs }: LogRecord,
  timeMs: number,
  timeZone: string,
): SeriesState | undefined {
  const isPutBack = isAhead(memory?.state.watch, appendedMs)
  // Read again it lies before what is known, and changes nothing.
  if (!memory || !isPutBack || offset <= memory.offset) return memory?.state
  return withSeriesBack(memory.state, timeMs, timeZone)
}
