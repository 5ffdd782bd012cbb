/**
 * Live over the alerts log. Broadcasting and marking as read append a record and wait until it has
 * come back; what comes back is folded, and shown to whoever listens. Nothing changes in here but
 * by a record of the log, so a restart forgets nothing and all coordinators agree.
 */
import {
  type AlertRecord,
  type ForeignAlert,
  type Notification,
  notificationsOf,
} from '../model/notification.ts'
import { ALERTS_TOPIC } from '../model/topics.ts'
import { LogError, type LogRecord, type NewRecord } from '../ports/log.ts'
import { admitRecord, bounded, ID_CHARACTERS_MAX } from './alert-record.ts'
import { Asks } from './asks.ts'
import { Audience, newestId } from './audience.ts'
import { AlertFold, type FoldOptions, foldLimits } from './fold.ts'
import { type AlertsReader, type FollowWorld, followAlerts } from './follow-alerts.ts'
import type { BroadcastResult, ListQuery, Live, MarkReadOutcome, Subscriber } from './live.ts'
import { selectNewest } from './notification-list.ts'
import { Turnstile } from './turnstile.ts'
import { untilStopped } from './until-stopped.ts'

/** Events of one alert; of ours it is seven at most, a client may gather a flood into one. */
export const EVENTS_MAX = 1_000
/** Ids of one read record. */
export const READ_IDS_MAX = 1_000

export function createLive(world: FollowWorld, options: FoldOptions): Live {
  return new FollowedLive(world, options)
}

class FollowedLive implements Live, AlertsReader {
  isReady = false
  private readonly world: FollowWorld
  private readonly options: FoldOptions
  private readonly audience: Audience
  private readonly turnstile = new Turnstile()
  private readonly asks: Asks
  private generation = ''
  private fold: AlertFold

  constructor(world: FollowWorld, options: FoldOptions) {
    this.world = world
    this.options = options
    this.audience = new Audience(world.trace)
    this.asks = new Asks(world, this.turnstile)
    this.fold = new AlertFold(0, options)
  }

  async run(signal: AbortSignal): Promise<void> {
    const { startRecordsMax } = foldLimits(this.options.bufferSize)
    try {
      await untilStopped(signal, () => followAlerts(this.world, startRecordsMax, this, signal))
    } finally {
      this.asks.end()
    }
  }

  get newestId(): string | undefined {
    return this.isReady ? newestId(this.fold, this.generation) : undefined
  }

  list({ limit, sinceSeconds }: ListQuery): readonly Notification[] {
    return selectNewest(this.fold.list(), limit, sinceSeconds)
  }

  unread(): number {
    return this.fold.unread
  }

  subscribe(lastEventId: string | undefined, subscriber: Subscriber): () => void {
    return this.audience.join(lastEventId, subscriber)
  }

  async markRead(ids: readonly string[]): Promise<MarkReadOutcome> {
    const possible = [...new Set(ids)].filter((id) => id.length <= ID_CHARACTERS_MAX)
    if (ids.length > 0 && possible.length === 0) return { kind: 'done', unread: this.unread() }
    const lists = ids.length === 0 ? [[]] : chunksOf(possible, READ_IDS_MAX)
    const records = lists.map((some) => recordOf({ kind: 'read', ids: some }, null))
    const outcome = await this.asks.append(records)
    return outcome.kind === 'done' ? { kind: 'done', unread: this.unread() } : outcome
  }

  async broadcast(alert: ForeignAlert): Promise<BroadcastResult> {
    const events = Array.isArray(alert.eventi) ? alert.eventi.length : 0
    if (events > EVENTS_MAX) return { kind: 'too-many-events', events, eventsMax: EVENTS_MAX }
    const notifications = notificationsOf(alert, this.world.clock.wallMs()).map(bounded)
    const records = firstOfEachId(notifications)
      .filter(({ id }) => !this.fold.isListed(id))
      .map((notification) => recordOf({ kind: 'notification', notification }, notification.floor))
    const outcome = records.length === 0 ? NOTHING_NEW : await this.asks.append(records)
    if (outcome.kind === 'unavailable') return outcome
    const shown = outcome.positions.filter(({ offset }) => this.fold.wasShown(offset))
    const accepted = shown.length
    return { kind: 'done', accepted, suppressed: notifications.length - accepted }
  }

  begin(generation: string, startOffset: number): void {
    this.isReady = false
    this.generation = generation
    this.fold = new AlertFold(startOffset, this.options)
    this.turnstile.passed(startOffset)
    this.audience.close()
  }

  records(records: readonly LogRecord[]): void {
    let unreadable = 0
    for (const { offset, appendedMs, value } of records) {
      const record = admitRecord(value)
      if (!record) unreadable += 1
      const shown = this.fold.take(offset, appendedMs, record)
      if (shown) this.audience.show(shown)
    }
    if (unreadable > 0) {
      const offset = records[0]?.offset
      this.world.trace.note('warn', { kind: 'live.unreadable-records', count: unreadable, offset })
    }
    this.moved()
  }

  gap(to: number): void {
    this.fold.skipTo(to)
    this.audience.lost()
    this.moved()
  }

  caughtUp(): void {
    if (this.isReady) return
    const { fold, generation } = this
    this.isReady = true
    this.world.trace.note('info', { kind: 'live.ready', nextOffset: fold.nextOffset })
    this.audience.open({ fold, generation, logEnd: () => this.logEnd() })
  }

  private moved(): void {
    this.turnstile.passed(this.fold.nextOffset)
    this.audience.moved()
  }

  private async logEnd(): Promise<number | undefined> {
    try {
      return (await this.world.log.ends(ALERTS_TOPIC))[0]?.next
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      return undefined
    }
  }
}

function recordOf(record: AlertRecord, floor: number | null): NewRecord {
  return { key: floor === null ? null : String(floor), value: JSON.stringify(record) }
}

const NOTHING_NEW = { kind: 'done', positions: [] } as const

/** What comes twice in one alert is dropped here, so that it takes no room in the log. */
function firstOfEachId(notifications: readonly Notification[]): readonly Notification[] {
  return [...Map.groupBy(notifications, ({ id }) => id).values()].flatMap((same) =>
    same.slice(0, 1),
  )
}

function chunksOf<T>(all: readonly T[], sizeMax: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / sizeMax)
  return Array.from({ length: count }, (_, i) => all.slice(i * sizeMax, (i + 1) * sizeMax))
}
