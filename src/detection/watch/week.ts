/**
 * What the last week and a bit looked like, in local bins of a quarter of an hour to an hour: the
 * mean of each bin, or null where nothing was read. Yesterday and a week ago are the two best
 * witnesses of what comes next.
 */
import { shortened } from './profile.ts'

export interface Week {
  /** Bins by number, modulo their count. */
  readonly means: readonly (number | null)[]
  /** Number of the newest bin. */
  readonly newest: number
}

/** Beyond the week itself, so that its neighbours are still there. */
const BINS_BEYOND = 4

export function startWeek(binsPerWeek: number): Week {
  return { means: new Array<null>(binsPerWeek + BINS_BEYOND).fill(null), newest: -1 }
}

/** Bins between the newest and this one become empty. */
export function withBin(week: Week, bin: number, mean: number): Week {
  const size = week.means.length
  const means = week.means.slice()
  const from = Math.max(week.newest + 1, bin - size + 1)
  if (week.newest >= 0) for (let one = from; one < bin; one += 1) means[one % size] = null
  means[bin % size] = shortened(mean)
  return { means, newest: Math.max(week.newest, bin) }
}

/** As it was before this bin; what later ones have taken the place of is empty. */
export function withoutBinsFrom({ means, newest }: Week, bin: number): Week {
  const kept = means.slice()
  const from = Math.max(bin, newest - means.length + 1)
  for (let one = from; one <= newest; one += 1) kept[one % means.length] = null
  return { means: kept, newest: Math.min(newest, bin - 1) }
}

export function binAt({ means, newest }: Week, bin: number): number | undefined {
  const size = means.length
  if (bin < 0 || bin > newest || bin <= newest - size) return undefined
  return means[bin % size] ?? undefined
}

/** Between two bins the value is drawn as a line through their middles. `position` in bins. */
export function valueAt(week: Week, position: number): number | undefined {
  const bin = Math.floor(position)
  const before = binAt(week, bin)
  const part = position - bin
  if (part === 0 || before === undefined) return before
  const after = binAt(week, bin + 1)
  return after === undefined ? before : before + (after - before) * part
}
