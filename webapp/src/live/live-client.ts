/**
 * One connection a tab, for readings and alerts together. This shell opens streams, keeps time and
 * hands what comes to the machine; React reads `snapshot` through useSyncExternalStore. What comes
 * between two drawings is told once, however many events it was; an alert is told at once.
 */
import { AskError, failureOf } from '../api/http.ts'
import { parseEvents } from './event-stream.ts'
import { gathered } from './gathered.ts'
import { liveEventsOf } from './live-events.ts'
import {
  type Channel,
  type Connection,
  connectionOf,
  initialState,
  type LiveEvent,
  type LiveState,
  RETRY_MS_MAX,
  SILENCE_MS_MAX,
  step,
} from './machine.ts'
import { isDue, URGENCIES, type Urgency } from './pace.ts'

/** What the client asks of its world; tests bring another. */
export interface LiveWorld {
  now(): number
  /** Resolves when the head has come; rejects when there is no answer. */
  open(channel: Channel, lastEventId: string | undefined, signal: AbortSignal): Promise<Response>
  /** The newest readings, for a coordinator whose stream carries none. */
  poll(signal: AbortSignal): Promise<readonly LiveEvent[]>
  /** The list of notifications and the unread count. */
  refresh(signal: AbortSignal): Promise<readonly LiveEvent[]>
  /** The unread count alone. */
  count(signal: AbortSignal): Promise<readonly LiveEvent[]>
  /** Calls once, at a good moment to draw. */
  nextFrame(call: () => void, urgency: Urgency): void
}

/** How often the state of the connection is looked at. */
const LOOK_MS = 1_000
const LOOK_MS_MIN = 100
/** Clocks of the page move with the readings, and at least so often where none come. */
export const QUIET_MS_MAX = 5_000
/** A line of an hour moves a pixel in so long. */
export const SLOW_MS = 4_000
const POLL_MS = 2_000
/** Another tab or person may have read some. */
const REFRESH_MS = 30_000
/** Longer than COUNT_DOUBT_MS, so that one is enough when nothing else comes. */
const RECOUNT_MS = 3_000
/** A connection that is tried for so long is given up by somebody who does not want to wait. */
export const HURRY_MS = 3_000
const STATUS_ABSENT = 404

export class LiveClient {
  private readonly world: LiveWorld
  private state: LiveState
  private shown: Connection
  private readonly listeners = new Set<() => void>()
  private slow: { state: LiveState; toldMs: number }
  private toldMs: number
  /** What is to be told and has not been yet. */
  private awaited: Urgency | undefined
  private stream: AbortController | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private askedMs = { poll: 0, refresh: 0, count: 0, stream: 0 }

  constructor(world: LiveWorld) {
    this.world = world
    this.state = initialState(world.now())
    this.shown = connectionOf(this.state, world.now())
    this.slow = { state: this.state, toldMs: 0 }
    this.toldMs = world.now()
  }

  readonly snapshot = (): LiveState => this.state

  /** The state for what costs much to draw: it changes with a telling, but not with each. */
  readonly slowSnapshot = (): LiveState => this.slow.state

  /** When the page was last told: the clock of all that is drawn, so that it moves together. */
  readonly clockMs = (): number => this.toldMs

  /** As it was when it was last told: the same object while nothing about it has changed. */
  readonly connection = (): Connection => this.shown

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  start(): void {
    if (this.timer !== undefined) return
    this.lookAgain()
    void this.connect()
  }

  stop(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.stream?.abort()
  }

  /** For what the page itself knows: samples it has read, alerts it has shown or marked. */
  readonly take = (event: LiveEvent): void => {
    const before = this.state
    this.state = step(before, event, this.world.now())
    /** What was passed over meanwhile is made up for by the newest of each floor. */
    if (before.pausedMs !== undefined && this.state.pausedMs === undefined) {
      void this.askFor((signal) => this.world.poll(signal))
    }
    const urgency = URGENCIES[event.kind]
    if (this.state !== before && urgency) this.tellSoon(urgency)
  }

  /** What is more urgent does not wait for the frame that the other was given. */
  private tellSoon(urgency: Urgency): void {
    if (this.awaited === 'now' || this.awaited === urgency) return
    this.awaited = urgency
    this.world.nextFrame(this.tell, urgency)
  }

  private readonly tell = (): void => {
    if (this.awaited === undefined) return
    this.awaited = undefined
    const nowMs = this.world.now()
    this.toldMs = nowMs
    this.shown = sameOr(this.shown, connectionOf(this.state, nowMs))
    if (this.isSlowDue(nowMs)) this.slow = { state: this.state, toldMs: nowMs }
    for (const listener of this.listeners) listener()
  }

  private isSlowDue(nowMs: number): boolean {
    return this.slow.state !== this.state && isDue(this.slow.toldMs, nowMs, SLOW_MS)
  }

  /** At once, for somebody who does not want to wait, or when the machine has woken up. */
  readonly retry = (): void => {
    const { phase, isListed } = this.state
    const isHanging = isDue(this.askedMs.stream, this.world.now(), HURRY_MS)
    if (phase.kind === 'waiting') void this.connect()
    else if (phase.kind === 'connecting' && isHanging) void this.connect()
    else if (phase.kind === 'open' && !isListed) this.refresh()
  }

