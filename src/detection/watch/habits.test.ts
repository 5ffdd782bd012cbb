/**
 * What recurs week after week is a habit after the third time, and nothing else is.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR_MS, meterReadings, START_MS, verdictsOf } from '../../../test/support/meter-series.ts'
import { HABITS_MAX, type Habits, habitualSteps, withHabit, withOccurrence } from './habits.ts'
import { type Season, startSeason } from './season.ts'

const PER_WEEK = 168
const SLOT = 6
const WEEK_HOURS = 168
/** A machine that starts on Mondays at six and runs for three hours. */
const STARTS_AT = 6
const RUNS_HOURS = 3

/** Bins of that slot in these weeks, with a step of 8 or another. */
function lived(weeks: readonly number[], stepOf: (week: number) => number = () => 8) {
  let habits: Habits = []
  const taught = weeks.map((week) => {
    const step = stepOf(week)
    const seen = { bin: week * PER_WEEK + SLOT, step, mean: 10 + step, usual: 10 }
    const next = withOccurrence(habits, seen, PER_WEEK)
    habits = next.habits
    return next.taught
  })
  return { habits, taught }
}

const stepsIn = (habits: Habits, week: number, slot = SLOT) =>
  habitualSteps(habits, { bin: week * PER_WEEK + slot, perWeek: PER_WEEK, isDrawn: false })

test('the third time in a row makes it a habit, and teaches what was seen', () => {
  const { habits, taught } = lived([1, 2, 3], (week) => 8 + week / 10)
  assert.deepEqual(taught, [undefined, undefined, [18.1, 18.2, 18.3]])
  assert.deepEqual(stepsIn(habits, 4), [8.3])
  assert.deepEqual(stepsIn(lived([1, 2]).habits, 3), [])
})

test('it is expected at its time, or one bin beside it, and at no other', () => {
  const { habits } = lived([1, 2, 3])
  assert.deepEqual(stepsIn(habits, 4, SLOT + 1), [8])
  assert.deepEqual(stepsIn(habits, 4, SLOT + 2), [])
  assert.deepEqual(stepsIn(habits, 3), [], 'not twice in one week')
})

test('a week may be left out, and after two more it is forgotten', () => {
  const { habits, taught } = lived([1, 2, 4])
  assert.ok(taught[2])
  assert.deepEqual(stepsIn(habits, 6), [8])
  assert.deepEqual(stepsIn(habits, 7), [])
  const other = { bin: 7 * PER_WEEK + 90, step: 1, mean: 11, usual: 10 }
  assert.equal(withOccurrence(habits, other, PER_WEEK).habits.length, 1)
})

test('what comes every other week is no habit, and a habit that comes so is one no more', () => {
  const { habits, taught } = lived([1, 3, 5, 7])
  assert.ok(taught.every((means) => means === undefined))
  assert.deepEqual(stepsIn(habits, 8), [])
  assert.deepEqual(stepsIn(lived([1, 2, 3, 5]).habits, 6), [8])
  assert.deepEqual(stepsIn(lived([1, 2, 3, 5, 7]).habits, 8), [])
})

/** The same slot, or one beside it, in weeks that follow each other. */
function told(seen: readonly { slot?: number; step: number; mean: number; usual: number }[]) {
  let habits: Habits = []
  const taught = seen.map(({ slot = SLOT, ...one }, i) => {
    const next = withOccurrence(habits, { bin: (i + 1) * PER_WEEK + slot, ...one }, PER_WEEK)
    habits = next.habits
    return next.taught
  })
  return { habits, taught }
}

test('one bin beside is the same story, which teaches a slot only what came in it', () => {
  const one = { step: 8, mean: 18, usual: 10 }
  const { habits, taught } = told([
    one,
    one,
    { ...one, slot: SLOT + 1 },
    { ...one, slot: SLOT + 1 },
  ])
  assert.deepEqual(stepsIn(habits, 5, SLOT + 2), [8])
  assert.deepEqual(taught, [undefined, undefined, undefined, [18, 18, 18]])
})

test('of two that are alike the newest goes on', () => {
  const first = { step: 0, mean: 9.4, usual: 8 }
  const next = { step: -8, mean: 9.1, usual: 8 }
  const { taught } = told([first, { ...next, mean: 9.5, usual: 9.49 }, next, next])
  assert.deepEqual(taught, [undefined, undefined, undefined, [9.5, 9.1, 9.1]])
})

test('two steps of a size, one beside the other, are two habits', () => {
  let habits: Habits = []
  const taught = [1, 2, 3].flatMap((week) =>
    [SLOT, SLOT + 1].map((slot) => {
      const mean = slot * 8
      const seen = { bin: week * PER_WEEK + slot, step: 8, mean, usual: mean - 8 }
      const next = withOccurrence(habits, seen, PER_WEEK)
      habits = next.habits
      return next.taught
    }),
  )
  assert.deepEqual(taught.slice(-2), [
    [48, 48, 48],
    [56, 56, 56],
  ])
})

test('three that are not alike are three anomalies', () => {
  const sizes = [8, 20, -8]
  const { habits, taught } = lived([1, 2, 3], (week) => sizes[week - 1] ?? 0)
  assert.deepEqual(taught, [undefined, undefined, undefined])
  assert.deepEqual(stepsIn(habits, 4), [])
})

