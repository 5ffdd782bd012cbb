/**
 * Which stretch of history is asked for, while the one that is shown moves on. What comes live
 * since is put to the former answer, and to ask again for an hour of each floor every half minute
 * would be most of what a page on which readings come has to do. It is asked for again when the
 * live readings that are kept no longer reach back to it, when some may have been missed, and now
 * and then for those that came late.
 */
import type { Reading } from '../api/types.ts'
import { timeMsOf } from './metrics.ts'

export interface Stretch {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly stepSeconds: number
}

/** Until then a meter that was cut off has sent what it kept. */
export const ASKED_SECONDS_MAX = 600
/** For an answer that takes its time, and a reading on its way into the store. */
export const ANSWER_SECONDS_MAX = 20

/**
 * The former one while it serves. `wholeSeconds`: since when every live reading is there;
 * `everySeconds`: how often somebody asks this.
 */
export function askedAfter(
  former: Stretch | undefined,
  shown: Stretch,
  wholeSeconds: number,
  everySeconds: number,
): Stretch {
  if (!former || former.stepSeconds !== shown.stepSeconds) return shown
  const isInside = former.fromSeconds <= shown.fromSeconds && former.toSeconds <= shown.toSeconds
  const isYoung = shown.toSeconds - former.toSeconds <= ASKED_SECONDS_MAX
  /** Its end is of the future by up to a turn, and the next look at it comes a turn later. */
  const isJoined = wholeSeconds + 2 * everySeconds + ANSWER_SECONDS_MAX <= former.toSeconds
  return isInside && isYoung && isJoined ? former : shown
}

/** From the oldest that is kept where a list is about to lose its oldest; else from ever. */
export function keptSinceSeconds(lists: readonly (readonly Reading[])[], fullCount: number) {
  return lists.reduce((latest, list) => {
    const oldest = list.length < fullCount ? undefined : list[0]
    return oldest ? Math.max(latest, timeMsOf(oldest) / 1000) : latest
  }, Number.NEGATIVE_INFINITY)
}
