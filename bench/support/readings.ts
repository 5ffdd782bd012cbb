/**
 * Readings to measure with: of realistic size (about 250 bytes), every value different from the one
 * before, because a database that is given the same bytes again writes nothing. Reading n is the
 * same in every process, so that one can read what another has written.
 */

/** 1 January 2026, ms since 1970. */
const START_MS = 1_767_225_600_000

export interface BenchReading {
  readonly floor: number
  readonly key: string
  /** JSON text. */
  readonly text: string
}

/** Floors take turns; each has a reading every `stepMs` of its own time. */
export function benchReading(n: number, floors: number, stepMs = 100): BenchReading {
  const floor = 1 + (n % floors)
  const timeMs = START_MS + Math.floor(n / floors) * stepMs
  const timestamp = `${new Date(timeMs).toISOString().slice(0, -1)}${micros(n)}+00:00`
  const kw = 4 + wave(n, 7.31) * 3
  const reading = {
    piano: floor,
    sensore1_kwh: round(900 + n * 0.00173, 6),
    sensore2_kw: round(kw, 3),
    sensore3_corrente: round(kw * 2.2 + wave(n, 3.7), 3),
    sensore3_tensione: round(226 + wave(n, 11.9) * 4, 2),
    timestamp,
    delta_kwh: round(kw / 120, 6),
    meter: `IT001E${String(100_000_000 + (n % 977) * 7919)}`,
    site: 'Via Roma 12, Milano',
    firmware: '4.2.1',
  }
  return { floor, key: `energy:p${floor}:${timestamp}`, text: JSON.stringify(reading) }
}

const micros = (n: number): string => String(n % 1000).padStart(3, '0')
const wave = (n: number, period: number): number => Math.sin((2 * Math.PI * n) / period)
const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))
