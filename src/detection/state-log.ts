/**
 * The detector's memory in the log (decision 2): the state of each floor under
 * `{partition}/{floor}`, the last known thresholds under `thresholds`. Who is assigned a partition
 * reads the topic to its end.
 *
 * A member that slept through the loss of its partition may still write an old state after its
 * successor's newer one. Of the states that the topic holds the one with the largest offset counts;
 * but where compaction has taken the newer one, the old one stands until the successor saves the
 * floor again, with its next reading. Should the successor die before that, the floor is judged on
 * from the old state: a cooldown may be forgotten, and an alarm comes sooner than it should.
 */
import { parseSavedFloor, type SavedFloor } from '../model/detection-state.ts'
import { parseStoredThresholds, type Thresholds } from '../model/thresholds.ts'
import { DETECTION_STATE_TOPIC } from '../model/topics.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log, LogRecord, NewRecord } from '../ports/log.ts'
import type { Trace } from '../ports/trace.ts'
import type { FloorMemory } from './batch.ts'
import { type SavedSeries, takeSeries } from './incidents/series-log.ts'

const THRESHOLDS_KEY = 'thresholds'

export interface Recollection {
  /** By partition, then by floor. */
  readonly floors: ReadonlyMap<number, ReadonlyMap<number, FloorMemory>>
  readonly thresholds: Thresholds | undefined
  /** By partition: what the watch has learned, where it was on. */
  readonly series: ReadonlyMap<number, SavedSeries>
}

/**
 * Reads the whole topic. `generation` names the readings topic of today: offsets of an earlier
 * topic of the same name mean nothing, so such a state keeps what it knows and forgets where it
 * stood. Rejects with the signal's reason when aborted.
 */
export async function recall(
  world: { readonly log: Log; readonly clock: Clock; readonly trace: Trace },
  generation: string,
  signal: AbortSignal,
): Promise<Recollection> {
  const enough = new AbortController()
  const until = AbortSignal.any([signal, enough.signal])
  const recollection = new Fold(generation, world.trace)
  for await (const event of world.log.follow(DETECTION_STATE_TOPIC, 'oldest', until)) {
    if (event.kind === 'caught-up') break
    if (event.kind !== 'records') continue
    for (const record of event.records) recollection.take(record)
    // A log in a file hands out the past without a pause; the rest of the process must go on.
    await world.clock.sleep(0, signal)
  }
  enough.abort()
  signal.throwIfAborted()
  return recollection
}

export function savedFloorRecord(saved: SavedFloor): NewRecord {
  return { key: `${saved.partition}/${saved.floor}`, value: JSON.stringify(saved) }
}

export function thresholdsRecord(thresholds: Thresholds): NewRecord {
  return { key: THRESHOLDS_KEY, value: JSON.stringify(thresholds) }
}

/** Folded as it is read: what compaction has not removed yet may be many times what counts. */
class Fold implements Recollection {
  readonly floors = new Map<number, Map<number, FloorMemory>>()
  readonly series = new Map<number, SavedSeries>()
  thresholds: Thresholds | undefined
  private readonly generation: string
  private readonly trace: Trace

  constructor(generation: string, trace: Trace) {
    this.generation = generation
    this.trace = trace
  }

  take(record: LogRecord): void {
    if (takeSeries(this.series, record, this.generation)) return
    const found = readRecord(record)
    if (found?.kind === 'thresholds') this.thresholds = found.thresholds
    else if (found?.kind === 'floor') this.keepNewer(found.saved)
    else this.trace.note('warn', { kind: 'detection.unreadable-state', key: record.key })
  }

  private keepNewer(saved: SavedFloor): void {
    const partition = this.floors.get(saved.partition) ?? new Map<number, FloorMemory>()
    this.floors.set(saved.partition, partition)
    const offset = saved.generation === this.generation ? saved.offset : -1
    const known = partition.get(saved.floor)
    if (!known || offset >= known.offset) partition.set(saved.floor, { offset, state: saved.state })
  }
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
