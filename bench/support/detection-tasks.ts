/**
 * One piece of the benchmark of detection, small enough to be given to a thread: one rule over one
 * set of series, or over one simulated building. What comes back can be added up.
 */
import { systemClock } from '../../src/adapters/system-clock.ts'
import { type DataFolders, type Series, type SeriesSet, seriesOf } from './detection-series.ts'
import { type Scored, scoreAlarms, together } from './event-score.ts'
import { type BenchRule, type RuleName, ruleOf } from './simple-rules.ts'
import { METRICS, type SimulatedFloors, simulatedFloors } from './simulated-floors.ts'

export type DetectionTask =
  | { readonly on: 'series'; readonly set: SeriesSet; readonly about: About }
  | {
      readonly on: 'building'
      readonly number: number
      readonly weeks: number
      readonly isClean: boolean
      readonly about: About
    }

export interface About {
  readonly rule: RuleName
  /** For a whole floor, or for a series of its own. */
  readonly budgetPerMonth: number
  readonly seed: string
  readonly folders: DataFolders
}

export interface Found {
  readonly found: number
  readonly all: number
  readonly delaysMs: readonly number[]
}

export interface Measured {
  readonly scored: Scored
  readonly readings: number
  readonly tookMs: number
  /** Of the largest state; 0 for rules that do not say. */
  readonly stateBytes: number
  readonly byKind: Readonly<Record<string, Found>>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WARMUP_DAYS = 56
/** Around a labelled window of a series, and behind an episode of a floor. */
const TOLERANCE_MS = 2 * HOUR_MS
/** A rule that alarms all the time must not fill the memory. */
const ALARMS_MAX = 5_000

export const NOTHING: Measured = {
  ...{ scored: together([]), readings: 0, tookMs: 0, stateBytes: 0, byKind: {} },
}

export function measure(task: DetectionTask): Measured {
  const { rule, budgetPerMonth, seed, folders } = task.about
  if (task.on === 'series') {
    const all = seriesOf(task.set, folders, seed)
    return all.map((one) => onSeries(ruleOf(rule, budgetPerMonth), one)).reduce(added, NOTHING)
  }
  const floors = simulatedFloors(`${seed}-${task.number}`, task.weeks, task.isClean)
  return onFloors(() => ruleOf(rule, budgetPerMonth / METRICS.length), floors)
}

export function added(one: Measured, other: Measured): Measured {
  const byKind = { ...one.byKind }
  for (const [kind, { found, all, delaysMs }] of Object.entries(other.byKind)) {
    const before = byKind[kind] ?? { found: 0, all: 0, delaysMs: [] }
    const delays = [...before.delaysMs, ...delaysMs]
    byKind[kind] = { found: before.found + found, all: before.all + all, delaysMs: delays }
  }
  return {
    scored: together([one.scored, other.scored]),
    readings: one.readings + other.readings,
    tookMs: one.tookMs + other.tookMs,
    stateBytes: Math.max(one.stateBytes, other.stateBytes),
    byKind,
  }
}

function onSeries(rule: BenchRule, { times, values, windows }: Series): Measured {
  const startMs = systemClock.monotonicMs()
  const alarms = times.filter((timeMs, i) => rule.step(timeMs, values[i] ?? 0).isAlert)
  const tookMs = systemClock.monotonicMs() - startMs
  const [first = 0, second = 0] = times
  const span = { fromMs: first + WARMUP_DAYS * DAY_MS, toMs: (times.at(-1) ?? 0) + second - first }
  const tolerance = { before: TOLERANCE_MS, after: TOLERANCE_MS }
  return {
    ...{ scored: scoreAlarms(alarms, windows, tolerance, span), tookMs, readings: times.length },
    stateBytes: rule.stateBytes(),
    byKind: kindsOf(alarms, windows, tolerance, span),
  }
}

type Windows = readonly {
  readonly startMs: number
  readonly endMs: number
  readonly kind: string
}[]

function kindsOf(
  alarms: readonly number[],
  windows: Windows,
  tolerance: { readonly before: number; readonly after: number },
  span: { readonly fromMs: number; readonly toMs: number },
): Measured['byKind'] {
  const kinds = [...new Set(windows.map(({ kind }) => kind))]
  const scores = kinds.map((kind) => {
    const own = windows.filter((one) => one.kind === kind)
    const { found, windows: all, delaysMs } = scoreAlarms(alarms, own, tolerance, span)
    return [kind, { found, all, delaysMs }] as const
  })
  return Object.fromEntries(scores)
}

/** Alarms of a floor count together, whatever metric they came from. */
function onFloors(make: () => BenchRule, floors: SimulatedFloors): Measured {
  const { alarms, readings, tookMs, stateBytes } = run(make, floors)
  const span = { fromMs: floors.scoredFromMs, toMs: floors.endMs }
  const measured = Array.from({ length: floors.floors }, (_, i) => {
    const own = alarms.get(i + 1) ?? []
    const episodes = floors.episodes.filter(({ piano }) => piano === i + 1)
    const inside = scoreAlarms(own, episodes, { before: 0, after: 0 }, span)
    const near = scoreAlarms(own, episodes, { before: 0, after: TOLERANCE_MS }, span)
    const scored = { ...inside, falseAlarms: near.falseAlarms }
    const byKind = kindsOf(own, episodes, { before: 0, after: 0 }, span)
    return { ...NOTHING, scored, byKind }
  })
  return { ...measured.reduce(added, NOTHING), readings, tookMs, stateBytes }
}

function run(make: () => BenchRule, floors: SimulatedFloors) {
  const rules = new Map<string, BenchRule>()
  const alarms = new Map<number, number[]>()
  let readings = 0
  let tookMs = 0
  for (const { timeMs, reading } of floors.readings()) {
    const startMs = systemClock.monotonicMs()
    for (const metric of METRICS) {
      const key = `${reading.piano} ${metric}`
      const rule = rules.get(key) ?? make()
      rules.set(key, rule)
      readings += 1
      if (!rule.step(timeMs, reading[metric] ?? 0).isAlert) continue
      alarms.set(reading.piano, [...(alarms.get(reading.piano) ?? []), timeMs].slice(-ALARMS_MAX))
    }
    tookMs += systemClock.monotonicMs() - startMs
  }
  const stateBytes = Math.max(...[...rules.values()].map((rule) => rule.stateBytes()))
  return { alarms, readings, tookMs, stateBytes }
}
