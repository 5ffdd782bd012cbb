/**
 * The live part as arithmetic: events of the wire and of the clock in, states out. `nowMs` is an
 * argument, nothing here waits or asks, so every story of a broken connection can be told in a test
 * without a connection.
 *
 * The shell (live-client.ts) opens streams and keeps time as the state says.
 */
import type { AskError } from '../api/http.ts'
import type { Notification, Reading } from '../api/types.ts'
import { SLOWEST_MS } from '../lib/pace-of-meter.ts'
import {
  addReadings,
  isSomeMissed,
  knownIntervalMsOf,
  newestMs,
  type Samples,
  standingStill,
} from './samples.ts'

/** `whole`: `/api/v1/live`. `alerts`: the contract's stream; readings are polled beside it. */
export type Channel = 'whole' | 'alerts'

export type Phase =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly retryAtMs: number }

export interface LiveState {
  readonly channel: Channel
  readonly phase: Phase
  /** Connections in a row that came to nothing. */
  readonly failures: number
  readonly lastEventId: string | undefined
  /** Anything at all came, heartbeats too. */
  readonly heardMs: number
  /** Since when there is no connection; undefined while there is one. */
  readonly lostMs: number | undefined
  /** When the connection came back after a break; undefined while there was none. */
  readonly resumedMs: number | undefined
  /** When readings that were passed over, in a break, a pause or a jam, came to an end. */
  readonly passedMs: number | undefined
  /** Newest last, at most SAMPLES_MAX for each floor; what got nothing new stays the same list. */
  readonly samples: Samples
  /** Floors with a reading, ascending; the same list until there is another floor. */
  readonly floors: readonly number[]
  /** Newest last, at most NOTIFICATIONS_MAX. */
  readonly notifications: readonly Notification[]
  /** The list has been read once: what it has more from now on is news. */
  readonly isListed: boolean
  /** Why the list could not be read the last time. */
  readonly trouble: AskError | undefined
  readonly unread: number
  /** When the server's count was last taken over, and when the stream last brought an alert. */
  readonly countedMs: number
  readonly alertedMs: number
  /** These were so close that the count may have the alert in it or not: it is asked for again. */
  readonly isCountDoubtful: boolean
  /** New ones that nobody was shown as a toast yet. */
  readonly fresh: readonly Notification[]
  /** How many came late, after the last break; told once. */
  readonly missed: number
  /** Since when readings stand still; undefined while they do not. */
  readonly pausedMs: number | undefined
}

export type LiveEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'heard'; readonly id?: string | undefined }
  | { readonly kind: 'readings'; readonly readings: readonly Reading[] }
  | {
      readonly kind: 'notifications'
      readonly notifications: readonly Notification[]
      readonly id?: string | undefined
    }
  | { readonly kind: 'list'; readonly items: readonly Notification[]; readonly id?: string }
  /** `askedMs`: when it was asked for; absent = it is the answer to what was marked as read. */
  | { readonly kind: 'unread'; readonly unread: number; readonly askedMs?: number }
  | { readonly kind: 'trouble'; readonly error: AskError }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'retry' }
  /** `count`: the first so many of the fresh ones; absent = all. */
  | { readonly kind: 'shown'; readonly count?: number }
  | { readonly kind: 'paused'; readonly isPaused: boolean }

export const NOTIFICATIONS_MAX = 1_000
export const RETRY_MS_MIN = 500
export const RETRY_MS_MAX = 15_000
/** Heartbeats come every 15 s; without any for so long the connection is taken for dead. */
export const SILENCE_MS_MAX = 40_000
/** The count and the alerts come by two connections; neither is overtaken by more than this. */
export const COUNT_DOUBT_MS = 2_000
/** What was missed in a break is replayed within so long after it. */
const REPLAY_MS_MAX = 10_000

export function initialState(nowMs: number): LiveState {
  return {
    channel: 'whole',
    phase: { kind: 'connecting' },
    failures: 0,
    lastEventId: undefined,
    heardMs: nowMs,
    lostMs: undefined,
    resumedMs: undefined,
    passedMs: undefined,
    samples: new Map(),
    floors: [],
    notifications: [],
    isListed: false,
    trouble: undefined,
    unread: 0,
    countedMs: Number.NEGATIVE_INFINITY,
    alertedMs: Number.NEGATIVE_INFINITY,
    isCountDoubtful: false,
    fresh: [],
    missed: 0,
    pausedMs: undefined,
  }
}

export function step(state: LiveState, event: LiveEvent, nowMs: number): LiveState {
  switch (event.kind) {
    case 'opened':
      return open(state, nowMs)
    case 'heard':
      return { ...state, heardMs: nowMs, lastEventId: event.id ?? state.lastEventId }
    case 'readings':
      return { ...state, heardMs: nowMs, ...sampled(state, event.readings, nowMs) }
    case 'notifications':
      return addNotifications(state, event.notifications, event.id, nowMs)
    case 'list':
      return addList(state, event.items, event.id)
    case 'unread':
      return count(state, event, nowMs)
    case 'trouble':
      return { ...state, trouble: event.error }
    case 'absent':
      return { ...state, channel: 'alerts', phase: { kind: 'connecting' } }
    case 'closed':
      return lose(state, nowMs)
    case 'retry':
      return { ...state, phase: { kind: 'connecting' } }
    case 'shown':
      return show(state, event.count)
    case 'paused':
      return pause(state, event.isPaused, nowMs)
  }
}

