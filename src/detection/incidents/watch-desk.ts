/**
 * The watch beside the log: what is known of each partition's series, brought back after a restart
 * and saved now and then. What was saved may be half an hour old, so the readings that were judged
 * since are read once more, in silence: their alarms have been raised. Thus a kill changes nothing
 * in what is raised, though states are far too large to be saved with each reading.
 */
import { learnedKey } from '../../model/keys.ts'
import type { LearnedSeries } from '../../model/learned.ts'
import { DETECTION_STATE_TOPIC } from '../../model/topics.ts'
import type { FollowStart, Log, LogRecord } from '../../ports/log.ts'
import {
  appendPatiently,
  type PatienceWorld,
  untilDone,
  whenReachable,
} from '../../ports/patience.ts'
import type { ToldIncident } from './handover.ts'
import { completeRecord, type SavedSeries, seriesRecords } from './series-log.ts'
import { toldIncidents } from './told-incidents.ts'
import {
  type SeriesMemory,
  WATCHED_SERIES_MAX,
  type WatchedBatch,
  watchBatch,
} from './watch-batch.ts'
import type { WatchContext } from './watched-floor.ts'

export interface WatchDeskWorld extends PatienceWorld {
  readonly log: Log
}

export interface WatchDeskOptions {
  /** Topic of the readings. */
  readonly topic: string
  /** Nothing is saved. */
  readonly dryRun: boolean
}

/** States are saved after so long, or so many readings. */
export const CHECKPOINT_MS = 30 * 60_000
export const CHECKPOINT_READINGS = 50_000
/** Of readings that are not in any saved state, so many of the newest are read again. */
export const REPLAY_READINGS_MAX = 200_000
/** States of one append: a broker takes 1 MiB at once as it comes, a state has up to 200 kB. */
const RECORDS_AT_ONCE = 4

export interface OpeningPlace {
  /** Of the readings topic. */
  readonly generation: string
  readonly saved: SavedSeries | undefined
  /** Of the reading that is judged next; all before it are known once it is open. */
  readonly nextOffset: number
}

interface WatchedPartition {
  readonly generation: string
  readonly series: Map<string, SeriesMemory>
  /** Changed since they were saved. */
  readonly unsaved: Set<string>
  /** Series whose incidents are taken over with their next reading. */
  readonly inherited: Map<string, readonly ToldIncident[]>
  /** News of what was read again: where another rule judged it before, nobody has told them. */
  readonly untold: Map<string, LearnedSeries>
  savedMs: number
  /** Judged since they were saved. */
  readings: number
}

export class WatchDesk {
  private readonly world: WatchDeskWorld
  private readonly options: WatchDeskOptions
  private readonly context: () => WatchContext
  private readonly partitions = new Map<number, WatchedPartition>()

  constructor(world: WatchDeskWorld, options: WatchDeskOptions, context: () => WatchContext) {
    this.world = world
    this.options = options
    this.context = context
  }

  async open(
    partition: number,
    { generation, saved, nextOffset }: OpeningPlace,
    signal: AbortSignal,
  ): Promise<void> {
    const opened = {
      ...{ generation, series: new Map(saved?.series), unsaved: new Set<string>() },
      ...{ savedMs: this.world.clock.monotonicMs(), readings: 0, untold: new Map() },
      inherited: new Map(saved?.inherited),
    }
    const from = Math.max((saved?.completeTo ?? -1) + 1, nextOffset - REPLAY_READINGS_MAX)
    const stretch = { partition, from, to: nextOffset }
    if (from < nextOffset) await this.readAgain(stretch, opened, signal)
    await this.inherit(saved, opened, signal)
    this.partitions.set(partition, opened)
  }

  isOpen(partition: number): boolean {
    return this.partitions.has(partition)
  }

  close(partition: number): void {
    this.partitions.delete(partition)
  }

  /** Changes nothing until it is kept. */
  judge(partition: number, records: readonly LogRecord[]): WatchedBatch {
    const own = this.partitions.get(partition)
    const known = own?.series ?? new Map<string, SeriesMemory>()
    const batch = watchBatch(known, records, this.context(), own?.inherited)
    return { ...batch, learned: [...(own?.untold.values() ?? []), ...batch.learned] }
  }

