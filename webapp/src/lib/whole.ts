/**
 * The histories of some floors while their stretch of time moves on: the answers for the new
 * stretch come one by one, and until all are there the former ones are shown. So a chart is made
 * once and not for each answer, and never gives way to a skeleton while somebody looks at it. What
 * is refused takes nothing away, and is told until it is answered.
 */
import type { Metric, ReadingPoint } from '../api/types.ts'
import { isSameList } from './floors.ts'

/** In the order of the floors; undefined where nothing was answered. */
export type Histories = readonly (readonly ReadingPoint[] | undefined)[]

export interface Whole {
  readonly floors: readonly number[]
  readonly metric: Metric
  readonly data: Histories
  /** Why one of them could not be read, until it is. */
  readonly error?: unknown
}

export interface AskedWhole extends Whole {
  /** Some are neither answered nor refused yet. */
  readonly isMoving: boolean
}

/** What is shown now; the same object as before while it shows the same. */
export function wholeAfter(former: Whole | undefined, asked: AskedWhole): Whole {
  const { floors, metric, data, error, isMoving } = asked
  if (!former || !isOfSame(former, asked)) return { floors, metric, data, error }
  if (isMoving) return former
  /** A floor whose answer was refused keeps the one before. */
  const filled = data.map((points, at) => points ?? former.data[at])
  const isSame = filled.every((points, at) => points === former.data[at])
  return isSame && error === former.error ? former : { floors, metric, data: filled, error }
}

function isOfSame(a: Whole, b: Whole): boolean {
  return a.metric === b.metric && isSameList(a.floors, b.floors, (one, other) => one === other)
}

export function isAnswered({ data }: Whole): boolean {
  return data.length > 0 && data.every((points) => points !== undefined)
}
