/**
 * A building for pictures: eight quiet days of three floors, now and then something out of the
 * ordinary, and a second floor that draws too much since a few minutes. Old readings stand wider
 * apart than those of today, so that the past is there in seconds.
 */
import { type FloorReading, readingsOfDays } from './building-days.ts'

const FLOORS = 3
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const OLD_STEP_MS = 300_000
const STEP_MS = 60_000
const DAYS = 8
/** So far back readings are dense, and tell their energy. */
const DENSE_DAYS = 1.1

interface Story {
  readonly floor: number
  readonly fromMs: number
  readonly toMs: number
  readonly change: (reading: FloorReading) => FloorReading
}

export class LivedInBuilding {
  private readonly startMs: number
  private last: readonly FloorReading[] = []

  /** `startMs` is the moment at which the past ends. */
  constructor(startMs: number) {
    this.startMs = startMs
  }

  /** Oldest first. */
  past(): readonly object[] {
    const denseMs = this.startMs - DENSE_DAYS * DAY_MS
    const old = { floors: FLOORS, days: DAYS - DENSE_DAYS, stepMs: OLD_STEP_MS, endMs: denseMs }
    const sparse = [...readingsOfDays(old)].map(({ delta_kwh: _, ...reading }) => reading)
    return [...sparse, ...this.upTo(this.startMs, denseMs + STEP_MS)]
  }

  /** What has been measured since it was asked for the last time. */
  upTo(nowMs: number, fromMs = this.newestMs() + STEP_MS): readonly FloorReading[] {
    const steps = Math.floor((nowMs - fromMs) / STEP_MS)
    if (steps < 0) return []
    const endMs = fromMs + steps * STEP_MS
    const days = (steps * STEP_MS) / DAY_MS
    return this.lived([...readingsOfDays({ floors: FLOORS, days, stepMs: STEP_MS, endMs })])
  }

  newestMs(): number {
    return Math.max(...this.last.map(({ timestamp }) => Date.parse(timestamp)))
  }

  /** Energy follows from power and the time since the reading before. */
  private lived(readings: readonly FloorReading[]): readonly FloorReading[] {
    return readings.map((quiet) => {
      const told = this.told(quiet)
      const before = this.last.find(({ piano }) => piano === told.piano)
      const sinceMs = before ? Date.parse(told.timestamp) - Date.parse(before.timestamp) : 0
      const deltaKwh = (told.sensore2_kw * sinceMs) / 3_600_000
      const counter = (before?.sensore1_kwh ?? told.sensore1_kwh) + deltaKwh
      const whole = { ...told, delta_kwh: deltaKwh, sensore1_kwh: counter }
      this.last = [...this.last.filter(({ piano }) => piano !== told.piano), whole]
      return whole
    })
  }

  private told(reading: FloorReading): FloorReading {
    const timeMs = Date.parse(reading.timestamp)
    const story = this.stories().find(
      ({ floor, fromMs, toMs }) => floor === reading.piano && timeMs >= fromMs && timeMs < toMs,
    )
    return story ? story.change(reading) : reading
  }

  private stories(): readonly Story[] {
    const at = (minutesAgo: number) => this.startMs - minutesAgo * MINUTE_MS
    const drawing = (kw: number) => (reading: FloorReading) => ({
      ...reading,
      sensore2_kw: kw + (reading.sensore2_kw % 0.3),
      sensore3_corrente: 1.32 * kw,
    })
    return [
      { floor: 2, fromMs: at(4), toMs: Number.POSITIVE_INFINITY, change: drawing(11.3) },
      {
        floor: 3,
        fromMs: at(95),
        toMs: at(93),
        change: (reading) => ({ ...reading, sensore3_tensione: 233.6 }),
      },
      { floor: 1, fromMs: at(200), toMs: at(197), change: drawing(11.8) },
    ]
  }
}
