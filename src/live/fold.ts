/**
 * What the records of the alerts log add up to: the list of notifications, which of them are
 * unread, and what a stream can resume from. Pure: the same records give the same state on every
 * coordinator, so whether a record repeats an earlier one is decided by the record's own time and
 * never by a clock.
 *
 * The past is bounded. A coordinator that starts folds the newest records only; it folds twice as
 * many as any decision looks back on, so that it comes to the same ones as those that ran before.
 */
import type { Notification } from '../model/notification.ts'
import type { AdmittedRecord } from './alert-record.ts'

export interface FoldOptions {
  /** NOTIFY_BUFFER_SIZE: notifications in the list. */
  readonly bufferSize: number
  /** NOTIFY_SUPPRESS_SECS, in ms. */
  readonly suppressMs: number
}

/** A notification that was shown, and where its record stands. */
export interface Shown {
  readonly offset: number
  readonly notification: Notification
}

interface Listed extends Shown {
  isUnread: boolean
}

/** A stream resumes from so many events back: further than any list that can be asked for. */
export const REPLAY_EVENTS_MAX = 2_000
/** Ids that are known for repeats, where the list is not so long that it takes more. */
export const REMEMBERED_IDS_MIN = 10_000

export interface FoldLimits {
  readonly rememberedIdsMax: number
  /** Records that a coordinator folds at its start. */
  readonly startRecordsMax: number
}

export function foldLimits(bufferSize: number): FoldLimits {
  const rememberedIdsMax = Math.max(REMEMBERED_IDS_MIN, 2 * bufferSize)
  return { rememberedIdsMax, startRecordsMax: 2 * rememberedIdsMax }
}

export class AlertFold {
  private readonly options: FoldOptions
  private readonly limits: FoldLimits
  /** By id, oldest first. */
  private readonly listed = new Map<string, Listed>()
  /** Append time of the newest record of each id, longest unseen first. */
  private readonly seenMs = new Map<string, number>()
  /** Ascending by offset; trimmed now and then, so it may be up to twice as long as its limit. */
  private shown: Shown[] = []
  /** Everything that was shown after this offset is in `shown`. */
  private completeAfter: number
  /** No record below this one will come any more. */
  nextOffset: number
  unread = 0

  constructor(startOffset: number, options: FoldOptions) {
    this.options = options
    this.limits = foldLimits(options.bufferSize)
    this.nextOffset = startOffset
    this.completeAfter = startOffset - 1
  }

  /** Takes the next record; the notification that is to be shown, if it is one. */
  take(offset: number, appendedMs: number, record: AdmittedRecord | undefined): Shown | undefined {
    if (offset < this.nextOffset) return undefined
    this.nextOffset = offset + 1
    if (record?.kind === 'read') this.markRead(record.ids)
    if (record?.kind !== 'notification') return undefined
    const isRepeat = this.isRepeat(record, appendedMs)
    this.remember(record.notification.id, appendedMs)
    return isRepeat ? undefined : this.show({ offset, notification: record.notification })
  }

  /**
   * The records before this one were removed before they could be read. All that came before them
   * is gone from the log as well, so it leaves the list, as on a coordinator that starts now.
   */
  skipTo(offset: number): void {
    this.listed.clear()
    this.shown = []
    this.unread = 0
    this.completeAfter = offset - 1
    this.nextOffset = Math.max(this.nextOffset, offset)
  }

  /** Oldest first. */
  list(): readonly Notification[] {
    return [...this.listed.values()].map(({ notification }) => notification)
  }

  /** Nothing was shown after this one; negative in an empty log. */
  get newestOffset(): number {
    return this.shown.at(-1)?.offset ?? this.nextOffset - 1
  }

  isListed(id: string): boolean {
    return this.listed.has(id)
  }

  wasShown(offset: number): boolean {
    return this.shown[this.firstAfter(offset - 1)]?.offset === offset
  }

  /** What was shown after this offset; undefined when not all of it is known any more. */
  shownAfter(offset: number): readonly Shown[] | undefined {
    if (offset < this.completeAfter) return undefined
    const events = this.shown.slice(this.firstAfter(offset))
    return events.length > REPLAY_EVENTS_MAX ? undefined : events
  }

  private isRepeat(
    { notification: { id }, isOurs }: Extract<AdmittedRecord, { kind: 'notification' }>,
    appendedMs: number,
  ): boolean {
    if (this.listed.has(id)) return true
    const seenMs = this.seenMs.get(id)
    if (seenMs === undefined) return false
    return isOurs || appendedMs - seenMs < this.options.suppressMs
  }

  /** Clocks of several writers differ, so the latest time counts. */
  private remember(id: string, appendedMs: number): void {
    const latestMs = Math.max(appendedMs, this.seenMs.get(id) ?? appendedMs)
    this.seenMs.delete(id)
    this.seenMs.set(id, latestMs)
    dropOldest(this.seenMs, this.limits.rememberedIdsMax)
  }

  private show(shown: Shown): Shown {
    this.listed.set(shown.notification.id, { ...shown, isUnread: true })
    this.unread += 1
    const dropped = dropOldest(this.listed, this.options.bufferSize)
    if (dropped?.isUnread) this.unread -= 1
    this.shown.push(shown)
    this.trimShown()
    return shown
  }

  private trimShown(): void {
    const excess = this.shown.length - REPLAY_EVENTS_MAX
    if (excess < REPLAY_EVENTS_MAX) return
    this.completeAfter = this.shown[excess - 1]?.offset ?? this.completeAfter
    this.shown = this.shown.slice(excess)
  }

  /** An empty list reads the newest unread one: the choice that does not depend on older ones. */
  private markRead(ids: readonly string[]): void {
    const newest = ids.length === 0 ? this.newestUnread() : undefined
    for (const listed of newest ? [newest] : ids.map((id) => this.listed.get(id))) {
      if (!listed?.isUnread) continue
      listed.isUnread = false
      this.unread -= 1
    }
  }

  private newestUnread(): Listed | undefined {
    return [...this.listed.values()].findLast(({ isUnread }) => isUnread)
  }

  /** Position in `shown` of the first one after this offset. */
  private firstAfter(offset: number): number {
    let [low, high] = [0, this.shown.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.shown[middle]?.offset ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Keeps a map to its size; what was dropped, if anything was. */
function dropOldest<V>(map: Map<string, V>, sizeMax: number): V | undefined {
  if (map.size <= sizeMax) return undefined
  const [oldest] = map.entries()
  if (!oldest) return undefined
  map.delete(oldest[0])
  return oldest[1]
}
