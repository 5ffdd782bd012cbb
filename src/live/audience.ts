/**
 * Who listens to the stream, and up to where each has heard it. A listener comes with the id of the
 * last event it knows and is handed what was shown after it, then what is shown from now on: each
 * event once. Where that cannot be, it is told so by a `gap` with the whole list.
 *
 * An id may be ahead of this coordinator, because the client had it from another one that had read
 * further. Such a listener waits until the record has come here too, or until the log says that
 * there is no such record.
 */
import type { Trace } from '../ports/trace.ts'
import { eventId, offsetOf } from './event-id.ts'
import type { AlertFold, Shown } from './fold.ts'
import type { NotificationList, StreamEvent, Subscriber } from './live.ts'
import { selectNewest } from './notification-list.ts'

/** Notifications in a gap: few enough that even the longest fit into the queue of one client. */
export const GAP_ITEMS_MAX = 400

/** What the audience hears. */
export interface Stage {
  readonly fold: AlertFold
  readonly generation: string
  /** The offset that the log gives to the next record; undefined when nobody can say. */
  readonly logEnd: () => Promise<number | undefined>
}

interface Seat {
  readonly subscriber: Subscriber
  readonly lastEventId: string | undefined
  /**
   * live: hears what is shown. A number: waits for the record of this offset. lost: what it knows
   * is of a log that has begun again since.
   */
  state: 'early' | 'lost' | 'live' | number
}

export class Audience {
  private readonly seats = new Set<Seat>()
  private readonly trace: Trace
  private stage: Stage | undefined

  constructor(trace: Trace) {
    this.trace = trace
  }

  /** Returns how to leave. */
  join(lastEventId: string | undefined, subscriber: Subscriber): () => void {
    const seat: Seat = { subscriber, lastEventId, state: 'early' }
    this.seats.add(seat)
    if (this.stage) this.begin(seat, this.stage)
    return () => void this.seats.delete(seat)
  }

  /** Everything that stood in the log at start is folded in: those who came early begin. */
  open(stage: Stage): void {
    this.stage = stage
    for (const seat of this.seats) this.begin(seat, stage)
  }

  /** The log begins again: until it is open anew nobody is told anything. */
  close(): void {
    this.stage = undefined
    for (const seat of this.seats) if (seat.state !== 'early') seat.state = 'lost'
  }

  show(shown: Shown): void {
    if (!this.stage) return
    const event = anomalyEvent(shown, this.stage)
    for (const seat of this.seats) if (seat.state === 'live') this.hand(seat, event)
  }

  /** The fold has come further: perhaps as far as a listener has been already. */
  moved(): void {
    if (!this.stage) return
    for (const seat of this.seats) {
      const { state } = seat
      if (typeof state === 'number' && state < this.stage.fold.nextOffset) {
        this.resume(seat, state, this.stage)
      }
    }
  }

  /** What should have been shown was lost before it came here. */
  lost(): void {
    const { stage } = this
    if (!stage) return
    for (const seat of this.seats) if (seat.state === 'live') this.hand(seat, gapEvent(stage))
  }

  private begin(seat: Seat, stage: Stage): void {
    if (seat.state === 'lost') {
      this.tellGap(seat, stage)
      return
    }
    if (seat.lastEventId === undefined) {
      seat.state = 'live'
      return
    }
    const offset = offsetOf(seat.lastEventId, stage.generation)
    if (offset === undefined) this.tellGap(seat, stage)
    else if (offset < stage.fold.nextOffset) this.resume(seat, offset, stage)
    else this.waitFor(seat, offset, stage)
  }

  private resume(seat: Seat, offset: number, stage: Stage): void {
    const missed = stage.fold.shownAfter(offset)
    if (!missed) {
      this.tellGap(seat, stage)
      return
    }
    seat.state = 'live'
    for (const shown of missed) this.hand(seat, anomalyEvent(shown, stage))
  }

  private waitFor(seat: Seat, offset: number, stage: Stage): void {
    seat.state = offset
    void stage.logEnd().then((end) => {
      const isKnown = end !== undefined && offset < end
      if (seat.state === offset && !isKnown) this.tellGap(seat, stage)
    })
  }

  private tellGap(seat: Seat, stage: Stage): void {
    seat.state = 'live'
    this.hand(seat, gapEvent(stage))
  }

  /** A listener that fails is its own affair: it leaves, the others hear on. */
  private hand(seat: Seat, event: StreamEvent): void {
    if (!this.seats.has(seat)) return
    try {
      seat.subscriber.take(event)
    } catch (error) {
      this.seats.delete(seat)
      this.trace.note('error', { kind: 'live.subscriber-failed', reason: String(error) })
    }
  }
}

function anomalyEvent({ offset, notification }: Shown, { generation }: Stage): StreamEvent {
  return { name: 'anomaly', id: eventId(generation, offset), data: notification }
}

function gapEvent(stage: Stage): StreamEvent {
  const { fold } = stage
  const items = selectNewest(fold.list(), GAP_ITEMS_MAX)
  const data: NotificationList = { items, total: items.length }
  const id = newestId(fold, stage.generation)
  return { name: 'gap', data, ...(id === undefined ? {} : { id }) }
}

/** The id from which a stream resumes with what is shown next; undefined in an empty log. */
export function newestId(fold: AlertFold, generation: string): string | undefined {
  return fold.newestOffset < 0 ? undefined : eventId(generation, fold.newestOffset)
}
