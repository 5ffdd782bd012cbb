/**
 * The last readings in short: three values and two smoothed levels. Two such tracks are kept, one
 * of what was read and one in which readings that alarmed are replaced by what was expected. After
 * a spike the second still knows where things stood; after a step the first does.
 */
export interface Track {
  /** The last three values, newest first. */
  readonly last: readonly [number, number, number]
  /** Means over about so many readings: SHORT_READINGS and LONG_READINGS. */
  readonly shortMean: number
  readonly longMean: number
}

const SHORT_READINGS = 6
const LONG_READINGS = 40

export function startTrack(value: number): Track {
  return { last: [value, value, value], shortMean: value, longMean: value }
}

export function follow({ last, shortMean, longMean }: Track, value: number): Track {
  return {
    last: [value, last[0], last[1]],
    shortMean: shortMean + (value - shortMean) / SHORT_READINGS,
    longMean: longMean + (value - longMean) / LONG_READINGS,
  }
}
