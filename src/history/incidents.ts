/**
 * The incidents that stand in the store, newest first, page by page. They stand in the order of
 * their beginning, so a time is a range of keys; the other filters look at what is read, and a
 * request reads a bounded number of rows whatever it asks for.
 */
import { covers, type Expected } from '../model/alarm-sayings.ts'
import type { Metric } from '../model/alert.ts'
import { CAUSES, type Cause, type Incident, parseIncident } from '../model/incident.ts'
import { INCIDENT_PREFIX, incidentKey, incidentKeyAt } from '../model/keys.ts'
import { must } from '../model/must.ts'
import { SCAN_LIMIT_MAX, type Store } from '../store/client.ts'
import type { ScanRefusal } from './stored-readings.ts'

export type IncidentStore = Pick<Store, 'read' | 'scan'>

export interface IncidentQuery {
  readonly floor?: number | undefined
  readonly metric?: Metric | undefined
  readonly cause?: Cause | undefined
  readonly state?: Incident['state'] | undefined
  /** Of the beginning: from (inclusive) to (exclusive). */
  readonly fromMs: number
  readonly toMs: number
  /** 1 .. INCIDENTS_MAX. */
  readonly limit: number
  /** Where the page before ended. */
  readonly before?: string | undefined
}

export interface IncidentPage {
  readonly kind: 'page'
  readonly items: readonly Incident[]
  /** To be given as `before`; null = this was the last. */
  readonly next: string | null
}

/** In one answer. */
export const INCIDENTS_MAX = 500
/**
 * Rows that one request may look at; then the page ends, and the next goes on. A page of the store
 * counts whole, however few of its rows are left: it may have gone over many that were deleted.
 */
export const INCIDENT_ROWS_MAX = 5_000
/** After all incidents. */
export const LATEST_MS = 9_999_999_999_999

/** Whoever asked is not there any more. */
export interface Gone {
  readonly kind: 'gone'
}

/** `isWanted`: asked before each page of the store. */
export async function listIncidents(
  store: IncidentStore,
  query: IncidentQuery,
  isWanted: () => boolean,
): Promise<IncidentPage | Gone | ScanRefusal> {
  const from = incidentKeyAt(query.fromMs)
  let to = query.before ? INCIDENT_PREFIX + query.before : incidentKeyAt(query.toMs)
  const items: Incident[] = []
  for (let rows = 0; rows < INCIDENT_ROWS_MAX && from < to; rows += SCAN_LIMIT_MAX) {
    if (!isWanted()) return { kind: 'gone' }
    const page = await store.scan({ from, to, limit: SCAN_LIMIT_MAX, reverse: true })
    if (page.kind !== 'page') return page
    for (const { key, text } of page.entries) {
      const incident = parseIncident(text)
      if (!incident || !isAsked(incident, query)) continue
      items.push(incident)
      if (items.length === query.limit) return { kind: 'page', items, next: tailOf(key) }
    }
    if (page.next === null) return { kind: 'page', items, next: null }
    to = page.next
  }
  return { kind: 'page', items, next: from < to ? tailOf(to) : null }
}

/** Undefined when there is none of this name. */
export async function findIncident(
  store: IncidentStore,
  id: string,
): Promise<{ readonly kind: 'found'; readonly incident: Incident } | Missing | ScanRefusal> {
  const key = keyOf(id)
  const outcome = key === undefined ? undefined : must((await store.read([key]))[0])
  if (!outcome || outcome.kind === 'absent') return { kind: 'missing' }
  if (outcome.kind !== 'found') return outcome
  const incident = parseIncident(outcome.text)
  return incident ? { kind: 'found', incident } : { kind: 'missing' }
}

interface Missing {
  readonly kind: 'missing'
}

/** What an expectation would have kept quiet of what is past. */
export interface PastEffect {
  /** Others of the same floor, metric and cause. */
  readonly incidents: number
  /** Of these, covered by it. */
  readonly covered: number
  /** The newest of the covered. */
  readonly ids: readonly string[]
}

export const EFFECT_IDS_MAX = 50

export async function effectOn(
  store: IncidentStore,
  expectation: Expected,
  isWanted: () => boolean,
): Promise<{ readonly kind: 'effect'; readonly effect: PastEffect } | Gone | ScanRefusal> {
  const { floor, metric, cause } = expectation
  const query = { floor, metric, cause, fromMs: 0, toMs: LATEST_MS, limit: INCIDENT_ROWS_MAX }
  const page = await listIncidents(store, query, isWanted)
  if (page.kind !== 'page') return page
  const others = page.items.filter(({ id }) => id !== expectation.incident)
  const covered = others.filter((one) => covers(expectation, { ...one, evidence: one.opening }))
  const ids = covered.slice(0, EFFECT_IDS_MAX).map(({ id }) => id)
  const effect = { incidents: others.length, covered: covered.length, ids }
  return { kind: 'effect', effect }
}

function isAsked(incident: Incident, { floor, metric, cause, state }: IncidentQuery): boolean {
  return (
    (floor ?? incident.floor) === incident.floor &&
    (metric ?? incident.metric) === incident.metric &&
    (cause ?? incident.cause) === incident.cause &&
    (state ?? incident.state) === incident.state
  )
}

function tailOf(key: string): string {
  return key.slice(INCIDENT_PREFIX.length)
}

const ID = new RegExp(`^(\\d{1,9}):([a-z_]{1,20}):(${CAUSES.join('|')}):(\\d{1,13})$`)

function keyOf(id: string): string | undefined {
  const [, floor, metric, cause, startMs] = ID.exec(id) ?? []
  if (floor === undefined || metric === undefined || cause === undefined) return undefined
  return incidentKey(Number(startMs), Number(floor), metric, cause)
}
