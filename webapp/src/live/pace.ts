/**
 * How long a page rests between two drawings. A meter sends once a second at most, so a drawing a
 * second shows each value once, and all floors move together; a machine on which a drawing takes
 * long draws more seldom, so that most of its time is left for the person. An alert does not wait
 * for its turn: only a flood of alerts rests, between one drawing and the next.
 */
import type { LiveEvent } from './machine.ts'

export const REST_MS_MIN = 1_000
export const REST_MS_MAX = 2_000
export const URGENT_REST_MS = 100
/** So many times as long as the last drawing took. */
const REST_FACTOR = 50

/** Readings are drawn soon; an alert, and what somebody has done, now. */
export type Urgency = 'soon' | 'now'

/** That something was heard shows nowhere. */
export const URGENCIES: Readonly<Record<LiveEvent['kind'], Urgency | undefined>> = {
  heard: undefined,
  readings: 'soon',
  opened: 'now',
  notifications: 'now',
  list: 'now',
  unread: 'now',
  trouble: 'now',
  absent: 'now',
  closed: 'now',
  retry: 'now',
  shown: 'now',
  paused: 'now',
}

const RESTS_MS: Readonly<Record<Urgency, readonly [least: number, most: number]>> = {
  soon: [REST_MS_MIN, REST_MS_MAX],
  now: [URGENT_REST_MS, REST_MS_MIN],
}

/** After a drawing that took so long, until the next one of this urgency. */
export function restMsOf(urgency: Urgency, drawingMs: number): number {
  const [least, most] = RESTS_MS[urgency]
  return Math.min(most, Math.max(least, REST_FACTOR * drawingMs))
}

/**
 * Whether so long has gone by since then. The clock of a machine may be set back: what then lies
 * in the future is due, and not for as long as the clock was set back.
 */
export function isDue(sinceMs: number, nowMs: number, waitMs: number): boolean {
  return nowMs - sinceMs >= waitMs || nowMs < sinceMs
}

/** A moment that is drawn may be a telling ahead of the clock of the page, and no more. */
const AHEAD_MS_MAX = 10_000

/** The moment that is drawn: it moves in steps of so long, and is never long after the clock. */
export function momentAfter(drawnMs: number, clockMs: number, everyMs: number): number {
  const isNext = Math.floor(clockMs / everyMs) > Math.floor(drawnMs / everyMs)
  return isNext || drawnMs - clockMs > AHEAD_MS_MAX ? clockMs : drawnMs
}

/** After a silence, what comes together is drawn together, and nobody sees that it waited. */
export const GATHER_MS: Readonly<Record<Urgency, number>> = { soon: 60, now: 0 }

/** When a page may draw next. What readings took to draw holds up no alert. */
export class Pace {
  private readonly nextMs: Record<Urgency, number> = { soon: 0, now: 0 }

  waitMs(urgency: Urgency, nowMs: number): number {
    return Math.max(GATHER_MS[urgency], this.nextMs[urgency] - nowMs)
  }

  drawn(urgency: Urgency, beganMs: number, drawingMs: number): void {
    this.nextMs.soon = beganMs + restMsOf('soon', drawingMs)
    if (urgency === 'now') this.nextMs.now = beganMs + restMsOf('now', drawingMs)
  }
}
