/**
 * The clock of the machine was ahead, readings of a future were taken, and it is right again. What
 * a meter has taught for weeks must not wait until that future has come, nor be learned anew: it is
 * kept, and what lies ahead is forgotten. The next reading is one after a gap.
 */
import { GAP_STEPS } from './cadence.ts'
import { askedAt, localMinutes } from './local-clock.ts'
import { emptyBin, type WatchState } from './watch.ts'
import { withoutBinsFrom } from './week.ts'

/** `timeMs`: of the next reading, which is not newer than those that were taken. */
export function withClockBack(state: WatchState, timeMs: number, timeZone: string): WatchState {
  const clock = askedAt(state.clock, timeMs, timeZone)
  const beforeMs = timeMs - GAP_STEPS * (state.cadence.stepMs ?? 0) - 1
  const back = { ...state, timeMs: beforeMs, clock }
  const { known } = state
  if (!known) return back
  const minutes = localMinutes(clock, timeMs)
  const number = Math.floor(minutes / known.binMinutes)
  const { season, achieved } = known
  const notAhead = (ms: number) => Math.min(ms, beforeMs)
  const shift = season.shift && { ...season.shift, sinceMs: notAhead(season.shift.sinceMs) }
  const alarmMs = achieved.alarmMs === null ? null : notAhead(achieved.alarmMs)
  const kept = {
    ...{ minutes, bin: emptyBin(number, timeMs), week: withoutBinsFrom(known.week, number) },
    habits: known.habits.filter(({ bin }) => bin < number),
    season: { ...season, shift },
    achieved: { ...achieved, alarmMs },
  }
  return { ...back, known: { ...known, ...kept } }
}
