/**
 * Notifications as a person meets them: what kind each is (its id says so), which are unread, and
 * how many floors have a problem now.
 */
import type { Alert, Metric, Notification, Severity } from '../api/types.ts'

export const SEVERITY_LIST = ['critical', 'high', 'warning', 'info'] as const

/** The ids are `{floor}:{metric}:{tipo}:{timestamp}`. */
const KINDS = {
  over: /_over$/,
  pattern: /^pattern_/,
  level: /^level_changed_/,
  stuck: /^meter_stuck_/,
  silent: /^meter_silent_/,
  worse: /_worse_/,
  closed: /_closed_/,
} as const
export type AlertKind = keyof typeof KINDS | 'below' | 'other'
const KIND_LIST = Object.keys(KINDS) as readonly (keyof typeof KINDS)[]

type Told = Pick<Notification, 'id'> & Partial<Pick<Notification, 'value' | 'threshold'>>

/** Whether what is off its pattern is too low, the id does not say: its numbers do. */
export function kindOf({ id, value = 0, threshold = 0 }: Told): AlertKind {
  const tipo = id.split(':')[2] ?? ''
  const known = KIND_LIST.find((kind) => KINDS[kind].test(tipo)) ?? 'other'
  return known === 'pattern' && value < threshold ? 'below' : known
}

type Note = NonNullable<Notification['incident']>

/** How an end is told of what has no usual value: readings come again, a value moves again. */
const ENDS = {
  silent: 'heardAgain',
  stuck: 'movesAgain',
  level: 'levelAgain',
  higher: 'closed',
  lower: 'closed',
} as const satisfies Record<Note['cause'], string>
export type Saying = AlertKind | 'replaced' | (typeof ENDS)[Note['cause']]

/** What its sentence says: what a new rule no longer finds is not as usual again. */
export function sayingOf(one: Notification): Saying {
  const kind = kindOf(one)
  if (kind !== 'closed' || !one.incident) return kind
  return one.incident.endedBy === 'new-rule' ? 'replaced' : ENDS[one.incident.cause]
}

const LIMITLESS: readonly (AlertKind | Note['cause'])[] = ['silent', 'stuck', 'level']

/** What the value was held against; of a silence that is seconds, a value that stands has none. */
export function limitOf(one: Notification): number | undefined {
  const isLimitless = LIMITLESS.some((name) => name === kindOf(one) || name === one.incident?.cause)
  return isLimitless || one.threshold <= 0 ? undefined : one.threshold
}

/** So many documents are looked at for what their detector expected. */
export const STORIES_MAX = 50

/** Alerts of a floor and metric that rest on what was expected, in a stretch of time. */
export function storiesOf(
  notifications: readonly Notification[],
  about: { readonly floor: number; readonly metric: Metric },
  { fromSeconds, toSeconds }: { readonly fromSeconds: number; readonly toSeconds: number },
): readonly Notification[] {
  return notifications
    .filter(
      (one) =>
        one.floor === about.floor &&
        one.metric === about.metric &&
        one.timestamp >= fromSeconds &&
        one.timestamp < toSeconds &&
        kindOf(one) !== 'over',
    )
    .slice(-STORIES_MAX)
}

/** Where the detector has written the whole alert. */
export function documentKey({ floor, timestamp }: Notification): string {
  return `alerts:${floor}:${Math.floor(timestamp)}`
}

export function eventOf(alert: Alert | undefined, notification: Notification) {
  const tipo = notification.id.split(':')[2]
  return alert?.eventi.find((event) => event.tipo === tipo)
}

/** How long nothing came, where that is what is told of; its numbers are seconds then. */
export function silenceSecondsOf({ incident, value }: Notification): number | undefined {
  return incident?.cause === 'silent' ? value : undefined
}

/** By how many per cent a threshold is passed; what is unusual has no threshold. */
export function overPercentOf(one: Notification): number | undefined {
  if (kindOf(one) !== 'over' || one.threshold <= 0) return undefined
  return (one.value / one.threshold - 1) * 100
}

/**
 * The server counts what is unread and does not say which those are. What was marked here is known;
 * of the rest, the newest are taken for unread, as many as the server counts.
 */
export function unreadIds(
  notifications: readonly Notification[],
  unread: number,
  readHere: ReadonlySet<string>,
): ReadonlySet<string> {
  const open = notifications.filter(({ id }) => !readHere.has(id))
  return new Set(unread > 0 ? open.slice(-unread).map(({ id }) => id) : [])
}

/** An alert this old says nothing about now, unless it opened an incident that is open still. */
export const ACTIVE_MS = 5 * 60_000
const DAY_MS = 86_400_000

