/**
 * The detector: from what is known of one floor's metric and a reading to what is known afterwards
 * and what is to be said. Pure and causal: the same readings give the same verdicts, whoever runs
 * it and however often it was stopped on the way, and none depends on what comes later.
 *
 * The state is plain JSON and bounded: a week of bins, eight weeks of each slot, half a thousand
 * half days of each channel; nothing grows with the number of readings.
 */
import { type Achieved, startAchieved, strictnessOf, withAlarm } from './achieved.ts'
import { binMinutesOf, type Cadence, GAP_STEPS, NO_CADENCE, withInterval } from './cadence.ts'
import type { Witness, Witnesses } from './forecast.ts'
import { nextGoing, opening } from './going.ts'
import { nextGrain, scaleMinOf } from './grain.ts'
import { type Habits, habitualSteps, withHabit } from './habits.ts'
import type { Judgement, Terms } from './judgement.ts'
import { learnedAfter } from './knowledge.ts'
import {
  askedAt,
  CLOCK_NOT_ASKED,
  DAY_MINUTES,
  type LocalClock,
  localMinutes,
  WEEK_MINUTES,
} from './local-clock.ts'
import type { WatchOptions } from './options.ts'
import { usualAt, usualOf, usualOfSunday } from './profile.ts'
import { EMPTY_RUNS, type Runs } from './runs.ts'
import { cellOf } from './scale.ts'
import { larger, type Season, startSeason, stepSeason } from './season.ts'
import { stepStuck } from './stuck.ts'
import { afterGap, type Surprise, startSurprise, stepSurprise } from './surprise.ts'
import type { Verdict } from './verdict.ts'
import { startWeek, valueAt, type Week, withBin } from './week.ts'

export interface WatchState {
  readonly version: 1
  /** Of the newest reading. */
  readonly timeMs: number
  readonly value: number
  readonly cadence: Cadence
  readonly clock: LocalClock
  /** Null until the cadence is known. */
  readonly known: Known | null
}

interface Known {
  readonly binMinutes: 15 | 30 | 60
  /** Local minutes of the newest reading. */
  readonly minutes: number
  /** Mean size of a value; the unit in which no deviation at all is told from a small one. */
  readonly size: number
  /** The step in which values come, see grain.ts. */
  readonly grain: number
  readonly surprise: Surprise
  readonly season: Season
  readonly runs: Runs
  readonly week: Week
  /** The bin that is being filled. */
  readonly bin: RunningBin
  /** Bins learned so far. */
  readonly bins: number
  /** The local day that goes as a Sunday goes; -1 = none. */
  readonly sundayLike: number
  readonly achieved: Achieved
  readonly habits: Habits
  /** Channels that found something at the newest reading. */
  readonly going: readonly string[]
}

interface RunningBin {
  readonly number: number
  readonly timeMs: number
  readonly sum: number
  readonly keptSum: number
  readonly count: number
  readonly isAlarmed: boolean
  /** The largest of its readings that surprised or were a habit; 0 = none. */
  readonly step: number
}

const SIZE_READINGS = 1_000
const HOUR_MINUTES = 60
/** The mean of so many readings is nearly normal. */
const STEADY_READINGS = 10

export interface WatchStep {
  readonly state: WatchState
  readonly verdict: Verdict
}

/** `state` undefined: the first reading. `value` must be finite. */
export function watch(
  state: WatchState | undefined,
  timeMs: number,
  value: number,
  options: WatchOptions,
): WatchStep {
  if (!state) return { state: firstState(timeMs, value), verdict: learning() }
  if (timeMs <= state.timeMs) return { state, verdict: { kind: 'late' } }
  const { cadence, isNew } = withInterval(state.cadence, timeMs - state.timeMs)
  const clock = askedAt(state.clock, timeMs, options.timeZone)
  const newest = { ...state, timeMs, value, cadence, clock }
  const { stepMs } = cadence
  if (stepMs === null) return { state: newest, verdict: learning() }
  const minutes = localMinutes(clock, timeMs)
  if (isNew || !state.known) {
    return {
      state: { ...newest, known: startKnown(stepMs, timeMs, minutes, value) },
      verdict: learning(),
    }
  }
  const isGap = timeMs - state.timeMs > GAP_STEPS * stepMs
  const reading = { timeMs, minutes, value, stepMs, isGap }
  const { known, judgements } = stepKnown(state.known, reading, options)
  const verdict = verdictOf(state.known, known, judgements)
  const going = nextGoing(state.known.going, judgements)
  const isOpening = verdict.kind === 'judged' && verdict.opens !== undefined
  const achieved = isOpening ? withAlarm(known.achieved, timeMs) : known.achieved
  return { state: { ...newest, known: { ...known, going, achieved } }, verdict }
}

