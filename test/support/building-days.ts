/**
 * Days of a building that has been lived in: low at night, high by day, lower at weekends; for
 * pictures and measurements that need a past. No chance in it, so two runs show the same.
 */
const DAY_MS = 86_400_000

export interface Days {
  readonly floors: number
  readonly days: number
  readonly stepMs: number
  /** The last reading is of this moment. */
  readonly endMs: number
}

export interface FloorReading {
  readonly piano: number
  readonly timestamp: string
  readonly sensore1_kwh: number
  readonly sensore2_kw: number
  readonly sensore3_corrente: number
  readonly sensore3_tensione: number
  readonly delta_kwh: number
}

/** Oldest first. */
export function* readingsOfDays({ floors, days, stepMs, endMs }: Days): Generator<FloorReading> {
  const counters = Array.from({ length: floors }, (_, at) => 900 + 40 * at)
  for (let timeMs = endMs - days * DAY_MS; timeMs <= endMs; timeMs += stepMs) {
    for (let floor = 1; floor <= floors; floor += 1) {
      const kw = powerAt(floor, timeMs)
      const deltaKwh = (kw * stepMs) / 3_600_000
      counters[floor - 1] = (counters[floor - 1] ?? 0) + deltaKwh
      yield readingOf(floor, timeMs, kw, deltaKwh, counters[floor - 1] ?? 0)
    }
  }
}

function readingOf(
  floor: number,
  timeMs: number,
  kw: number,
  deltaKwh: number,
  kwh: number,
): FloorReading {
  return {
    piano: floor,
    timestamp: new Date(timeMs).toISOString(),
    sensore1_kwh: rounded(kwh),
    sensore2_kw: rounded(kw),
    sensore3_corrente: rounded(kw * 1.5 + 0.2 * ripple(timeMs, floor)),
    sensore3_tensione: rounded(227 + 1.8 * ripple(timeMs / 3, floor + 7)),
    delta_kwh: rounded(deltaKwh),
  }
}

/** The floors above draw as these do: a high building is no hotter at its top. */
const FLOORS_UNLIKE = 8

/** In kW, and below the default thresholds at any hour: whoever measures readings has no alarms. */
function powerAt(floor: number, timeMs: number): number {
  const date = new Date(timeMs)
  const hour = date.getHours() + date.getMinutes() / 60
  const isWeekend = date.getDay() % 6 === 0
  const day = Math.max(0, Math.sin(((hour - 6) * Math.PI) / 14))
  const ownKw = 0.3 * (1 + ((floor - 1) % FLOORS_UNLIKE))
  const base = 1.6 + ownKw + (isWeekend ? 1.2 : 4.2) * day
  return base + 0.35 * ripple(timeMs, floor)
}

/** Between -1 and 1, and never quite the same. */
function ripple(timeMs: number, seed: number): number {
  const t = timeMs / 60_000
  return (Math.sin(t / 3.1 + seed) + Math.sin(t / 7.7 + 2 * seed) + Math.sin(t * 1.7 + seed)) / 3
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
