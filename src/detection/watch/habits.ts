/**
 * What comes at the same time of the week, three weeks running and much alike, is a habit: a
 * machine that starts on Mondays at six, a hall that is let on Thursdays. What alarmed never
 * teaches its slot, so without this a sharp edge would alarm week after week for good.
 *
 * It was told three times before it is a habit. Then its slot of the profile takes what was seen,
 * and its step is one more thing that the next reading may do without surprise. A habit that stops
 * is missed by the profile as anything usual is. One that was not seen for two weeks is forgotten
 * here, so the list is bounded; it has a limit nevertheless.
 */
import { withSlot } from './profile.ts'
import type { Season } from './season.ts'

export interface Recurrence {
  /** The bin in which it came last. */
  readonly bin: number
  /** The step of the reading that surprised, from the one before; 0 = none surprised. */
  readonly step: number
  /** Means of the bins so far, oldest first, three at most. */
  readonly means: readonly number[]
  /** A week was left out before it. */
  readonly isAfterPause: boolean
}
export type Habits = readonly Recurrence[]

/** A bin that alarmed, or in which a habit was seen again, with its largest step. */
export interface Occurrence {
  readonly bin: number
  readonly step: number
  readonly mean: number
  /** What would have been usual; undefined = nobody knows yet. */
  readonly usual: number | undefined
}

/** A bin that is full. */
export interface Lived extends Occurrence {
  readonly slot: number
  /** It was found to be unusual itself, not only one of its readings. */
  readonly isAlarmed: boolean
}

/** Times that it must have been seen. */
export const HABIT_TIMES = 3
/** A week may be left out, for a holiday; of three times one, or every other week would be one. */
const WEEKS_MAX = 2
/** Two are alike when they differ by at most this part of what made them stand out. */
const ALIKE_PART = 0.5
export const HABITS_MAX = 200
const NO_STEPS: readonly number[] = []

/**
 * Steps that are expected in this bin or one beside it, clocks being what they are. Where several
 * readings make a bin, what is usual is a line from bin to bin and misleads beside an edge: there
 * no step at all is none to be surprised at.
 */
export function habitualSteps(
  habits: Habits,
  { bin, perWeek, isDrawn }: { bin: number; perWeek: number; isDrawn: boolean },
): readonly number[] {
  if (habits.length === 0) return NO_STEPS
  const steps = habits
    .filter((one) => isHabit(one) && one.step !== 0)
    .filter((one) => weeksBetween(one.bin, bin, perWeek, 1) > 0)
    .map(({ step }) => step)
  return isDrawn && steps.length > 0 ? [0, ...steps] : steps
}

/**
 * While a level waits for confirmation nothing is a habit: bins lie beside the profile anyway. And
 * what happens on a day that goes as a Sunday says nothing of the slot that it is judged by.
 */
export function withHabit(habits: Habits, season: Season, lived: Lived, perWeek: number) {
  const isSeen = lived.isAlarmed || lived.step !== 0
  const isOwnSlot = lived.slot === lived.bin % perWeek
  if (season.shift || !isSeen || !isOwnSlot) return { habits, season, isTaught: false }
  const seen = withOccurrence(habits, lived, perWeek)
  if (!seen.taught) return { habits: seen.habits, season, isTaught: false }
  const profile = withSlot(season.profile, lived.slot, seen.taught)
  return { habits: seen.habits, season: { ...season, profile }, isTaught: true }
}

export interface HabitsStep {
  readonly habits: Habits
  /** Its means, when it is a habit now: what its slot should learn. */
  readonly taught: readonly number[] | undefined
}

export function withOccurrence(habits: Habits, seen: Occurrence, perWeek: number): HabitsStep {
  const { bin, step, mean } = seen
  const isSameSlot = (one: Recurrence) => weeksBetween(one.bin, bin, perWeek, 0) > 0
  const alike = habits.filter((one) => recurs(one, seen, perWeek))
  /** The newest, or one story would be two that have left out a week each. */
  const before = alike.findLast(isSameSlot) ?? alike.at(-1)
  const isAfterPause = before !== undefined && weeksBetween(before.bin, bin, perWeek, 1) > 1
  const isBroken = isAfterPause && before.isAfterPause
  const means = [...(before?.means ?? []), mean].slice(isBroken ? -2 : -HABIT_TIMES)
  const others = habits.filter((one) => one !== before && bin - one.bin <= WEEKS_MAX * perWeek + 1)
  const next = { bin, step, means, isAfterPause }
  return {
    habits: limited([...others, next]),
    taught: isHabit(next) && before && isSameSlot(before) ? means : undefined,
  }
}

/** Where all are too many by one: what alarms for days must not drive out what is known. */
function limited(all: Habits): Habits {
  if (all.length <= HABITS_MAX) return all
  const leaving = all.find((one) => !isHabit(one)) ?? all[0]
  return all.filter((one) => one !== leaving)
}

function isHabit({ means }: Recurrence): boolean {
  return means.length >= HABIT_TIMES
}

/** By its step, at about the same time, or by its mean at the same. */
function recurs(before: Recurrence, seen: Occurrence, perWeek: number): boolean {
  const { bin, step, mean, usual } = seen
  const isStepAlike = step !== 0 && Math.abs(step - before.step) <= Math.abs(step) * ALIKE_PART
  if (isStepAlike && weeksBetween(before.bin, bin, perWeek, 1) > 0) return true
  if (usual === undefined || weeksBetween(before.bin, bin, perWeek, 0) === 0) return false
  const last = before.means.at(-1) ?? usual
  return Math.abs(mean - last) <= Math.abs(mean - usual) * ALIKE_PART
}

/** Whole weeks from one bin to the other, give or take `slack` bins; 0 = none, or too many. */
function weeksBetween(from: number, to: number, perWeek: number, slack: number): number {
  const weeks = Math.round((to - from) / perWeek)
  const isWhole = Math.abs(to - from - weeks * perWeek) <= slack
  return isWhole && weeks <= WEEKS_MAX ? weeks : 0
}
