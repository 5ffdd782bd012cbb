/**
 * The detector's memory of its series in the log. A state takes some 100 kB, so it is not saved
 * with each reading but now and then, and the readings since are read again: the same readings
 * give the same state. `watched` of a partition names the offset up to which all its saved states
 * are complete.
 */
import type { LogRecord, NewRecord } from '../../ports/log.ts'
import { RULE_VERSION } from '../watch/options.ts'
import { leftOpen, type ToldIncident } from './handover.ts'
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
  /** Series that are yet to be taken over from a former rule, with what it had open. */
  readonly inherited: Map<string, readonly ToldIncident[]>
  /** Readings up to here need not be read again; -1 = all do. */
  completeTo: number
}

const SERIES_KEY = /^\d+\/(\d+\/(?:kw|corrente|tensione))$/
const COMPLETE_KEY = /^\d+\/watched$/

export function seriesRecords(
  memories: SeriesMemories,
  { partition, generation }: Omit<SavedPlace, 'offset'>,
  isInherited: (key: string) => boolean = () => false,
): readonly NewRecord[] {
  return [...memories].map(([key, { offset, state }]) => {
    const place = { partition, offset, generation }
    const saved = { ...place, rule: RULE_VERSION, isInherited: isInherited(key), state }
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
  if (!saved) return true
  const nothing = { series: new Map(), inherited: new Map(), completeTo: -1 }
  const known = partitions.get(saved.partition) ?? nothing
  partitions.set(saved.partition, known)
  if (saved.rule !== RULE_VERSION) {
    if (name !== undefined) inherit(known, name, saved)
    return true
  }
  const offset = saved.generation === generation ? saved.offset : -1
  if (isMark) known.completeTo = Math.max(known.completeTo, offset)
  else if (name !== undefined) keepNewer(known, name, { offset, saved })
  return true
}

/**
 * Of another version of the rule: it is learned anew from the readings that are kept. What it had
 * open is not: people know of it.
 */
function inherit({ series, inherited }: SavedSeries, name: string, { state }: Saved): void {
  if (!series.has(name)) inherited.set(name, leftOpen(state))
}

function keepNewer(
  { series, inherited }: SavedSeries,
  name: string,
  { offset, saved: { state, isInherited } }: { readonly offset: number; readonly saved: Saved },
): void {
  const before = series.get(name)
  if (before && offset < before.offset) return
  series.set(name, { offset, state })
  if (isInherited) inherited.set(name, inherited.get(name) ?? [])
  else inherited.delete(name)
}

/** Written by us, and read as it was written. */
interface Saved extends SavedPlace {
  readonly rule: string
  /** Its incidents have not been taken over yet; absent in what older versions wrote. */
  readonly isInherited?: boolean
  readonly state: SeriesState
}

function parse(value: string): Saved | undefined {
  try {
    return JSON.parse(value) as Saved
  } catch {
    return undefined
  }
}
