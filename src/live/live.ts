/**
 * The notifications as every coordinator shows them. The alerts log is the one truth: broadcasting
 * and marking as read append a record, every coordinator follows the log and folds the same records
 * in the same order, so all show the same list, a restart forgets nothing, and the place of a
 * record in the log is the id by which a stream resumes.
 */
import {
  type AlertRecord,
  type ForeignAlert,
  type Notification,
  notificationsOf,
} from '../model/notification.ts'
import { ALERTS_TOPIC } from '../model/topics.ts'
import { LogError, type LogRecord, type NewRecord } from '../ports/log.ts'
import type { Service } from '../ports/service.ts'
import { admitRecord, bounded, ID_CHARACTERS_MAX } from './alert-record.ts'
import { Asks } from './asks.ts'
import { Audience, newestId } from './audience.ts'
import { AlertFold, type FoldOptions, foldLimits } from './fold.ts'
import { type AlertsReader, type FollowWorld, followAlerts } from './follow-alerts.ts'
import { selectNewest } from './notification-list.ts'
import { Turnstile } from './turnstile.ts'
import { untilStopped } from './until-stopped.ts'

/**
 * One event of `GET /anomalies/stream`. `anomaly`: data is a Notification. `gap`: what the client
 * has missed cannot be replayed; data is a NotificationList, and the stream goes on after it.
 */
export interface StreamEvent {
  readonly name: 'anomaly' | 'gap'
  /** What the client sends back as `Last-Event-ID`; absent while there is nothing to come after. */
  readonly id?: string
  readonly data: unknown
}

/** The answer of `GET /notifications`, and the data of a `gap`. */
export interface NotificationList {
  /** Oldest first. */
  readonly items: readonly Notification[]
  readonly total: number
}

export interface Subscriber {
  /** Must not block; the queue of a slow client is its owner's to bound. */
  take(event: StreamEvent): void
}

export interface ListQuery {
  /** Clamped to 1..LIST_LIMIT_MAX (notification-list.ts), never refused. */
  readonly limit: number
  /** Epoch seconds; keeps what is strictly newer by its own timestamp. */
  readonly sinceSeconds?: number
}

export interface Unavailable {
  readonly kind: 'unavailable'
  readonly reason: string
}

export type MarkReadOutcome = { readonly kind: 'done'; readonly unread: number } | Unavailable

export type BroadcastResult =
  | { readonly kind: 'done'; readonly accepted: number; readonly suppressed: number }
  | Unavailable

export interface Live extends Service {
  /** True once everything that stood in the alerts log at start is folded in. */
  readonly isReady: boolean
  /**
   * The id from which a stream resumes with what is shown next, for the first event of a client
   * that has none yet; undefined before `isReady` and while the log is empty.
   */
  readonly newestId: string | undefined
  /** Oldest first: the newest `limit` of those that the query keeps. */
  list(query: ListQuery): readonly Notification[]
  unread(): number
  /**
   * Appends a read record and resolves with the unread count once that record has come back. After
   * a while without the log it is `unavailable`: then it may or may not have happened, and doing it
   * again is safe unless the list of ids was empty.
   */
  markRead(ids: readonly string[]): Promise<MarkReadOutcome>
  /**
   * Appends one record for each event of the alert that is not a repeat, and resolves once they
   * have come back. `unavailable`: perhaps appended; sending again shows nothing twice.
   */
  broadcast(alert: ForeignAlert): Promise<BroadcastResult>
  /**
   * Hands over the events after lastEventId (if given), then live ones, without gap or repeat;
   * returns how to unsubscribe. An id that cannot be resumed from is answered by one `gap`. The
   * replay is handed over before this returns; only before `isReady`, and for an id that another
   * coordinator gave out for a record that has not come here yet, it follows a little later.
   */
  subscribe(lastEventId: string | undefined, subscriber: Subscriber): () => void
}

/** Records of one append; a longer alert or list of ids takes several. */
export const APPEND_RECORDS_MAX = 500
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
    const notifications = notificationsOf(alert, this.world.clock.wallMs()).map(bounded)
    const records = notifications
      .filter(({ id }) => !this.fold.isListed(id))
      .map((notification) => recordOf({ kind: 'notification', notification }, notification.floor))
    let accepted = 0
    for (const some of chunksOf(records, APPEND_RECORDS_MAX)) {
      const outcome = await this.asks.append(some)
      if (outcome.kind === 'unavailable') return outcome
      accepted += outcome.positions.filter(({ offset }) => this.fold.wasShown(offset)).length
    }
    return { kind: 'done', accepted, suppressed: notifications.length - accepted }
  }

  begin(generation: string, startOffset: number): void {
    this.generation = generation
    this.fold = new AlertFold(startOffset, this.options)
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

function chunksOf<T>(all: readonly T[], sizeMax: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / sizeMax)
  return Array.from({ length: count }, (_, i) => all.slice(i * sizeMax, (i + 1) * sizeMax))
}