test('a holiday is no habit of the Sunday that it is judged as, nor is a changed level one', () => {
  const season = startSeason(24)
  const told = { bin: 3 * PER_WEEK + SLOT, step: 8, mean: 18, usual: 10, isAlarmed: true }
  const { habits } = lived([1, 2])
  const taught = (slot: number, shift: Season['shift']) =>
    withHabit(habits, { ...season, shift }, { ...told, slot }, PER_WEEK).isTaught
  assert.ok(taught(SLOT, null))
  assert.ok(!taught(6 * 24 + SLOT, null))
  assert.ok(!taught(SLOT, { sinceMs: 0, level: 8, before: 0, backHours: 0 }))
})

test('three days in a row are no habit of the week', () => {
  let habits: Habits = []
  for (const day of [0, 1, 2, 3, 4]) {
    const seen = { bin: day * 24 + SLOT, step: 8, mean: 18, usual: 10 }
    const next = withOccurrence(habits, seen, PER_WEEK)
    assert.equal(next.taught, undefined)
    habits = next.habits
  }
})

test(`no more than ${HABITS_MAX} are kept, and habits longest`, () => {
  const perWeek = 672
  let habits: Habits = []
  for (const week of [1, 2, 3]) {
    const seen = { bin: week * perWeek + SLOT, step: 8, mean: 18, usual: 10 }
    habits = withOccurrence(habits, seen, perWeek).habits
  }
  for (let bin = 0; bin < HABITS_MAX + 50; bin += 1) {
    const seen = { bin: 3 * perWeek + 100 + bin, step: 1, mean: 11, usual: 10 }
    habits = withOccurrence(habits, seen, perWeek).habits
  }
  assert.equal(habits.length, HABITS_MAX)
  const place = { bin: 4 * perWeek + SLOT, perWeek, isDrawn: false }
  assert.deepEqual(habitualSteps(habits, place), [8])
})

/** Weeks (from 0) in which it alarmed at the hours at which the machine runs in some of them. */
function alarmedWeeks(stepMs: number, weeks: number, runsIn: (week: number) => boolean) {
  const readings = meterReadings(weeks * 7, stepMs).map(({ timeMs, value }) => {
    const hours = (timeMs - START_MS) / HOUR_MS
    const week = Math.floor(hours / WEEK_HOURS)
    const isRunning = hours % WEEK_HOURS >= STARTS_AT && hours % WEEK_HOURS < STARTS_AT + RUNS_HOURS
    const isOn = isRunning && runsIn(week)
    return { timeMs, value: isOn ? value + 8 : value, isRunning, week }
  })
  const alarmed = verdictsOf(readings).flatMap(({ finding }, i) => {
    const reading = readings[i]
    return finding && reading?.isRunning ? [reading.week] : []
  })
  return [...new Set(alarmed)]
}

test('a machine that runs every Monday from now on is told three times', () => {
  for (const stepMs of [HOUR_MS, HOUR_MS / 4]) {
    assert.deepEqual(
      alarmedWeeks(stepMs, 14, (week) => week >= 5),
      [5, 6, 7],
      `every ${stepMs} ms`,
    )
  }
})

test('where its way back is as sharp, that is told three times, and then no more', () => {
  for (const seed of ['meter', 'b', 'c']) {
    const readings = meterReadings(16 * 7, HOUR_MS / 4, seed).map(({ timeMs, value }) => {
      const hours = (timeMs - START_MS) / HOUR_MS
      const isOn = hours >= 5 * WEEK_HOURS && Math.floor(hours) % WEEK_HOURS === STARTS_AT
      return { timeMs, value: isOn ? value + 8 : value, hours }
    })
    const weeks = verdictsOf(readings).flatMap(({ finding }, i) => {
      const hours = readings[i]?.hours ?? 0
      const isBack = Math.floor(hours) % WEEK_HOURS === STARTS_AT + 1
      return finding && isBack ? [Math.floor(hours / WEEK_HOURS)] : []
    })
    assert.deepEqual(weeks, [7, 8, 9], seed)
  }
})

test('a machine that runs every other Monday is told when it runs, and not when it rests', () => {
  const weeks = alarmedWeeks(HOUR_MS, 20, (week) => week >= 5 && week % 2 === 1)
  assert.deepEqual(weeks, [5, 7, 9, 11, 13, 15, 17, 19])
})

test('a meter of each minute tells its beginning three times, then its end three times', () => {
  const weeks = alarmedWeeks(HOUR_MS / 60, 14, (week) => week >= 5)
  assert.ok(
    weeks.every((week) => week <= 10),
    weeks.join(' '),
  )
})

test('a fault at the hour of a habit is told all the same', () => {
  const faultWeek = 11
  const readings = meterReadings(12 * 7, HOUR_MS).map(({ timeMs, value }) => {
    const hours = (timeMs - START_MS) / HOUR_MS
    const week = Math.floor(hours / WEEK_HOURS)
    const isStart = week >= 5 && hours % WEEK_HOURS === STARTS_AT
    return { timeMs, value: isStart ? value + (week === faultWeek ? 30 : 8) : value, isStart, week }
  })
  const found = verdictsOf(readings).flatMap(({ finding }, i) =>
    finding && readings[i]?.isStart ? [readings[i]?.week] : [],
  )
  assert.deepEqual(found, [5, 6, 7, faultWeek])
})

test('and when it does not run any more, that is told', () => {
  const weeks = alarmedWeeks(HOUR_MS, 16, (week) => week >= 5 && week < 12)
  assert.ok(weeks.includes(12), weeks.join(' '))
  assert.ok(!weeks.includes(11), weeks.join(' '))
})
