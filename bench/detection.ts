/**
 * How well alarms tell, and what they cost: EnergyGuard's detector beside the original's rule and
 * the rules that somebody would try first, on the public series with labelled anomalies and on
 * simulated floors (30 s cadence, kW, A and V) with episodes of eight kinds.
 *
 * Every rule sees the same readings in the same order and has one setting for all meters.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '../src/adapters/system-clock.ts'
import type { SeriesRule } from '../src/detection/series-rule.ts'
import { EPISODE_KINDS } from '../src/meters/labelled-episodes.ts'
import { must } from '../src/model/must.ts'
import {
  figuresOf,
  type Scored,
  scoreAlarms,
  together,
  type Window,
} from './support/event-score.ts'
import type { Bench, Table } from './support/report.ts'
import { benchRules, type NamedRule } from './support/simple-rules.ts'
import { type SimulatedFloors, simulatedFloors } from './support/simulated-floors.ts'

export interface DetectionOptions {
  /** Folder of the public series, with their manifest. */
  readonly data: string
  readonly weeks: number
  /** Buildings of three floors, with and without episodes. */
  readonly buildings: number
  readonly seed: string
  readonly budget: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WARMUP_DAYS = 56
const WEEKS_PER_MONTH = 365.25 / 12 / 7
const METRICS = ['sensore2_kw', 'sensore3_corrente', 'sensore3_tensione'] as const

export function detectionBench(options: DetectionOptions): Bench {
  return {
    name: 'detection',
    async run({ say }) {
      const rules = benchRules(options.budget)
      const series = publicSeries(options.data)
      const rows: string[][] = []
      for (const rule of rules) {
        say(`public series: ${rule.name}`)
        if (series.length > 0) rows.push(rowOf('public', rule, onSeries(rule, series)))
      }
      const notes: string[] = series.length > 0 ? [] : [`No public series in ${options.data}.`]
      for (const rule of rules) {
        say(`simulated floors: ${rule.name}`)
        const floors = onFloors(rule, options, false)
        rows.push(rowOf('floors', rule, floors))
        if (rule === rules[0]) notes.push(kindsText(floors))
      }
      say('floors without anomalies')
      notes.push(achievedText(onFloors(must(rules[0]), options, true), options))
      return tableOf(rows, notes, options)
    },
  }
}

interface Series {
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly windows: readonly Window[]
}

interface Measured {
  readonly scored: Scored
  readonly microseconds: number
  readonly byKind: ReadonlyMap<string, { readonly found: number; readonly all: number }>
}

interface ManifestEntry {
  readonly file: string
  readonly split: string
  readonly windows: readonly (readonly [string, string])[]
}

function publicSeries(folder: string): readonly Series[] {
  const manifest = join(folder, 'manifest.json')
  if (!existsSync(manifest)) return []
  const { series } = JSON.parse(readFileSync(manifest, 'utf8')) as { series: ManifestEntry[] }
  return series.filter(({ split }) => split === 'public').map((entry) => readSeries(folder, entry))
}

function readSeries(folder: string, { file, windows }: ManifestEntry): Series {
  const lines = gunzipSync(readFileSync(join(folder, file)))
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
  const fields = lines.map((line) => line.split(','))
  return {
    times: fields.map(([time = '']) => Date.parse(time)),
    values: fields.map(([, value]) => Number(value)),
    windows: windows.map(([a, b]) => ({ startMs: Date.parse(a), endMs: Date.parse(b) })),
  }
}

function onSeries(rule: NamedRule, all: readonly Series[]): Measured {
  let readings = 0
  let tookMs = 0
  const scores = all.map(({ times, values, windows }) => {
    const made = rule.make(1)
    const startMs = systemClock.monotonicMs()
    const alarms = times.filter((time, i) => made.step(time, values[i] ?? 0).isAlert)
    tookMs += systemClock.monotonicMs() - startMs
    readings += times.length
    const [first = 0, last = 0] = [times[0], times.at(-1)]
    const span = { fromMs: first + WARMUP_DAYS * DAY_MS, toMs: last + HOUR_MS }
    return scoreAlarms(alarms, windows, { before: 2 * HOUR_MS, after: 2 * HOUR_MS }, span)
  })
  return { scored: together(scores), microseconds: (tookMs * 1000) / readings, byKind: new Map() }
}

