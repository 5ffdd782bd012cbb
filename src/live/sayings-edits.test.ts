/**
 * What becomes of the document when somebody says something: once is enough, nothing that holds is
 * dropped, and no list grows without end.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence, anIncident, MONDAY_MS } from '../../test/support/evidence.ts'
import { type AlarmSayings, EXPECTED_SIZE_FACTOR, NOTHING_SAID } from '../model/alarm-sayings.ts'
import {
  acknowledged,
  decided,
  type Edit,
  expectationOf,
  expected,
  expectedEnded,
  muted,
  muteEnded,
  NOTES_MAX,
  SAYINGS_MAX,
} from './sayings-edits.ts'

const SCOPE = { floor: 1, metric: null, cause: null }
const ONCE = { scope: SCOPE, times: { kind: 'once', incident: '1:kw:higher:1' } } as const
const WEEKLY = { kind: 'weekly', weekdays: [5, 6], from: '22:00', to: '06:00' } as const
const aMute = (i: number) => ({ scope: { ...SCOPE, floor: i + 1 }, times: ONCE.times })

function said<T>(edit: Edit<T>): { readonly sayings: AlarmSayings; readonly value: T } {
  assert.ok(edit.kind === 'said', edit.kind)
  return edit
}

test('an acknowledgement that is said again keeps the time at which it was said first', () => {
  const first = said(acknowledged(NOTHING_SAID, 'a', 5))
  const again = said(acknowledged(first.sayings, 'a', 9))
  assert.equal(again.sayings, first.sayings)
  assert.deepEqual(again.value, { incident: 'a', saidMs: 5 })
})

test('mutes and expectations have names of their own, and are taken back once', () => {
  const one = said(muted(NOTHING_SAID, ONCE, 5))
  const two = said(muted(one.sayings, aMute(1), 6))
  assert.deepEqual([one.value.id, two.value.id], ['mute-1', 'mute-2'])
  const ended = said(muteEnded(two.sayings, 'mute-1', 7))
  assert.deepEqual(
    ended.sayings.mutes.map(({ endedMs }) => endedMs),
    [7, null],
  )
  assert.equal(said(muteEnded(ended.sayings, 'mute-1', 8)).value.endedMs, 7)
  assert.deepEqual(muteEnded(ended.sayings, 'mute-9', 8), { kind: 'missing' })
})

test('a mute that is said again is the one that holds already, however it is told', () => {
  const mutes = [ONCE, aMute(1), { scope: SCOPE, times: { ...WEEKLY, weekdays: [5, 6] } }]
  const all = mutes.reduce((before, one) => said(muted(before, one, 5)).sayings, NOTHING_SAID)
  assert.equal(all.mutes.length, mutes.length)
  for (const [at, { scope, times }] of mutes.entries()) {
    const { cause, metric, floor } = scope
    const again = said(muted(all, { scope: { cause, metric, floor }, times }, 9))
    assert.equal(again.sayings, all)
    assert.deepEqual(again.value, all.mutes[at])
  }
})

test('taking back a mute that was said twice ends it; said once more it is a new one', () => {
  const twice = said(muted(said(muted(NOTHING_SAID, ONCE, 5)).sayings, ONCE, 6))
  const ended = said(muteEnded(twice.sayings, twice.value.id, 7)).sayings
  assert.ok(ended.mutes.every(({ endedMs }) => endedMs !== null))
  assert.equal(said(muted(ended, ONCE, 8)).value.id, 'mute-2')
})

test('a mute that would end before it begins is refused', () => {
  const until = (untilMs: number) => ({ scope: SCOPE, times: { kind: 'until', untilMs } as const })
  assert.deepEqual(muted(NOTHING_SAID, until(5), 5), { kind: 'past' })
  assert.equal(muted(NOTHING_SAID, until(6), 5).kind, 'said')
})

test('what was expected is of the size that it was, and somewhat more', () => {
  const peak = anEvidence({ value: 20, expected: 6 })
  const word = expectationOf(anIncident({ peak }), false)
  assert.deepEqual(word, {
    ...{ incident: `1:kw:higher:${MONDAY_MS}`, floor: 1, metric: 'kw', cause: 'higher' },
    ...{ weekday: 0, halfHour: 17, sizeMax: 14 * EXPECTED_SIZE_FACTOR },
  })
  assert.equal(expectationOf(anIncident(), true).weekday, null)
})

test('what was expected of an incident is said once; something else replaces it', () => {
  const weekly = said(expected(NOTHING_SAID, expectationOf(anIncident(), false), 5))
  const again = said(expected(weekly.sayings, expectationOf(anIncident(), false), 6))
  assert.deepEqual([again.sayings, again.value], [weekly.sayings, weekly.value])
  const daily = said(expected(weekly.sayings, expectationOf(anIncident(), true), 6))
  assert.deepEqual(
    daily.sayings.expected.map(({ id, weekday }) => [id, weekday]),
    [['expected-2', null]],
  )
  const ended = said(expectedEnded(daily.sayings, 'expected-2', 7))
  assert.equal(ended.value.endedMs, 7)
  const anew = said(expected(ended.sayings, expectationOf(anIncident(), true), 8))
  assert.equal(anew.value.id, 'expected-3')
})

test('of a changed level the last word counts', () => {
  const level = anIncident({ cause: 'level' })
  const no = said(decided(NOTHING_SAID, level, 'declined', 5))
  const yes = said(decided(no.sayings, level, 'confirmed', 6))
  assert.deepEqual(
    yes.sayings.decisions.map(({ decision, saidMs }) => [decision, saidMs]),
    [['confirmed', 6]],
  )
  assert.equal(said(decided(yes.sayings, level, 'confirmed', 7)).sayings, yes.sayings)
})

test('what holds is never dropped for what is new; what was taken back makes room', () => {
  let sayings = NOTHING_SAID
  for (let i = 0; i < SAYINGS_MAX; i += 1) sayings = said(muted(sayings, aMute(i), i)).sayings
  assert.deepEqual(muted(sayings, aMute(SAYINGS_MAX), 0), { kind: 'full', max: SAYINGS_MAX })
  sayings = said(muteEnded(sayings, 'mute-7', 1)).sayings
  sayings = said(muted(sayings, aMute(SAYINGS_MAX), 2)).sayings
  assert.equal(sayings.mutes.length, SAYINGS_MAX)
  assert.ok(sayings.mutes.every(({ id }) => id !== 'mute-7'))
})

test('of notes the oldest go', () => {
  let sayings = NOTHING_SAID
  for (let i = 0; i <= NOTES_MAX; i += 1) sayings = said(acknowledged(sayings, `${i}`, i)).sayings
  assert.equal(sayings.acknowledged.length, NOTES_MAX)
  assert.equal(sayings.acknowledged[0]?.incident, '1')
})
