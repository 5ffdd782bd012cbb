/**
 * What clocks and wires do to a meter: summer time, silence, readings that come late or twice.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  DAY_MS,
  HOUR_MS,
  type MeterReading,
  meterReadings,
  OPTIONS,
} from '../../../test/support/meter-series.ts'
import { seededRandom } from '../../adapters/seeded-random.ts'
import { standardNormal } from '../../model/gaussian.ts'
import { must } from '../../model/must.ts'
import { knowledgeOf } from './knowledge.ts'
import type { WatchOptions } from './options.ts'
import { type WatchState, watch } from './watch.ts'

const ZONE = 'Europe/Rome'
/** Clocks went forward at 02:00 of this night. */
const SUMMER_MS = Date.UTC(2026, 2, 29, 1)

function watched(readings: readonly MeterReading[], options: WatchOptions = OPTIONS) {
  let state: WatchState | undefined
  const alarmsMs: number[] = []
  for (const { timeMs, value } of readings) {
    const step = watch(state, timeMs, value, options)
    state = step.state
    if (step.verdict.kind === 'judged' && step.verdict.opens) alarmsMs.push(timeMs)
  }
  return { state: must(state), alarmsMs }
}

/** An office that opens at eight by the clock on the wall, with five weeks before the change. */
function officeReadings(): MeterReading[] {
  const random = seededRandom('summer')
  return Array.from({ length: 56 * 24 }, (_, i) => {
    const timeMs = SUMMER_MS - 42 * DAY_MS + i * HOUR_MS
    const { hour, dayOfWeek } =
      Temporal.Instant.fromEpochMilliseconds(timeMs).toZonedDateTimeISO(ZONE)
    const isOpen = dayOfWeek <= 5 && hour >= 8 && hour < 18
    return { timeMs, value: (isOpen ? 20 : 5) + 0.3 * standardNormal(random.unit) }
  })
}

test('when clocks go forward, people come at eight as ever, and nothing alarms', () => {
  const inWeekAfter = (timeMs: number) => timeMs >= SUMMER_MS && timeMs < SUMMER_MS + 7 * DAY_MS
  const local = watched(officeReadings(), { ...OPTIONS, timeZone: ZONE })
  assert.deepEqual(local.alarmsMs.filter(inWeekAfter), [])
  const foreign = watched(officeReadings(), { ...OPTIONS, timeZone: 'UTC' })
  assert.ok(foreign.alarmsMs.some(inWeekAfter), 'by another clock they come an hour early')
})

test('after three weeks of silence it goes on with what it knew', () => {
  const readings = meterReadings(70, HOUR_MS)
  const silent = readings.filter((_, i) => i < 42 * 24 || i >= 63 * 24)
  const { state, alarmsMs } = watched(silent)
  const backMs = must(readings[63 * 24]).timeMs
  assert.ok(alarmsMs.filter((timeMs) => timeMs >= backMs).length <= 1)
  assert.equal(knowledgeOf(state).learned, 'weekly-profile')
})

test('whatever comes late or twice in between, the state is as if it had never come', () => {
  const readings = meterReadings(10, HOUR_MS)
  const whole = watched(readings).state
  const places = fc.array(fc.tuple(fc.nat(readings.length - 1), fc.nat(50)), { maxLength: 30 })
  fc.assert(
    fc.property(places, (late) => {
      const mixed = readings.flatMap((reading, i) => {
        const again = late.filter(([at]) => at === i)
        return [reading, ...again.map(([at, back]) => must(readings[Math.max(0, at - back)]))]
      })
      assert.deepEqual(watched(mixed).state, whole)
    }),
    { numRuns: 20 },
  )
})

test('it says how often it alarmed, so that people can hold that against their budget', () => {
  const { state } = watched(meterReadings(56, HOUR_MS))
  const { alarmsPerMonth } = knowledgeOf(state)
  assert.ok(alarmsPerMonth !== undefined && alarmsPerMonth <= 2)
})

test('a meter that alarmed far more often than its budget is told the clearer ones only', () => {
  const { state } = watched(meterReadings(42, HOUR_MS))
  const known = must(state.known)
  const achieved = { ...known.achieved, alarmMs: state.timeMs - DAY_MS, alarms: 40 }
  const busy = { ...state, known: { ...known, achieved } }
  const scores = [state, busy].map((one) => {
    const { verdict } = watch(one, one.timeMs + HOUR_MS, one.value + 4, OPTIONS)
    return verdict.kind === 'judged' ? verdict.score : 0
  })
  assert.ok(must(scores[0]) > must(scores[1]) + 0.3, scores.join(' '))
})

test('when a level is found to have changed, the days before are not what is usual', () => {
  const readings = meterReadings(56, HOUR_MS)
  const from = 42 * 24
  const risen = readings.map(({ timeMs, value }, i) => ({
    ...{ timeMs, value: i < from ? value : value + Math.min(8, ((i - from) / 24) * 0.5) },
  }))
  const countsAfter = (hours: number) => {
    const { state } = watched(risen.slice(0, hours))
    const { tails, shift } = must(state.known).season
    return { isShift: shift !== null, half: tails.seasonUp.maxima.length }
  }
  const hours = risen
    .map((_, i) => i)
    .find((i) => i > from && i % 6 === 0 && countsAfter(i).isShift)
  const found = must(hours)
  assert.ok(countsAfter(found).half < countsAfter(from).half, 'the newest week is forgotten')
  assert.ok(countsAfter(found + 48).half <= countsAfter(found).half, 'and nothing is learned yet')
})
