/**
 * For how long a key could not be written. Between the acknowledged writes of all keys there is
 * hardly a gap while one partition answers nobody and the others go on; so it is also asked of each
 * key by itself, and only of keys that somebody tried to write: from the begin of the first attempt
 * that came to nothing to the end of the last, or to the acknowledgement that one of those who
 * waited got in the end.
 */
export interface Attempt {
  readonly key: string
  readonly startMs: number
  /** Infinity while it is under way. */
  endMs: number
  isAcknowledged: boolean
}

/** Of the key for which it was longest, over attempts that touch the span. */
export function longestKeyGapMs(
  attempts: readonly Attempt[],
  fromMs: number,
  toMs: number,
): number {
  const touching = attempts.filter(({ startMs, endMs }) => startMs < toMs && endMs > fromMs)
  const ofKeys = Map.groupBy(touching, ({ key }) => key)
  return Math.max(0, ...ofKeys.values().map((ofKey) => gapOfKeyMs(ofKey, toMs)))
}

/** One that is still under way waits until the span is over, at the least. */
function gapOfKeyMs(attempts: readonly Attempt[], toMs: number): number {
  const ended = attempts.map((one) => ({
    ...one,
    endMs: one.endMs === Number.POSITIVE_INFINITY ? toMs : one.endMs,
  }))
  let longestMs = 0
  let failing: { sinceMs: number; lastMs: number } | undefined
  for (const { startMs, endMs, isAcknowledged } of ended.sort((a, b) => a.endMs - b.endMs)) {
    const hasWaited = failing !== undefined && (!isAcknowledged || startMs <= failing.lastMs)
    const sinceMs = hasWaited && failing ? Math.min(failing.sinceMs, startMs) : startMs
    longestMs = Math.max(longestMs, endMs - sinceMs)
    failing = isAcknowledged ? undefined : { sinceMs, lastMs: endMs }
  }
  return longestMs
}