function open(state: LiveState, nowMs: number): LiveState {
  const resumedMs = state.lostMs === undefined ? state.resumedMs : nowMs
  return {
    ...state,
    phase: { kind: 'open' },
    failures: 0,
    heardMs: nowMs,
    lostMs: undefined,
    resumedMs,
    passedMs: state.lostMs === undefined ? state.passedMs : nowMs,
  }
}

function pause(state: LiveState, isPaused: boolean, nowMs: number): LiveState {
  const isEnding = state.pausedMs !== undefined && !isPaused
  const pausedMs = isPaused ? (state.pausedMs ?? nowMs) : undefined
  return { ...state, pausedMs, passedMs: isEnding ? nowMs : state.passedMs }
}

/** What came after they were drawn has yet to be shown. */
function show(state: LiveState, count = state.fresh.length): LiveState {
  return { ...state, fresh: state.fresh.slice(count), missed: Math.max(0, state.missed - count) }
}

function lose(state: LiveState, nowMs: number): LiveState {
  const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** state.failures)
  return {
    ...state,
    failures: state.failures + 1,
    lostMs: state.lostMs ?? nowMs,
    phase: { kind: 'waiting', retryAtMs: nowMs + waitMs },
  }
}

function addNotifications(
  state: LiveState,
  list: readonly Notification[],
  id: string | undefined,
  nowMs: number,
): LiveState {
  const isCountDoubtful = state.isCountDoubtful || isNear(nowMs, state.countedMs)
  const alerted = { alertedMs: nowMs, isCountDoubtful }
  const heard = { ...state, ...alerted, heardMs: nowMs, lastEventId: id ?? state.lastEventId }
  const known = new Set(state.notifications.map((one) => one.id))
  const more = list.filter((one) => !known.has(one.id) && known.add(one.id))
  if (more.length === 0) return heard
  const { resumedMs } = state
  const isReplaying = resumedMs !== undefined && Math.abs(nowMs - resumedMs) < REPLAY_MS_MAX
  return {
    ...heard,
    notifications: [...state.notifications, ...more].slice(-NOTIFICATIONS_MAX),
    unread: state.unread + more.length,
    fresh: [...state.fresh, ...more],
    missed: state.missed + (isReplaying ? missedOf(state, more) : 0),
  }
}

/** How many of these were raised before the last break was over. */
function missedOf({ resumedMs = 0 }: LiveState, more: readonly Notification[]): number {
  return more.filter((one) => one.timestamp_ms < resumedMs).length
}

/** On both sides: the clock of a machine may be set back. */
function isNear(nowMs: number, otherMs: number): boolean {
  return Math.abs(nowMs - otherMs) < COUNT_DOUBT_MS
}

/** A count that alerts have overtaken on its way is of before them, and is not taken over. */
function count(
  state: LiveState,
  { unread, askedMs }: Extract<LiveEvent, { kind: 'unread' }>,
  nowMs: number,
): LiveState {
  const { alertedMs } = state
  const isOvertaken = askedMs !== undefined && alertedMs >= askedMs && alertedMs <= nowMs
  if (isOvertaken) return { ...state, isCountDoubtful: true }
  const isCountDoubtful = isNear(nowMs, alertedMs)
  return { ...state, unread, countedMs: nowMs, isCountDoubtful }
}

/** The list as the server has it; after the first time, what it has more than we had is news. */
function addList(
  state: LiveState,
  items: readonly Notification[],
  id: string | undefined,
): LiveState {
  const known = new Set(state.notifications.map((one) => one.id))
  const more = state.isListed ? items.filter((one) => !known.has(one.id)) : []
  const listed = new Set(items.map((one) => one.id))
  const kept = state.notifications.filter((one) => !listed.has(one.id))
  const all = [...kept, ...items].sort((a, b) => a.timestamp - b.timestamp)
  const isSame = items.every((one) => known.has(one.id))
  return {
    ...state,
    lastEventId: id ?? state.lastEventId,
    notifications: isSame ? state.notifications : all.slice(-NOTIFICATIONS_MAX),
    isListed: true,
    trouble: undefined,
    fresh: [...state.fresh, ...more],
    missed: state.missed + missedOf(state, more),
  }
}

/** A part that stays as it was is the same object, so that whoever shows it need not look. */
function sampled(state: LiveState, readings: readonly Reading[], nowMs: number) {
  const taken = state.pausedMs === undefined ? readings : standingStill(state.samples, readings)
  const samples = addReadings(state.samples, taken)
  const isSameBuilding = samples.size === state.floors.length
  const floors = isSameBuilding ? state.floors : [...samples.keys()].sort((a, b) => a - b)
  const passedMs = isSomeMissed(state.samples, samples) ? nowMs : state.passedMs
  return { samples, floors, passedMs }
}

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'delayed'; readonly sinceMs: number }
  | { readonly kind: 'offline'; readonly sinceMs: number }

/** Readings that are so many intervals old are late. */
const LATE_INTERVALS = 3
const LATE_MS_MIN = 5_000

/** What the pill says. It tells since when and not how long ago, so it changes only with events. */
export function connectionOf(state: LiveState, nowMs: number): Connection {
  if (state.lostMs !== undefined) return { kind: 'offline', sinceMs: state.lostMs }
  if (state.phase.kind !== 'open') return { kind: 'connecting' }
  if (state.pausedMs !== undefined) return { kind: 'paused' }
  const newest = newestMs(state.samples)
  if (newest === undefined) return { kind: 'live' }
  const lateMs = Math.max(
    LATE_MS_MIN,
    LATE_INTERVALS * (knownIntervalMsOf(state.samples) ?? SLOWEST_MS),
  )
  return nowMs - newest > lateMs ? { kind: 'delayed', sinceMs: newest } : { kind: 'live' }
}
