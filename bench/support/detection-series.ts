/**
 * The series that detection is measured on: the public ones with their labels, and a stress set
 * made from what there is, so that nothing is tuned to the four: the public ones upside down and
 * drawn out to quarter hours, offices, a household, with faults put in.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { standardNormal } from '../../src/model/gaussian.ts'
import type { Window } from './event-score.ts'
import { FAULTS, withFaults } from './injected-faults.ts'
import { officeSeries } from './office-series.ts'

export interface LabelledWindow extends Window {
  readonly kind: string
}

export interface Series {
  readonly name: string
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly windows: readonly LabelledWindow[]
}

export const SERIES_SETS = [
  'public',
  'public upside down',
  'public quarter hours',
  'offices, hourly',
  'offices, quarter hours',
  'household, hourly',
] as const
export type SeriesSet = (typeof SERIES_SETS)[number]

export interface DataFolders {
  /** Public series, with their manifest. */
  readonly series: string
  /** Readings of a household. */
  readonly readings: string
}

interface ManifestEntry {
  readonly name: string
  readonly file: string
  readonly split: string
  readonly windows: readonly (readonly [string, string])[]
}

const OFFICES = { hourly: 12, quarter: 6 }
const QUARTER_MS = 900_000
const HOUR_MS = 4 * QUARTER_MS
const WARMUP_DAYS = 56
const HOUSEHOLD_FAULTS = ['one zero', 'zeros', 'spike', 'stuck', 'wrong level', 'dip'] as const
const HOUSEHOLD_FILE = 'household_hour.csv.gz'
const HOUSEHOLD_COLUMNS = ['power_kw', 'voltage_v', 'current_a'] as const

/** Empty where the data are not there. The same seed makes the same set. */
export function seriesOf(set: SeriesSet, folders: DataFolders, seed: string): readonly Series[] {
  const made: Readonly<Record<SeriesSet, () => readonly Series[]>> = {
    public: () => publicSeries(folders.series),
    'public upside down': () => publicSeries(folders.series).map(upsideDown),
    'public quarter hours': () => publicSeries(folders.series).map((one) => quartered(one, seed)),
    'offices, hourly': () => offices(OFFICES.hourly, 60, `${seed}-hourly`),
    'offices, quarter hours': () => offices(OFFICES.quarter, 15, `${seed}-quarter`),
    'household, hourly': () => household(folders.readings, seed),
  }
  return made[set]()
}

function publicSeries(folder: string): readonly Series[] {
  const manifest = join(folder, 'manifest.json')
  if (!existsSync(manifest)) return []
  const { series } = JSON.parse(readFileSync(manifest, 'utf8')) as { series: ManifestEntry[] }
  return series
    .filter(({ split }) => split === 'public')
    .map(({ name, file, windows }) => {
      const [, ...rows] = rowsOf(join(folder, file))
      const labelled = windows.map(([from, to]) => ({
        ...{ startMs: Date.parse(from), endMs: Date.parse(to), kind: 'labelled' },
      }))
      const times = rows.map(([time = '']) => Date.parse(time))
      return { name, times, values: rows.map(([, value]) => Number(value)), windows: labelled }
    })
}

function rowsOf(file: string): string[][] {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  return lines.map((line) => line.split(','))
}

function upsideDown(series: Series): Series {
  const top = Math.max(...series.values.slice(0, 2_000))
  return { ...series, name: `${series.name} down`, values: series.values.map((one) => top - one) }
}

/** Lines between the hours, with some noise, in whole units; labelled hours stay as they are. */
function quartered(series: Series, seed: string): Series {
  const random = seededRandom(`${seed}-${series.name}`)
  const { times, values } = series
  const labelled = labelledHours(series)
  const differences = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? 0)))
  const usual = differences.sort((a, b) => a - b)[differences.length >> 1] ?? 0
  const made = times.flatMap((timeMs, i) => {
    const value = values[i] ?? 0
    const next = times[i + 1] === timeMs + HOUR_MS ? values[i + 1] : undefined
    if (next === undefined) return [{ timeMs, value }]
    const isPlain = !labelled.has(timeMs) && !labelled.has(timeMs + HOUR_MS)
    const at = (k: number) => value + ((next - value) * k) / 4
    const noise = () => standardNormal(() => random.unit()) * usual * 0.1
    return [0, 1, 2, 3].map((k) => ({
      timeMs: timeMs + k * QUARTER_MS,
      value: isPlain ? Math.round(at(k) + noise()) : value,
    }))
  })
  return {
    name: `${series.name} quarters`,
    times: made.map(({ timeMs }) => timeMs),
    values: made.map(({ value }) => value),
    windows: series.windows.map((one) => ({ ...one, endMs: one.endMs + 3 * QUARTER_MS })),
  }
}

function labelledHours({ windows }: Series): ReadonlySet<number> {
  const hours = new Set<number>()
  for (const { startMs, endMs } of windows) {
    for (let timeMs = startMs; timeMs <= endMs; timeMs += HOUR_MS) hours.add(timeMs)
  }
  return hours
}

function offices(count: number, stepMinutes: number, seed: string): readonly Series[] {
  const injection = { faults: FAULTS, stepMinutes, everyDays: 21, warmupDays: WARMUP_DAYS }
  return Array.from({ length: count }, (_, i) => {
    const random = seededRandom(`${seed}-${i}`)
    const plain = officeSeries(`office ${i + 1}`, random.fork('office'), stepMinutes)
    return withFaults(plain, injection, random.fork('faults'))
  })
}

function household(folder: string, seed: string): readonly Series[] {
  const file = join(folder, HOUSEHOLD_FILE)
  if (!existsSync(file)) return []
  const [head = [], ...rows] = rowsOf(file)
  const times = rows.map(([time = '']) => Date.parse(`${time}+01:00`))
  const about = {
    faults: HOUSEHOLD_FAULTS,
    stepMinutes: 60,
    everyDays: 28,
    warmupDays: WARMUP_DAYS,
  }
  return HOUSEHOLD_COLUMNS.map((column) => {
    const values = rows.map((row) => Number(row[head.indexOf(column)]))
    const plain = { name: `household ${column}`, times, values, windows: [] }
    return withFaults(plain, about, seededRandom(`${seed}-${column}`))
  })
}