function firstState(timeMs: number, value: number): WatchState {
  const start = { version: 1, timeMs, value, cadence: NO_CADENCE, clock: CLOCK_NOT_ASKED } as const
  return { ...start, known: null }
}

function learning(): Verdict {
  return { kind: 'judged', score: 0, findings: [], opens: undefined, learned: 'cadence' }
}

function startKnown(stepMs: number, timeMs: number, minutes: number, value: number): Known {
  const binMinutes = binMinutesOf(stepMs)
  const bin = emptyBin(Math.floor(minutes / binMinutes), timeMs)
  return {
    ...{ binMinutes, minutes, bin, size: Math.abs(value), grain: 0, bins: 0 },
    ...{ sundayLike: -1, achieved: startAchieved(timeMs), habits: [], going: [] },
    surprise: startSurprise(value),
    season: startSeason(DAY_MINUTES / binMinutes),
    runs: EMPTY_RUNS,
    week: startWeek(WEEK_MINUTES / binMinutes),
  }
}

export function emptyBin(number: number, timeMs: number): RunningBin {
  return { number, timeMs, sum: 0, keptSum: 0, count: 0, isAlarmed: false, step: 0 }
}

interface Reading {
  readonly timeMs: number
  readonly minutes: number
  readonly value: number
  readonly stepMs: number
  readonly isGap: boolean
}

type Judged = Omit<Judgement, 'tail'>
type KnownStep = { readonly known: Known; readonly judgements: readonly Judged[] }

/**
 * A meter that speaks as slowly as bins are long is judged against its season at once; a faster one
 * when the bin is full, because the mean of many readings is steadier than each.
 */
function stepKnown(before: Known, reading: Reading, options: WatchOptions): KnownStep {
  const strictness = strictnessOf(before.achieved, reading.timeMs, options.budgetPerMonth)
  const terms = { options, strictness }
  const number = Math.floor(reading.minutes / before.binMinutes)
  const isSlow = reading.stepMs >= before.binMinutes * 0.9 * 60_000
  const closed = number !== before.bin.number ? closeBin(before, terms) : undefined
  const opened = closed ? { ...closed.known, bin: emptyBin(number, reading.timeMs) } : before
  const judged = stepReading(opened, reading, isSlow, terms)
  const last = isSlow ? closeBin(judged.known, terms) : undefined
  const known = last ? { ...last.known, bin: emptyBin(number, reading.timeMs) } : judged.known
  const judgements = [
    ...(closed?.judgements ?? []),
    ...judged.judgements,
    ...(last?.judgements ?? []),
  ]
  return { known, judgements }
}

function stepReading(before: Known, reading: Reading, isSlow: boolean, terms: Terms): KnownStep {
  const { timeMs, minutes, value, stepMs, isGap } = reading
  const place = { bin: before.bin.number, perWeek: perWeekOf(before), isDrawn: !isSlow }
  const stuck = stepStuck(before.runs, value, stepMs, terms)
  const moment = {
    ...{ timeMs, value, stepMs, cell: cellOf(minutes % WEEK_MINUTES) },
    scaleMin: scaleMinOf(before),
    habitualSteps: habitualSteps(before.habits, place),
    terms,
  }
  const seen = witnessesOf(before, minutes, isSlow)
  const surprised = isGap
    ? afterGap(before.surprise, value)
    : stepSurprise(before.surprise, moment, seen)
  const found = [surprised.judgement, stuck.judgement].filter((one) => one !== undefined)
  const isAlarmed = found.some(({ finding }) => finding)
  const { bin } = before
  const known = {
    ...before,
    minutes,
    size: before.size + (Math.abs(value) - before.size) / SIZE_READINGS,
    grain: nextGrain(before.grain, value - before.surprise.actual.last[0]),
    surprise: surprised.surprise,
    runs: stuck.runs,
    bin: {
      ...bin,
      timeMs,
      sum: bin.sum + value,
      keptSum: bin.keptSum + surprised.kept,
      count: bin.count + 1,
      isAlarmed: bin.isAlarmed || isAlarmed,
      step: larger(bin.step, surprised.step),
    },
  }
  return { known, judgements: found }
}

