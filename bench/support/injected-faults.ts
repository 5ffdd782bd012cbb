/**
 * Faults laid over a recorded or made-up series, with their windows: what happens to meters and
 * buildings, in turn, every few weeks. For series without labels of their own.
 */
import { must } from '../../src/model/must.ts'
import type { Random } from '../../src/ports/random.ts'
import type { LabelledWindow, Series } from './detection-series.ts'

export const FAULTS = [
  'one zero',
  'zeros',
  'spike',
  'stuck',
  'wrong level',
  'night base load',
  'holiday-like',
  'dip',
] as const
export type Fault = (typeof FAULTS)[number]

export interface Injection {
  readonly faults: readonly Fault[]
  readonly stepMinutes: number
  readonly everyDays: number
  /** Before, nothing is injected. */
  readonly warmupDays: number
}

interface Laid {
  /** First reading, and readings. */
  readonly from: number
  readonly count: number
  readonly made: (value: number, at: number) => number
}

const DAY_MINUTES = 1_440
const NIGHT_ENDS_AT_HOUR = 5

export function withFaults(series: Series, injection: Injection, random: Random): Series {
  const { values, times } = series
  const { faults, everyDays, warmupDays } = injection
  const perDay = DAY_MINUTES / injection.stepMinutes
  const changed = [...values]
  const windows: LabelledWindow[] = []
  let at = Math.floor((warmupDays + 1 + random.unit() * everyDays) * perDay)
  let turn = random.below(faults.length)
  while (at < values.length - 5 * perDay) {
    const kind = must(faults[turn % faults.length])
    const { from, count, made } = laid(kind, at, series, perDay, random)
    const end = Math.min(values.length, from + count)
    for (let i = from; i < end; i += 1) changed[i] = made(values[i] ?? 0, i)
    windows.push({ startMs: must(times[from]), endMs: must(times[end - 1]), kind })
    at = from + count + Math.ceil((0.5 + random.unit()) * everyDays * perDay)
    turn += 1
  }
  return { ...series, values: changed, windows }
}

function laid(kind: Fault, at: number, series: Series, perDay: number, random: Random): Laid {
  const { values } = series
  const range = rangeOf(values)
  const hours = (least: number, more: number) =>
    Math.max(1, Math.ceil(((least + random.unit() * more) * perDay) / 24))
  const midnight = Math.ceil(at / perDay) * perDay
  const size = 0.6 + random.unit() * 1.5
  const factor = random.chance(0.5) ? 0.45 : 1.7
  const frozen = values[at - 1] ?? 0
  const isNight = (i: number) => ((i % perDay) * 24) / perDay < NIGHT_ENDS_AT_HOUR
  const table: Readonly<Record<Fault, () => Laid>> = {
    'one zero': () => ({ from: at, count: 1, made: () => 0 }),
    zeros: () => ({ from: at, count: hours(2, 24), made: () => 0 }),
    spike: () => ({ from: at, count: hours(0, 2), made: (value) => value + size * range }),
    stuck: () => ({ from: at, count: hours(5, 30), made: () => frozen }),
    'wrong level': () => ({ from: at, count: hours(6, 48), made: (value) => value * factor }),
    'night base load': () => ({
      ...{ from: midnight, count: 2 * perDay },
      made: (value, i) => (isNight(i) ? value + 0.5 * range : value),
    }),
    'holiday-like': () => asSunday(midnight, perDay, values),
    dip: () => ({ from: at, count: hours(1, 3), made: (value) => value * 0.4 }),
  }
  return table[kind]()
}

/** A working day goes as the Sunday before; series with this fault begin on a Monday. */
function asSunday(midnight: number, perDay: number, values: readonly number[]): Laid {
  const weekday = (at: number) => Math.floor(at / perDay) % 7
  let from = midnight
  while (weekday(from) >= 5) from += perDay
  const back = (weekday(from) + 1) * perDay
  return { from, count: perDay, made: (value, i) => values[i - back] ?? value }
}

/** Between the values that a twentieth of all lie below and above. */
function rangeOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0
  return at(0.95) - at(0.05)
}
