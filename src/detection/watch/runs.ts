/**
 * A meter that repeats itself: how often does a run of equal values get so long, for this meter?
 * For each length it is counted how many runs reached it; the chance to go on is estimated step by
 * step and drawn towards the one before (a hazard estimate, Kaplan and Meier 1958), so a meter of
 * whole kilowatts is expected to repeat and one of watts is not. Zeros are counted apart: many
 * meters rest at 0 every night.
 */
export interface RunBook {
  /** `reached[k]`: runs that had at least k + 1 equal readings; decays slowly. */
  readonly reached: readonly number[]
}

export interface Runs {
  readonly zeros: RunBook
  readonly others: RunBook
  readonly value: number | null
  /** Equal readings in the present run. */
  readonly length: number
}

/** Runs are counted up to so many readings; those that are longer go on as the last step says. */
export const RUN_LENGTHS_MAX = 60
/** By then the estimate of the last step stands still. */
const STEPS_MAX = 2 * RUN_LENGTHS_MAX
const HAZARD_WEIGHT = 3
/** Before anything is known a run is as likely to go on as not. */
const HAZARD_FIRST = 0.5
/** Before the first zero has been seen it counts as a part of one. */
const ZERO_WEIGHT = 0.1

export const EMPTY_RUNS: Runs = {
  zeros: { reached: [] },
  others: { reached: [] },
  value: null,
  length: 0,
}

/** `weight`: 1, or less for a reading that alarmed: it should not soon pass for usual. */
export function nextRun(runs: Runs, value: number, memory: number, weight = 1): Runs {
  const length = runs.value === value ? runs.length + 1 : 1
  const key = value === 0 ? 'zeros' : 'others'
  const next = { ...runs, [key]: counted(runs[key], length, weight), value, length }
  return runsCounted(next) > memory ? halved(next) : next
}

/** Part of all readings at which a run of this length is reached. */
export function runChance(runs: Runs): number {
  const { zeros, others, value, length } = runs
  const { reached } = value === 0 ? zeros : others
  let chance = value === 0 ? zeroChance(runs) : 1
  let hazard = HAZARD_FIRST
  for (let k = 1; k < Math.min(length, STEPS_MAX); k += 1) {
    const from = Math.min(k - 1, RUN_LENGTHS_MAX - 2)
    const before = reached[from] ?? 0
    hazard = ((reached[from + 1] ?? 0) + HAZARD_WEIGHT * hazard) / (before + HAZARD_WEIGHT)
    chance *= hazard
  }
  return chance * hazard ** Math.max(0, length - STEPS_MAX)
}

/** Both books forget together, or zeros would seem to become more usual. */
function halved(runs: Runs): Runs {
  const half = ({ reached }: RunBook): RunBook => ({ reached: reached.map((one) => one / 2) })
  return { ...runs, zeros: half(runs.zeros), others: half(runs.others) }
}

/** A meter that has never been at 0 is not expected to be; one that rests there is. */
function zeroChance(runs: Runs): number {
  return ((runs.zeros.reached[0] ?? 0) + ZERO_WEIGHT) / (runsCounted(runs) + 1)
}

function counted(book: RunBook, length: number, weight: number): RunBook {
  if (length > RUN_LENGTHS_MAX) return book
  const at = length - 1
  const reached = book.reached.slice()
  while (reached.length <= at) reached.push(0)
  reached[at] = (reached[at] ?? 0) + weight
  return { reached }
}

/** Runs that the book rests on. */
export function runsCounted({ zeros, others }: Runs): number {
  return (zeros.reached[0] ?? 0) + (others.reached[0] ?? 0)
}
