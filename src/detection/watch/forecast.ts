/**
 * What the next reading will be, from the last ones, yesterday, a week ago and the usual profile:
 * nine differences and a least-squares model that finds out for itself which of them a meter
 * follows. Everything is a difference to the last reading, so the unit of the meter does not
 * matter and neither does its level.
 */
import type { Track } from './track.ts'

export const FEATURES = 10

/** A value at the moment of the reading, and the same at the moment of the reading before. */
export interface Witness {
  readonly now: number
  readonly before: number
}

export interface Witnesses {
  readonly usual: Witness | undefined
  readonly yesterday: Witness | undefined
  readonly weekAgo: Witness | undefined
}

export function featuresOf({ last, shortMean, longMean }: Track, seen: Witnesses): number[] {
  const [one, two, three] = last
  const { usual, yesterday, weekAgo } = seen
  return [
    one - two,
    two - three,
    shortMean - one,
    longMean - one,
    usual ? usual.now - usual.before : 0,
    usual ? usual.before - one : 0,
    yesterday ? yesterday.now - yesterday.before : 0,
    yesterday ? yesterday.before - one : 0,
    weekAgo ? weekAgo.now - weekAgo.before : 0,
    weekAgo ? weekAgo.before - one : 0,
  ]
}