/**
 * An incident is told when it opens, gets worse and closes; in between, it is open for as long as
 * something is found every 45 minutes. Its end may never be told (it was muted, or the watch was
 * switched off), so there is a bound: what is off for a day is a changed level from then on, and
 * that asks to be confirmed for days. A meter that is dead stays so.
 */
export const OPEN_MS: Readonly<Record<Note['cause'], number>> = {
  silent: Number.POSITIVE_INFINITY,
  stuck: Number.POSITIVE_INFINITY,
  higher: DAY_MS,
  lower: DAY_MS,
  level: 7 * DAY_MS,
}

/**
 * What is still active, the worst first: the newest alert of each incident that is open, and of
 * each floor and metric the newest that is of no incident. From the newest on, so that of a
 * thousand only those are looked at that may be it. An end ends its own incident and no other; what
 * is over its threshold stays so, whatever is said of what is usual.
 */
export function activeAlerts(
  notifications: readonly Notification[],
  nowMs: number,
): readonly Notification[] {
  const active: Notification[] = []
  const told = new Set<string>()
  const ended = new Set<string>()
  for (const one of notifications.toReversed()) {
    if (one.timestamp_ms < nowMs - activeMsOf(one)) continue
    const { series, story } = keysOf(one)
    const kind = told.has(series) ? undefined : kindOf(one)
    if (kind === 'closed') ended.add(story)
    if (!kind || kind === 'closed' || one.severity === 'info') continue
    const isOpen = kind === 'over' || !ended.has(story)
    /** A cause has one incident at a time: those before this one are over. */
    if (isOpen || one.incident) told.add(series)
    if (isOpen) active.push(one)
  }
  return active.sort((a, b) => rankOf(a.severity) - rankOf(b.severity) || b.timestamp - a.timestamp)
}

function activeMsOf({ incident }: Notification): number {
  return incident ? OPEN_MS[incident.cause] : ACTIVE_MS
}

function keysOf({ floor, metric, incident }: Notification) {
  const about = `${floor}:${metric}`
  return incident
    ? { series: `${about}:${incident.cause}`, story: incident.id }
    : { series: about, story: about }
}

export function rankOf(severity: Severity): number {
  return SEVERITY_LIST.indexOf(severity)
}

export interface AlertFilter {
  readonly floor?: number | undefined
  readonly severity?: string | undefined
  readonly metric?: Metric | undefined
  readonly isUnreadOnly: boolean
}

/** Unread first, then by time, newest first. */
export function selectAlerts(
  notifications: readonly Notification[],
  unread: ReadonlySet<string>,
  filter: AlertFilter,
): readonly Notification[] {
  const { floor, severity, metric, isUnreadOnly } = filter
  return notifications
    .filter(
      (one) =>
        (floor === undefined || one.floor === floor) &&
        (severity === undefined || one.severity === severity) &&
        (metric === undefined || one.metric === metric) &&
        (!isUnreadOnly || unread.has(one.id)),
    )
    .sort(
      (a, b) => Number(unread.has(b.id)) - Number(unread.has(a.id)) || b.timestamp - a.timestamp,
    )
}

export const ALERTS_PER_PAGE = 25

/** 1 is the first. While none is asked for it is the one on which the chosen alert stands. */
export function pageOfAlerts(
  rows: readonly Notification[],
  asked: { readonly page: number | undefined; readonly chosenId: string | undefined },
) {
  const pages = Math.max(1, Math.ceil(rows.length / ALERTS_PER_PAGE))
  const at = Math.max(0, asked.page ? -1 : rows.findIndex(({ id }) => id === asked.chosenId))
  const page = Math.min(pages, asked.page ?? Math.floor(at / ALERTS_PER_PAGE) + 1)
  const start = (page - 1) * ALERTS_PER_PAGE
  return { page, pages, shown: rows.slice(start, start + ALERTS_PER_PAGE) }
}

/** Spans of time that a chart marks: alerts that follow each other closely are one. */
export interface AlertSpan {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly severity: Severity
}

const SPAN_JOIN_SECONDS = 60

export function spansOf(notifications: readonly Notification[]): readonly AlertSpan[] {
  const spans: AlertSpan[] = []
  for (const { timestamp, severity } of [...notifications].sort(
    (a, b) => a.timestamp - b.timestamp,
  )) {
    const last = spans.at(-1)
    if (!last || timestamp - last.toSeconds > SPAN_JOIN_SECONDS) {
      spans.push({ fromSeconds: timestamp, toSeconds: timestamp, severity })
    } else {
      const worst = rankOf(severity) < rankOf(last.severity) ? severity : last.severity
      spans[spans.length - 1] = { ...last, toSeconds: timestamp, severity: worst }
    }
  }
  return spans
}
