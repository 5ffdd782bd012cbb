/**
 * When a meter is silent: by its own habit, and never because nobody listened.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Voice } from '../../model/detection-state.ts'
import {
  HEARD_MIN,
  heard,
  PAUSE_DAYS,
  PAUSE_FACTOR,
  SILENCE_MS_MIN,
  SILENCES_USUAL,
  silenceOf,
} from './silence.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const START_MS = Date.UTC(2026, 0, 5)

/** A meter that has spoken so often, at this pace. */
function spoken(stepMs: number, count = HEARD_MIN): Voice {
  let voice: Voice | undefined
  for (let i = 0; i < count; i += 1) voice = heard(voice, START_MS + i * stepMs)
  assert.ok(voice)
  return voice
}

const isSilent = (voice: Voice, afterMs: number, listeningMs = 0) =>
  silenceOf(voice, voice.heardMs + afterMs, listeningMs, 'UTC') !== undefined

test('a fast meter is silent after minutes, a slow one after three times its pause', () => {
  const fast = spoken(10_000)
  assert.equal(isSilent(fast, SILENCE_MS_MIN), false)
  assert.equal(isSilent(fast, SILENCE_MS_MIN + 1), true)
  const hourly = spoken(60 * MINUTE_MS)
  assert.equal(isSilent(hourly, PAUSE_FACTOR * 60 * MINUTE_MS), false)
  assert.equal(isSilent(hourly, PAUSE_FACTOR * 60 * MINUTE_MS + 1), true)
})

test('a meter that sends in bundles is known by its pauses', () => {
  let voice = spoken(1_000, HEARD_MIN / 2)
  for (let i = 0; i < HEARD_MIN / 2; i += 1) {
    voice = heard(voice, voice.heardMs + (i === 0 ? 20 * MINUTE_MS : 1_000))
  }
  assert.equal(isSilent(voice, 59 * MINUTE_MS), false)
  assert.equal(isSilent(voice, 61 * MINUTE_MS), true)
})

test('a pause that would have been a silence had somebody listened teaches no longer one', () => {
  let voice = spoken(10_000)
  const weekendMs = 2.5 * DAY_MS
  voice = heard(voice, voice.heardMs + weekendMs)
  assert.equal(isSilent(voice, SILENCE_MS_MIN), false)
  assert.equal(isSilent(voice, SILENCE_MS_MIN + 1), true)
  voice = heard(voice, voice.heardMs + SILENCE_MS_MIN)
  assert.equal(isSilent(voice, PAUSE_FACTOR * SILENCE_MS_MIN), false, 'a shorter one teaches')
})

/** So many bundles at this pause; how many of the pauses are called a silence. */
function silencesOfBundles(pauseMs: number, bundles: number): number {
  let [voice, told] = [spoken(1_000), 0]
  for (let bundle = 0; bundle < bundles; bundle += 1) {
    const silence = silenceOf(voice, voice.heardMs + pauseMs, 0, 'UTC')
    if (silence) told += 1
    const endMs = voice.heardMs + pauseMs
    voice = heard(silence?.voice ?? voice, endMs)
    for (let i = 1; i <= HEARD_MIN; i += 1) voice = heard(voice, endMs + i * 1_000)
  }
  return told
}

test('a silence that comes again and again is usual soon, each hour or each night', () => {
  assert.equal(silencesOfBundles(60 * MINUTE_MS, 48), SILENCES_USUAL)
  assert.equal(silencesOfBundles(12 * 60 * MINUTE_MS, 60), SILENCES_USUAL)
})

test('silences that are seldom stay silences', () => {
  const days = Math.ceil(PAUSE_DAYS / (SILENCES_USUAL - 1))
  assert.equal(silencesOfBundles(days * DAY_MS, 10), 10)
})

test('a meter that has hardly spoken is not missed', () => {
  assert.equal(isSilent(spoken(10_000, HEARD_MIN - 1), DAY_MS), false)
})

test('it is said once, at the same moment whoever asks, and teaches no longer pause', () => {
  const voice = spoken(10_000)
  const [soon, late] = [6 * MINUTE_MS, DAY_MS].map((after) =>
    silenceOf(voice, voice.heardMs + after, 0, 'UTC'),
  )
  assert.equal(soon?.dueMs, voice.heardMs + SILENCE_MS_MIN)
  assert.deepEqual(late, soon)
  assert.ok(soon)
  assert.equal(isSilent(soon.voice, 2 * DAY_MS), false)
  const back = heard(soon.voice, voice.heardMs + DAY_MS)
  assert.equal(isSilent(back, SILENCE_MS_MIN + 1), true)
})

test('while nobody listened nobody was silent', () => {
  const voice = spoken(10_000)
  const nowMs = voice.heardMs + DAY_MS
  assert.equal(silenceOf(voice, nowMs, nowMs - MINUTE_MS, 'UTC'), undefined)
  assert.ok(silenceOf(voice, nowMs, nowMs - 6 * MINUTE_MS, 'UTC'))
})

test('pauses of a fortnight are remembered, then they are forgotten', () => {
  let voice = spoken(10_000)
  voice = heard(voice, voice.heardMs + 4 * MINUTE_MS)
  for (let day = 1; day <= PAUSE_DAYS; day += 1) {
    assert.equal(isSilent(voice, 11 * MINUTE_MS), false, `day ${day}`)
    for (let i = 0; i < 3; i += 1) voice = heard(at(voice, day), START_MS + day * DAY_MS + i)
  }
  assert.equal(isSilent(voice, SILENCE_MS_MIN + 1), true)
  assert.equal(voice.pausesMs.length, PAUSE_DAYS)
})

/** The nights between are not what this test is about. */
function at(voice: Voice, day: number): Voice {
  return { ...voice, heardMs: START_MS + day * DAY_MS }
}
