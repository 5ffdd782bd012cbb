/**
 * The notifications as every coordinator shows them, seen from its HTTP face. The alerts log is the
 * one truth: every coordinator follows it and folds the same records in the same order, so all show
 * the same list, and the place of a record in the log is the id by which a stream resumes.
 */
import type { ForeignAlert, Notification } from '../model/notification.ts'
import type { Service } from '../ports/service.ts'

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
  /** Nothing was appended. */
  | { readonly kind: 'too-many-events'; readonly events: number; readonly eventsMax: number }
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
