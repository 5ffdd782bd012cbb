/**
 * The detector's memory in the log (decision 2): the state of each floor under
 * `{partition}/{floor}`, the last known thresholds under `thresholds`. Who is assigned a partition
 * reads the topic to its end.
 *
 * A member that slept through the loss of its partition may still write an old state after its
 * successor's newer one. So what counts is the state with the largest offset, not the last one
 * written.
 */
import { parseSavedFloor, type SavedFloor } from '../model/detection-state.ts'
import { parseStoredThresholds, type Thresholds } from '../model/thresholds.ts'
import { DETECTION_STATE_TOPIC } from '../model/topics.ts'
import type { Log, LogRecord, NewRecord } from '../ports/log.ts'
import type { Trace } from '../ports/trace.ts'
import type { FloorMemory } from './batch.ts'

const THRESHOLDS_KEY = 'thresholds'

export interface Recollection {
  /** By partition, then by floor. */
  readonly floors: ReadonlyMap<number, ReadonlyMap<number, FloorMemory>>
  readonly thresholds: Thresholds | undefined
}

/**
 * Reads the whole topic. `generation` names the readings topic of today: offsets of an earlier
 * topic of the same name mean nothing, so such a state keeps what it knows and forgets where it
 * stood. Rejects with the signal's reason when aborted.
 */
export async function recall(
  world: { readonly log: Log; readonly trace: Trace },
  generation: string,
  signal: AbortSignal,
): Promise<Recollection> {
  const enough = new AbortController()
  const until = AbortSignal.any([signal, enough.signal])
  const records: LogRecord[] = []
  for await (const event of world.log.follow(DETECTION_STATE_TOPIC, 'oldest', until)) {
    if (event.kind === 'caught-up') break
    if (event.kind === 'records') records.push(...event.records)
  }
  enough.abort()
  signal.throwIfAborted()
  return recollectionOf(records, generation, world.trace)
}

export function savedFloorRecord(saved: SavedFloor): NewRecord {
  return { key: `${saved.partition}/${saved.floor}`, value: JSON.stringify(saved) }
}

export function thresholdsRecord(thresholds: Thresholds): NewRecord {
  return { key: THRESHOLDS_KEY, value: JSON.stringify(thresholds) }
}

function recollectionOf(
  records: readonly LogRecord[],
  generation: string,
  trace: Trace,
): Recollection {
  const floors = new Map<number, Map<number, FloorMemory>>()
  let thresholds: Thresholds | undefined
  for (const record of records) {
    const found = readRecord(record)
    if (found?.kind === 'thresholds') thresholds = found.thresholds
    else if (found?.kind === 'floor') keepNewer(floors, found.saved, generation)
    else trace.note('warn', { kind: 'detection.unreadable-state', key: record.key })
  }
  return { floors, thresholds }
}

function keepNewer(
  floors: Map<number, Map<number, FloorMemory>>,
  saved: SavedFloor,
  generation: string,
): void {
  const partition = floors.get(saved.partition) ?? new Map<number, FloorMemory>()
  floors.set(saved.partition, partition)
  const offset = saved.generation === generation ? saved.offset : -1
  const known = partition.get(saved.floor)
  if (!known || offset >= known.offset) partition.set(saved.floor, { offset, state: saved.state })
}

function readRecord({ key, value }: LogRecord) {
  try {
    const document: unknown = JSON.parse(value)
    if (key === THRESHOLDS_KEY) {
      return { kind: 'thresholds', thresholds: parseStoredThresholds(document) } as const
    }
    const saved = parseSavedFloor(document)
    return saved && ({ kind: 'floor', saved } as const)
  } catch {
    return undefined
  }
}
