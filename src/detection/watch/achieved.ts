/**
 * How often it really alarmed, beside how often it may. Rates that are read off a tail rest on few
 * values; channels see the same moments, and some never spend their part. What comes out of all of
 * them together is one number that can be counted. Where more alarms came than the budget foresees
 * each claim of a channel is taken as so much more usual, and where fewer came as so much rarer:
 * a limit moves, nothing is held back.
 *
 * After a short time the count says little, so it is drawn towards the budget, as if some alarms
 * had come just in time before. True anomalies count too: nobody tells which they are. So a meter
 * with many of them is told only the clearer ones.
 */
export interface Achieved {
  /** When channels begin to judge. */
  readonly sinceMs: number
  /** The newest alarm that was counted; null = none. */
  readonly alarmMs: number | null
  /** Alarms until then; those of long ago count for less. */
  readonly alarms: number
}

const DAY_MS = 86_400_000
const MONTH_MS = (365.25 / 12) * DAY_MS
/** Channels learn for so long before they judge. */
const LEARNING_MS = 14 * DAY_MS
/** An alarm of so long ago counts for a third; a year, so that no season is forgotten. */
const MEMORY_MONTHS = 12
/** The count is drawn towards the budget with the weight of so many alarms. */
const PRIOR_ALARMS = 6
/** Alarms that follow within half a day are one. */
const EPISODE_MS = DAY_MS / 2
/** Claims are taken for rarer or more usual by at most so much. */
const STRICTNESS_MIN = 0.5
const STRICTNESS_MAX = 4

export function startAchieved(timeMs: number): Achieved {
  return { sinceMs: timeMs + LEARNING_MS, alarmMs: null, alarms: 0 }
}

/** An alarm opened. */
export function withAlarm(achieved: Achieved, timeMs: number): Achieved {
  const { alarmMs } = achieved
  if (alarmMs !== null && timeMs - alarmMs < EPISODE_MS) return achieved
  return { ...achieved, alarmMs: timeMs, alarms: alarmsAt(achieved, timeMs) + 1 }
}

/** What the rates that channels claim are multiplied with. */
export function strictnessOf(achieved: Achieved, timeMs: number, budgetPerMonth: number): number {
  const foreseen = monthsAt(achieved, timeMs) * budgetPerMonth
  const quotient = (alarmsAt(achieved, timeMs) + PRIOR_ALARMS) / (foreseen + PRIOR_ALARMS)
  return Math.min(STRICTNESS_MAX, Math.max(STRICTNESS_MIN, quotient))
}

/** Alarms a month, those of the last year above all; undefined before anything was judged. */
export function achievedPerMonth(achieved: Achieved, timeMs: number): number | undefined {
  const months = monthsAt(achieved, timeMs)
  return months > 0 ? alarmsAt(achieved, timeMs) / months : undefined
}

function alarmsAt({ alarms, alarmMs }: Achieved, timeMs: number): number {
  return alarmMs === null ? 0 : alarms * remembered(timeMs - alarmMs)
}

/** Months of judging, as they weigh beside alarms. */
function monthsAt({ sinceMs }: Achieved, timeMs: number): number {
  return MEMORY_MONTHS * (1 - remembered(Math.max(0, timeMs - sinceMs)))
}

function remembered(agoMs: number): number {
  return Math.exp(-agoMs / (MEMORY_MONTHS * MONTH_MS))
}
