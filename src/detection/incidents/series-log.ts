/**
 * The detector's memory of its series in the log. A state takes some 100 kB, so it is not saved
 * with each reading but now and then, and the readings since are read again: the same readings
 * give the same state. `watched` of a partition names the offset up to which all its saved states
 * are complete.
 */
import type { LogRecord, NewRecord } from '../../ports/log.ts'
import { RULE_VERSION } from '../watch/options.ts'
import type { SeriesState } from './series.ts'
import type { SeriesMemories, SeriesMemory } from './watch-batch.ts'

export interface SavedPlace {
  readonly partition: number
  readonly offset: number
  /** Of the readings topic, whose offsets these are. */
  readonly generation: string
}

/** What was saved of one partition. */
export interface SavedSeries {
  readonly series: Map<string, SeriesMemory>
  /** Readings up to here need not be read again; -1 = all do. */
  completeTo: number
}

const SERIES_KEY = /^\d+\/(\d+\/(?:kw|corrente|tensione))$/
const COMPLETE_KEY = /^\d+\/watched$/

export function seriesRecords(
  memories: SeriesMemories,
  { partition, generation }: Omit<SavedPlace, 'offset'>,
): readonly NewRecord[] {
  return [...memories].map(([key, { offset, state }]) => {
    const saved = { partition, offset, generation, rule: RULE_VERSION, state }
    return { key: `${partition}/${key}`, value: JSON.stringify(saved) }
  })
}

/** To be appended once the states are there. */
export function completeRecord(place: SavedPlace): NewRecord {
  const saved = { ...place, rule: RULE_VERSION }
  return { key: `${place.partition}/watched`, value: JSON.stringify(saved) }
}

/** Takes the record if it is one of these; of a series the largest offset counts. */
export function takeSeries(
  partitions: Map<number, SavedSeries>,
  { key, value }: LogRecord,
  generation: string,
): boolean {
  const name = SERIES_KEY.exec(key ?? '')?.[1]
  const isMark = COMPLETE_KEY.test(key ?? '')
  if (name === undefined && !isMark) return false
  const saved = parse(value)
  // Of another version of the rule: it is learned anew from the readings that are kept.
  if (!saved || saved.rule !== RULE_VERSION) return true
  const known = partitions.get(saved.partition) ?? { series: new Map(), completeTo: -1 }
  partitions.set(saved.partition, known)
  const offset = saved.generation === generation ? saved.offset : -1
  if (isMark) known.completeTo = Math.max(known.completeTo, offset)
  else if (name !== undefined) keepNewer(known, name, { offset, state: saved.state })
  return true
}

function keepNewer({ series }: SavedSeries, name: string, memory: SeriesMemory): void {
  const before = series.get(name)
  if (!before || memory.offset >= before.offset) series.set(name, memory)
}

/** Written by us, and read as it was written. */
type Saved = SavedPlace & { readonly rule: string; readonly state: SeriesState }

function parse(value: string): Saved | undefined {
  try {
    return JSON.parse(value) as Saved
  } catch {
    return undefined
  }
}