  /** Once a second, and at the moment at which a lost connection is to be tried again. */
  private readonly look = (): void => {
    this.tick(this.world.now())
    this.lookAgain()
  }

  private lookAgain(): void {
    const { phase } = this.state
    const waitMs = phase.kind === 'waiting' ? phase.retryAtMs - this.world.now() : LOOK_MS
    clearTimeout(this.timer)
    this.timer = setTimeout(this.look, Math.min(LOOK_MS, Math.max(LOOK_MS_MIN, waitMs)))
  }

  private tick(nowMs: number): void {
    const { phase, channel, pausedMs, isCountDoubtful } = this.state
    const isNews = sameOr(this.shown, connectionOf(this.state, nowMs)) !== this.shown
    const isClockDue = isDue(this.toldMs, nowMs, QUIET_MS_MAX)
    if (isNews || isClockDue || this.isSlowDue(nowMs)) this.tellSoon('soon')
    this.lookAtStream(nowMs)
    if (phase.kind !== 'open') return
    const isPolled = channel === 'alerts' && pausedMs === undefined
    if (isPolled && isDue(this.askedMs.poll, nowMs, POLL_MS)) {
      this.askedMs.poll = nowMs
      void this.askFor((signal) => this.world.poll(signal))
    }
    if (isDue(this.askedMs.refresh, nowMs, REFRESH_MS)) this.refresh()
    else if (isCountDoubtful && isDue(this.askedMs.count, nowMs, RECOUNT_MS)) this.recount()
  }

  /** Tries one that was lost, and gives up one that says nothing: before its head, or after it. */
  private lookAtStream(nowMs: number): void {
    const { phase, heardMs } = this.state
    if (phase.kind === 'waiting') {
      if (isDue(phase.retryAtMs - RETRY_MS_MAX, nowMs, RETRY_MS_MAX)) void this.connect()
      return
    }
    /** A clock that was set back says nothing about the silence, which counts from now on. */
    if (nowMs < heardMs) this.take({ kind: 'heard' })
    const isSilent =
      phase.kind === 'open'
        ? nowMs - heardMs > SILENCE_MS_MAX
        : isDue(this.askedMs.stream, nowMs, SILENCE_MS_MAX)
    if (isSilent) this.stream?.abort()
  }

  private refresh(): void {
    const askedMs = this.world.now()
    this.askedMs = { ...this.askedMs, refresh: askedMs, count: askedMs }
    void this.askFor(async (signal) =>
      countedAt(askedMs, await this.world.refresh(signal).catch(troubleOf)),
    )
  }

  /** Also for whoever knows that some may have been read elsewhere. */
  readonly recount = (): void => {
    const askedMs = this.world.now()
    this.askedMs.count = askedMs
    void this.askFor(async (signal) => countedAt(askedMs, await this.world.count(signal)))
  }

  private async askFor(asking: (signal: AbortSignal) => Promise<readonly LiveEvent[]>) {
    const { signal } = this.stream ?? new AbortController()
    const events = await asking(signal).catch(() => [])
    for (const event of events) this.take(event)
  }

  private async connect(): Promise<void> {
    this.take({ kind: 'retry' })
    this.stream?.abort()
    const stream = new AbortController()
    this.stream = stream
    this.askedMs.stream = this.world.now()
    try {
      const { channel, lastEventId } = this.state
      const response = await this.world.open(channel, lastEventId, stream.signal)
      if (stream !== this.stream) return
      if (response.status === STATUS_ABSENT && channel === 'whole') {
        this.take({ kind: 'absent' })
        void this.connect()
        return
      }
      if (response.ok && response.body) await this.follow(response.body)
      else this.take({ kind: 'trouble', error: new AskError(failureOf(response.status, '')) })
    } catch {
      // Whatever ended it: the machine says when to try again, unless another one is under way.
      if (stream !== this.stream) return
      this.take({ kind: 'trouble', error: new AskError({ kind: 'unreachable' }) })
    }
    if (this.timer === undefined || stream !== this.stream) return
    this.take({ kind: 'closed' })
    this.lookAgain()
  }

  private async follow(body: ReadableStream<Uint8Array>): Promise<void> {
    this.take({ kind: 'opened' })
    this.refresh()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    let pending = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.take({ kind: 'heard' })
      const { events, rest } = parseEvents(pending + decoder.decode(value, { stream: true }))
      pending = rest
      for (const event of gathered(events.flatMap(liveEventsOf))) this.take(event)
    }
  }
}

function countedAt(askedMs: number, events: readonly LiveEvent[]): readonly LiveEvent[] {
  return events.map((event) => (event.kind === 'unread' ? { ...event, askedMs } : event))
}

/** A list that was not read is told once; the stream goes on, and the list is asked for again. */
function troubleOf(error: unknown): readonly LiveEvent[] {
  return error instanceof AskError ? [{ kind: 'trouble', error }] : []
}

function sameOr(before: Connection, now: Connection): Connection {
  return before.kind === now.kind && sinceMsOf(before) === sinceMsOf(now) ? before : now
}

function sinceMsOf(one: Connection): number | undefined {
  return 'sinceMs' in one ? one.sinceMs : undefined
}
