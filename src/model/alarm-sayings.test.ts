/**
 * What people have said about alarms, held against incidents: who is told, and who is not.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence, MONDAY_MS } from '../../test/support/evidence.ts'
import {
  type AlarmSayings,
  covers,
  EXPECTED_HALF_HOURS,
  type Expected,
  type MuteTimes,
  NOTHING_SAID,
  quietBy,
  type Scope,
  sizeOf,
  type TellingMatter,
} from './alarm-sayings.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const EVERYTHING: Scope = { floor: null, metric: null, cause: null }

const matter = (change: Partial<TellingMatter> = {}): TellingMatter => ({
  ...{ incident: '1:kw:higher:1', floor: 1, metric: 'kw', cause: 'higher', timeMs: MONDAY_MS },
  evidence: anEvidence(),
  ...change,
})

function withMute(times: MuteTimes, scope: Partial<Scope> = {}, endedMs: number | null = null) {
  const mute = { id: 'm', saidMs: MONDAY_MS, endedMs, scope: { ...EVERYTHING, ...scope }, times }
  return { ...NOTHING_SAID, mutes: [mute] }
}

const isQuiet = (sayings: AlarmSayings, change: Partial<TellingMatter> = {}, zone = 'UTC') =>
  quietBy(sayings, matter(change), zone) !== null

test('a mute until a time holds from when it was said until then', () => {
  const muted = withMute({ kind: 'until', untilMs: MONDAY_MS + HOUR_MS })
  const at = [-1, 0, HOUR_MS - 1, HOUR_MS].map((ms) => isQuiet(muted, { timeMs: MONDAY_MS + ms }))
  assert.deepEqual(at, [false, true, true, false])
})

test('a weekly mute holds at its hours of the site, over midnight too', () => {
  const nights = withMute({ kind: 'weekly', weekdays: [0], from: '22:15', to: '06:00' })
  const at = (day: number, hour: number, minute = 0) =>
    isQuiet(nights, { timeMs: Date.UTC(2026, 0, 5 + day, hour - 1, minute) }, 'Europe/Rome')
  assert.deepEqual(
    [at(0, 22, 14), at(0, 22, 15), at(1, 5, 59), at(1, 6)],
    [false, true, true, false],
  )
  assert.deepEqual([at(0, 5), at(1, 23), at(7, 23)], [false, false, true])
  const wholeDay = withMute({ kind: 'weekly', weekdays: [0], from: '00:00', to: '00:00' })
  const onDay = (day: number) => isQuiet(wholeDay, { timeMs: MONDAY_MS + day * DAY_MS })
  assert.deepEqual([onDay(0), onDay(1), onDay(7)], [true, false, true])
})

test('once is the rest of one incident', () => {
  const muted = withMute({ kind: 'once', incident: '1:kw:higher:1' })
  assert.equal(isQuiet(muted), true)
  assert.equal(isQuiet(muted, { incident: '1:kw:higher:2' }), false)
})

test('a mute is about what it names, and about nothing when it was taken back', () => {
  const until: MuteTimes = { kind: 'until', untilMs: MONDAY_MS + HOUR_MS }
  assert.equal(isQuiet(withMute(until, { floor: 1, metric: 'kw', cause: 'higher' })), true)
  for (const other of [{ floor: 2 }, { metric: 'tensione' }, { cause: 'lower' }] as const) {
    assert.equal(isQuiet(withMute(until, other)), false, JSON.stringify(other))
  }
  assert.equal(isQuiet(withMute(until, {}, MONDAY_MS)), false)
})

const expectation = (change: Partial<Expected> = {}): Expected => ({
  ...{ incident: 'x', floor: 1, metric: 'kw', cause: 'higher', weekday: 0, halfHour: 17 },
  ...{ sizeMax: 9, ...change },
})

test('what was expected covers the like of it around its time of the week', () => {
  const around = (weekday: number, halfHour: number, change: Partial<Expected> = {}) =>
    covers(expectation(change), matter({ evidence: anEvidence({ weekday, halfHour }) }))
  const edge = 17 + EXPECTED_HALF_HOURS
  assert.deepEqual([around(0, edge), around(0, edge + 1), around(1, 17)], [true, false, false])
  assert.equal(around(4, 17, { weekday: null }), true)
  assert.equal(around(6, 47, { weekday: 0, halfHour: 0 }), true, 'over the end of the week')
  assert.equal(around(3, 47, { weekday: null, halfHour: 1 }), true, 'over midnight')
})

test('what is much larger is told all the same', () => {
  const off = (value: number) => covers(expectation(), matter({ evidence: anEvidence({ value }) }))
  assert.deepEqual([off(15), off(15.1), off(-3), off(-3.1)], [true, false, true, false])
  assert.equal(sizeOf(anEvidence({ channel: 'stuck', statistic: 40 })), 40)
  assert.equal(sizeOf(anEvidence({ channel: 'silence', value: 600 })), 600)
})

test('an expectation keeps quiet until it is taken back', () => {
  const said = { id: 'e', saidMs: 0, endedMs: null, ...expectation() }
  assert.equal(quietBy({ ...NOTHING_SAID, expected: [said] }, matter(), 'UTC'), 'e')
  const ended = { ...said, endedMs: 1 }
  assert.equal(quietBy({ ...NOTHING_SAID, expected: [ended] }, matter(), 'UTC'), null)
})
