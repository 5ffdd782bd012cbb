/**
 * What becomes of the document when somebody says something about alarms. Pure; saying the same
 * twice changes nothing, and each list has its limit: what has been taken back longest ago makes
 * room, and what still holds is never dropped in silence.
 */
import {
  type AlarmSayings,
  type Decision,
  EXPECTED_SIZE_FACTOR,
  type Expectation,
  type Expected,
  type Mute,
  sizeOf,
} from '../model/alarm-sayings.ts'
import type { Incident } from '../model/incident.ts'

export type Edit<T> =
  | { readonly kind: 'said'; readonly sayings: AlarmSayings; readonly value: T }
  /** So many hold already. */
  | { readonly kind: 'full'; readonly max: number }
  /** There is none of this name. */
  | { readonly kind: 'missing' }
  /** It would end before it begins. */
  | { readonly kind: 'past' }

/** Mutes, and expectations. */
export const SAYINGS_MAX = 500
/** Acknowledgements, and decisions: the oldest go. */
export const NOTES_MAX = 1_000

export function acknowledged(
  sayings: AlarmSayings,
  incident: string,
  saidMs: number,
): Edit<AlarmSayings['acknowledged'][number]> {
  const known = sayings.acknowledged.find((one) => one.incident === incident)
  if (known) return { kind: 'said', sayings, value: known }
  const note = { incident, saidMs }
  const list = [...sayings.acknowledged, note].slice(-NOTES_MAX)
  return { kind: 'said', sayings: { ...sayings, acknowledged: list }, value: note }
}

export function muted(
  sayings: AlarmSayings,
  { scope, times }: Pick<Mute, 'scope' | 'times'>,
  saidMs: number,
): Edit<Mute> {
  if (times.kind === 'until' && times.untilMs <= saidMs) return { kind: 'past' }
  const holding = sayings.mutes.filter(({ endedMs }) => endedMs === null)
  const known = holding.find((one) => says(one.scope, scope) && says(one.times, times))
  if (known) return { kind: 'said', sayings, value: known }
  const mute = { id: `mute-${sayings.next}`, saidMs, endedMs: null, scope, times }
  const mutes = added(sayings.mutes, mute)
  if (!mutes) return FULL
  return { kind: 'said', sayings: { ...sayings, mutes, next: sayings.next + 1 }, value: mute }
}

export function muteEnded(sayings: AlarmSayings, id: string, endedMs: number): Edit<Mute> {
  const { list, value } = ended(sayings.mutes, id, endedMs)
  return value ? { kind: 'said', sayings: { ...sayings, mutes: list }, value } : MISSING
}

/** What somebody says of an incident: that one was expected. */
export function expectationOf(
  { id, floor, metric, cause, opening, peak }: Incident,
  isEveryDay: boolean,
): Expected {
  const weekday = isEveryDay ? null : opening.weekday
  const sizeMax = EXPECTED_SIZE_FACTOR * Math.max(sizeOf(opening), sizeOf(peak))
  return { incident: id, floor, metric, cause, weekday, halfHour: opening.halfHour, sizeMax }
}

/** Once for each incident: something else replaces what was said before. */
export function expected(sayings: AlarmSayings, what: Expected, saidMs: number): Edit<Expectation> {
  const known = sayings.expected.find((one) => one.endedMs === null && says(one, what))
  if (known) return { kind: 'said', sayings, value: known }
  const others = sayings.expected.filter(({ incident }) => incident !== what.incident)
  const expectation = { id: `expected-${sayings.next}`, saidMs, endedMs: null, ...what }
  const list = added(others, expectation)
  if (!list) return FULL
  const next = sayings.next + 1
  return { kind: 'said', sayings: { ...sayings, expected: list, next }, value: expectation }
}

export function expectedEnded(
  sayings: AlarmSayings,
  id: string,
  endedMs: number,
): Edit<Expectation> {
  const { list, value } = ended(sayings.expected, id, endedMs)
  return value ? { kind: 'said', sayings: { ...sayings, expected: list }, value } : MISSING
}

/** The last word counts. */
export function decided(
  sayings: AlarmSayings,
  { id, floor, metric }: Incident,
  decision: Decision['decision'],
  saidMs: number,
): Edit<Decision> {
  const known = sayings.decisions.find(({ incident }) => incident === id)
  if (known?.decision === decision) return { kind: 'said', sayings, value: known }
  const value = { incident: id, floor, metric, decision, saidMs }
  const others = sayings.decisions.filter((one) => one !== known)
  const decisions = [...others, value].slice(-NOTES_MAX)
  return { kind: 'said', sayings: { ...sayings, decisions }, value }
}

const FULL = { kind: 'full', max: SAYINGS_MAX } as const
const MISSING = { kind: 'missing' } as const

/** Is all of this in there already? */
const says = (one: object, what: object) =>
  JSON.stringify({ ...one, ...what }) === JSON.stringify(one)

interface Said {
  readonly id: string
  readonly endedMs: number | null
}

function added<S extends Said>(list: readonly S[], one: S): S[] | undefined {
  if (list.length < SAYINGS_MAX) return [...list, one]
  const idle = list.findIndex(({ endedMs }) => endedMs !== null)
  return idle < 0 ? undefined : [...list.toSpliced(idle, 1), one]
}

function ended<S extends Said>(list: readonly S[], id: string, endedMs: number) {
  const known = list.find((one) => one.id === id)
  const value = known && { ...known, endedMs: known.endedMs ?? endedMs }
  return { list: list.map((one) => (one === known && value ? value : one)), value }
}
