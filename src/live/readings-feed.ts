/**
 * Readings as they come, for whoever looks on: follows the topic of the readings without a group
 * (nobody else reads fewer because of it) and hands each reading that is news of its floor to all
 * listeners. Begins a little in the past, so that floors are known at once. While the log is away
 * nothing comes, and nothing else suffers.
 */
import type { FollowEvent, LogRecord, Position } from '../ports/log.ts'
import { untilDone, whenReachable } from '../ports/patience.ts'
import type { Service } from '../ports/service.ts'
import type { FollowWorld } from './follow-alerts.ts'
import { type FloorReading, NewestReadings } from './newest-readings.ts'
import { untilStopped } from './until-stopped.ts'

export type ReadingListener = (reading: FloorReading) => void

export interface ReadingsFeed extends Service {
  /** The newest of each floor that is known. */
  newest(): readonly FloorReading[]
  /** Must not block. Returns how to leave. */
  listen(listener: ReadingListener): () => void
}

/** Of each partition, so many records of the past are read at the start. */
export const START_RECORDS_MAX = 1_000

export function createReadingsFeed(world: FollowWorld, topic: string): ReadingsFeed {
  return new FollowedReadings(world, topic)
}

class FollowedReadings implements ReadingsFeed {
  private readonly world: FollowWorld
  private readonly topic: string
  private readonly listeners = new Set<ReadingListener>()
  private readonly fold = new NewestReadings()

  constructor(world: FollowWorld, topic: string) {
    this.world = world
    this.topic = topic
  }

  newest(): readonly FloorReading[] {
    return this.fold.all()
  }

  listen(listener: ReadingListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  run(signal: AbortSignal): Promise<void> {
    return untilStopped(signal, () => this.follow(signal))
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { world, topic } = this
    const start = await this.start(signal)
    for await (const event of world.log.follow(topic, start, signal)) {
      this.take(event)
      // A log in a file hands out the past without a pause; the rest of the process must go on.
      await world.clock.sleep(0, signal)
    }
  }

  private async start(signal: AbortSignal): Promise<readonly Position[]> {
    const { world, topic } = this
    const ends = await untilDone(world, 'log.waiting', signal, () =>
      whenReachable(() => world.log.ends(topic)),
    )
    return ends.map(({ partition, first, next }) => {
      return { partition, offset: Math.max(first, next - START_RECORDS_MAX) }
    })
  }

  private take(event: FollowEvent): void {
    if (event.kind !== 'records') return
    const nowMs = this.world.clock.wallMs()
    for (const { value } of event.records) {
      const newest = this.fold.take(value, nowMs)
      if (newest) for (const listener of this.listeners) this.hand(listener, newest)
    }
    this.note(event.records)
  }

  /** A listener that fails is its own affair: it leaves, the others hear on. */
  private hand(listener: ReadingListener, reading: FloorReading): void {
    try {
      listener(reading)
    } catch (error) {
      this.listeners.delete(listener)
      this.world.trace.note('error', { kind: 'live.listener-failed', reason: String(error) })
    }
  }

  private note(records: readonly LogRecord[]): void {
    this.world.trace.note('debug', { kind: 'live.readings', readings: records.length })
  }
}