  /** Takes over what was judged, up to `offset`, and saves when it is time. */
  async keep(
    partition: number,
    batch: WatchedBatch,
    offset: number,
    signal: AbortSignal,
  ): Promise<void> {
    const own = this.partitions.get(partition)
    if (!own) return
    const hasHeard = [...batch.changed].some(
      ([key, { state }]) => state.decidedMs > (own.series.get(key)?.state.decidedMs ?? 0),
    )
    take(own, batch)
    own.untold.clear()
    for (const key of batch.changed.keys()) own.inherited.delete(key)
    if (batch.beyond > 0) {
      const fact = { kind: 'detection.too-many-series', partition, readings: batch.beyond }
      this.world.trace.note('warn', { ...fact, seriesMax: WATCHED_SERIES_MAX })
    }
    const isOld = this.world.clock.monotonicMs() - own.savedMs >= CHECKPOINT_MS
    const isDue = hasHeard || isOld || own.readings >= CHECKPOINT_READINGS
    if (isDue) await this.save(partition, own, offset, signal)
  }

  private async save(
    partition: number,
    own: WatchedPartition,
    offset: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.options.dryRun) return
    const { generation, unsaved } = own
    const changed = new Map([...own.series].filter(([key]) => unsaved.has(key)))
    const isInherited = (key: string) => own.inherited.has(key)
    const states = seriesRecords(changed, { partition, generation }, isInherited)
    const complete = completeRecord({ partition, offset, generation })
    for (let at = 0; at < states.length; at += RECORDS_AT_ONCE) {
      const some = states.slice(at, at + RECORDS_AT_ONCE)
      await appendPatiently(this.world, DETECTION_STATE_TOPIC, some, signal)
    }
    await appendPatiently(this.world, DETECTION_STATE_TOPIC, [complete], signal)
    unsaved.clear()
    own.savedMs = this.world.clock.monotonicMs()
    own.readings = 0
    this.world.trace.note('debug', {
      kind: 'detection.series-saved',
      partition,
      series: states.length,
    })
  }

  /**
   * Where this rule has saved nothing yet, all that it knows it has read in silence: what people
   * know of may be the word of a former one.
   */
  private async inherit(
    saved: SavedSeries | undefined,
    own: WatchedPartition,
    signal: AbortSignal,
  ): Promise<void> {
    const isFirst = (saved?.completeTo ?? -1) < 0
    for (const key of isFirst ? own.series.keys() : []) {
      if (!saved?.series.has(key) && !own.inherited.has(key)) own.inherited.set(key, [])
    }
    if (own.inherited.size === 0) return
    const told = await toldIncidents(this.world, new Set(own.inherited.keys()), signal)
    for (const [key, left] of own.inherited) {
      own.inherited.set(key, [...left, ...(told.get(key) ?? [])])
    }
  }

  private async readAgain(
    { partition, from, to }: { partition: number; from: number; to: number },
    own: WatchedPartition,
    signal: AbortSignal,
  ): Promise<void> {
    const { log, clock, trace } = this.world
    const startMs = clock.monotonicMs()
    const start = await this.startOf(partition, from, signal)
    // What was said is heard with readings that are told of, and saved with them.
    const unheard = { ...this.context(), decisions: [] }
    const enough = new AbortController()
    const until = AbortSignal.any([signal, enough.signal])
    for await (const event of log.follow(this.options.topic, start, until)) {
      if (event.kind === 'caught-up') break
      if (event.kind !== 'records' || event.partition !== partition) continue
      const before = event.records.filter(({ offset }) => offset < to)
      const batch = watchBatch(own.series, before, unheard)
      take(own, batch)
      for (const one of batch.learned) own.untold.set(learnedKey(one.floor, one.metric), one)
      if (before.length < event.records.length) break
      await clock.sleep(0, signal)
    }
    enough.abort()
    signal.throwIfAborted()
    const tookMs = Math.round(clock.monotonicMs() - startMs)
    const fact = { kind: 'detection.readings-read-again', partition, tookMs }
    trace.note('info', { ...fact, readings: own.readings, series: own.series.size })
  }

  /** The other partitions begin at their ends, so that hardly anything of them comes. */
  private async startOf(
    partition: number,
    fromOffset: number,
    signal: AbortSignal,
  ): Promise<FollowStart> {
    const { log } = this.world
    const ends = await untilDone(this.world, 'log.waiting', signal, () =>
      whenReachable(() => log.ends(this.options.topic)),
    )
    return ends.map((end) => {
      const offset = end.partition === partition ? Math.max(fromOffset, end.first) : end.next
      return { partition: end.partition, offset }
    })
  }
}

function take(own: WatchedPartition, { changed, readings }: WatchedBatch): void {
  for (const [key, memory] of changed) {
    own.series.set(key, memory)
    own.unsaved.add(key)
  }
  own.readings += readings
}
