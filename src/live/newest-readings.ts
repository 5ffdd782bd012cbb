/**
 * The newest reading of each floor, by its own time, from what comes by in the log. Pure and
 * bounded: of more floors than the limit, the one that has been silent longest is forgotten, and a
 * reading of unusual length is not kept. Where the clock was ahead and is right again, the reading
 * of that time does not stand in the way of all others until its moment comes.
 */
import { checkReading, READING_AHEAD_MS_MAX } from '../model/reading.ts'

export interface FloorReading {
  readonly floor: number
  readonly timeMs: number
  /** The document, without line breaks. */
  readonly text: string
}

/** Floors that are remembered. */
export const LIVE_FLOORS_MAX = 1_000
/** UTF-16 code units; usual ones have some 250. */
export const LIVE_READING_LENGTH_MAX = 16 * 1024

export class NewestReadings {
  private readonly floorsMax: number
  /** Longest silent first. */
  private readonly byFloor = new Map<number, FloorReading>()

  constructor(floorsMax = LIVE_FLOORS_MAX) {
    this.floorsMax = floorsMax
  }

  /** The reading, if this record is one and it is news of its floor. `nowMs`: wall time. */
  take(value: string, nowMs: number): FloorReading | undefined {
    if (value.length > LIVE_READING_LENGTH_MAX) return undefined
    const check = checkReading(value, nowMs)
    if (check.kind === 'rejected') return undefined
    const { reading, timeMs } = check.checked
    const known = this.byFloor.get(reading.piano)
    const text = /[\r\n]/.test(value) ? JSON.stringify(reading) : value
    const isAhead = known && known.timeMs > nowMs + READING_AHEAD_MS_MAX
    if (known && !isAhead && (timeMs < known.timeMs || text === known.text)) return undefined
    const newest = { floor: reading.piano, timeMs, text }
    this.byFloor.delete(reading.piano)
    this.byFloor.set(reading.piano, newest)
    this.keepToLimit()
    return newest
  }

  all(): readonly FloorReading[] {
    return [...this.byFloor.values()]
  }

  private keepToLimit(): void {
    const [silent] = this.byFloor.keys()
    if (this.byFloor.size > this.floorsMax && silent !== undefined) this.byFloor.delete(silent)
  }
}