function onFloors(rule: NamedRule, options: DetectionOptions, isClean: boolean): Measured {
  const byKind = new Map<string, { found: number; all: number }>()
  let readings = 0
  let tookMs = 0
  const scores: Scored[] = []
  for (let building = 0; building < options.buildings; building += 1) {
    const floors = simulatedFloors(`${options.seed}-${building}`, options.weeks, isClean)
    const run = alarmsOf(floors, rule)
    readings += run.readings
    tookMs += run.tookMs
    for (let piano = 1; piano <= floors.floors; piano += 1) {
      const episodes = floors.episodes.filter((one) => one.piano === piano)
      const alarms = run.alarms.get(piano) ?? []
      const span = { fromMs: floors.scoredFromMs, toMs: floors.endMs }
      scores.push(scoreAlarms(alarms, episodes, { before: 0, after: 2 * HOUR_MS }, span))
      for (const episode of episodes) {
        const { found } = scoreAlarms(alarms, [episode], { before: 0, after: 0 }, span)
        const count = byKind.get(episode.kind) ?? { found: 0, all: 0 }
        byKind.set(episode.kind, { found: count.found + found, all: count.all + 1 })
      }
    }
  }
  return { scored: together(scores), microseconds: (tookMs * 1000) / readings, byKind }
}

/** Alarms of a floor, whatever metric they came from. */
function alarmsOf(floors: SimulatedFloors, rule: NamedRule) {
  const rules = new Map<string, SeriesRule>()
  const alarms = new Map<number, number[]>()
  let readings = 0
  let tookMs = 0
  for (const { timeMs, reading } of floors.readings()) {
    const startMs = systemClock.monotonicMs()
    for (const metric of METRICS) {
      const key = `${reading.piano} ${metric}`
      const made = rules.get(key) ?? rule.make(METRICS.length)
      rules.set(key, made)
      readings += 1
      if (!made.step(timeMs, reading[metric] ?? 0).isAlert) continue
      alarms.set(reading.piano, [...(alarms.get(reading.piano) ?? []), timeMs].slice(-ALARMS_MAX))
    }
    tookMs += systemClock.monotonicMs() - startMs
  }
  return { alarms, readings, tookMs }
}

/** A rule that alarms all the time must not fill the memory. */
const ALARMS_MAX = 5_000

function rowOf(set: string, { name }: NamedRule, { scored, microseconds }: Measured): string[] {
  const { recall, precision, f1, falsePerWeek, delayHours } = figuresOf(scored)
  const delay = Number.isNaN(delayHours) ? '-' : delayHours.toFixed(2)
  const figures = [recall, precision, f1, falsePerWeek].map((one) => one.toFixed(2))
  return [set, ...figures, delay, microseconds.toFixed(1), name]
}

function kindsText({ byKind }: Measured): string {
  const told = EPISODE_KINDS.map((kind) => {
    const { found, all } = byKind.get(kind) ?? { found: 0, all: 0 }
    return `${kind} ${found}/${all}`
  })
  return `Found of each kind: ${told.join(', ')}.`
}

function achievedText({ scored }: Measured, { budget }: DetectionOptions): string {
  const months = scored.weeks / WEEKS_PER_MONTH
  const rate = scored.falseAlarms / months
  const told = `${rate.toFixed(2)} alarms per floor-month over ${months.toFixed(1)} of them`
  return `Without anomalies: ${told}, budget ${budget}.`
}

function tableOf(rows: readonly string[][], notes: readonly string[], o: DetectionOptions): Table {
  return {
    title: `detection: public series, ${o.buildings} buildings of 3 floors over ${o.weeks} weeks`,
    head: ['set', 'recall', 'precision', 'F1', 'false/week', 'delay h', 'µs', 'rule'],
    rows,
    notes,
  }
}
