/**
 * What is known of a meter so far, to be shown to people, and the one thing that they are asked:
 * has the level changed for good?
 */
import { achievedPerMonth } from './achieved.ts'
import { DAY_MINUTES } from './local-clock.ts'
import { confirmShift } from './season.ts'
import type { Learned } from './verdict.ts'
import type { WatchState } from './watch.ts'

export interface Knowledge {
  readonly learned: Learned
  /** Days of readings that did not alarm. */
  readonly days: number
  /** Time between two readings; undefined while it is not known. */
  readonly stepMs: number | undefined
  /** Alarms a month so far, to be held beside the budget; undefined before anything was judged. */
  readonly alarmsPerMonth: number | undefined
  /** A change of level that nobody has confirmed yet. */
  readonly shift: { readonly sinceMs: number; readonly level: number } | undefined
}

const PROFILE_DAYS = 3
const WEEKLY_DAYS = 21

export function knowledgeOf(state: WatchState | undefined): Knowledge {
  const known = state?.known
  const stepMs = state?.cadence.stepMs ?? undefined
  if (!known)
    return { learned: 'cadence', days: 0, stepMs, alarmsPerMonth: undefined, shift: undefined }
  const days = (known.bins * known.binMinutes) / DAY_MINUTES
  const { shift } = known.season
  const told = shift ? { sinceMs: shift.sinceMs, level: shift.level } : undefined
  const alarmsPerMonth = achievedPerMonth(known.achieved, state.timeMs)
  return { learned: learnedAfter(days), days, stepMs, alarmsPerMonth, shift: told }
}

/** Somebody says that the level has changed for good: it is the usual one from now on. */
export function withLevelConfirmed(state: WatchState): WatchState {
  const { known } = state
  if (!known?.season.shift) return state
  return { ...state, known: { ...known, season: confirmShift(known.season) } }
}

export function learnedAfter(days: number): Learned {
  if (days < PROFILE_DAYS) return 'first-days'
  return days < WEEKLY_DAYS ? 'daily-profile' : 'weekly-profile'
}