/** What yesterday, a week ago and the profile say of this moment. Slow meters sit on whole bins. */
function witnessesOf(known: Known, minutes: number, isSlow: boolean): Witnesses {
  const { binMinutes, week, season } = known
  const place = (at: number) => (isSlow ? Math.floor(at / binMinutes) : at / binMinutes - 0.5)
  const [now, before] = [place(minutes), place(known.minutes)]
  const back = (lag: number) =>
    witness(valueAt(week, now - lag / binMinutes), valueAt(week, before - lag / binMinutes))
  return {
    usual: witness(usualAt(season.profile, now), usualAt(season.profile, before)),
    yesterday: back(DAY_MINUTES),
    weekAgo: back(WEEK_MINUTES),
  }
}

function witness(now: number | undefined, before: number | undefined): Witness | undefined {
  return now === undefined || before === undefined ? undefined : { now, before }
}

function closeBin(before: Known, terms: Terms): KnownStep {
  const { bin, binMinutes } = before
  if (bin.count === 0) return { known: before, judgements: [] }
  const mean = bin.sum / bin.count
  const minutes = bin.number * binMinutes
  const slot = slotOf(before, bin.number, terms.options)
  const stepped = stepSeason(before.season, {
    ...{ timeMs: bin.timeMs, mean, slot, cell: cellOf(minutes % WEEK_MINUTES) },
    hoursLong: binMinutes / HOUR_MINUTES,
    scaleMin: scaleMinOf(before),
    isAlarmed: bin.isAlarmed,
    isSteady: bin.count >= STEADY_READINGS,
    terms,
  })
  const { judgements } = stepped
  const isAlarmed = judgements.some(({ finding }) => finding)
  const usual = usualOf(before.season.profile, slot)
  const seen = { bin: bin.number, slot, step: bin.step, mean, usual, isAlarmed }
  const lived = withHabit(before.habits, stepped.season, seen, perWeekOf(before))
  const isSunday = isAlarmed && isLikeSunday(before, bin.number, mean)
  const known = {
    ...before,
    ...{ season: lived.season, habits: lived.habits },
    week: withBin(before.week, bin.number, lived.isTaught ? mean : bin.keptSum / bin.count),
    bins: before.bins + (isAlarmed ? 0 : 1),
    sundayLike: isSunday ? Math.floor(minutes / DAY_MINUTES) : before.sundayLike,
  }
  return { known, judgements: isSunday ? judgements.map(asSunday) : judgements }
}

function perWeekOf({ binMinutes }: Known): number {
  return WEEK_MINUTES / binMinutes
}

/** Holidays are judged as Sundays: those that were told, and a day that was found to be one. */
function slotOf(known: Known, bin: number, { holidays }: WatchOptions): number {
  const perDay = DAY_MINUTES / known.binMinutes
  const day = Math.floor(bin / perDay)
  const isSunday = day === known.sundayLike || holidays.has(day)
  return isSunday ? 6 * perDay + (bin % perDay) : bin % (perDay * 7)
}

/** Far from what is usual, and near to what is usual on Sundays. */
function isLikeSunday(known: Known, bin: number, mean: number): boolean {
  const { profile, level } = known.season
  const perWeek = profile.slots.length
  const usual = usualOf(profile, bin % perWeek)
  const sunday = usualOfSunday(profile, bin % perWeek)
  if (usual === undefined || sunday === undefined) return false
  return Math.abs(mean - sunday - level) < Math.abs(mean - usual - level) / 2
}

function asSunday(judgement: Judgement): Judgement {
  const { finding } = judgement
  return finding ? { ...judgement, finding: { ...finding, isLikeSunday: true } } : judgement
}

function verdictOf(before: Known, known: Known, judgements: readonly Judged[]): Verdict {
  const findings = judgements.flatMap(({ finding }) => (finding ? [finding] : []))
  const score = Math.max(0, ...judgements.map((one) => one.score))
  const opens = opening(before.going, findings)
  const learned = learnedAfter((known.bins * known.binMinutes) / DAY_MINUTES)
  return { kind: 'judged', score, findings, opens, learned }
}
