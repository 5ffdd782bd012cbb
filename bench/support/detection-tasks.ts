/**
 * One piece of the benchmark of detection, small enough to be given to a thread: judges (a rule and
 * its budget each) over one set of series, or over one simulated building, whose readings are made
 * once for all of them. What comes back, one for each judge, can be added up.
 */
import { perMetric } from '../../src/detection/incidents/watched-floor.ts'
import { must } from '../../src/model/must.ts'
import { type DataFolders, type Series, type SeriesSet, seriesOf } from './detection-series.ts'
import { type Scored, scoreAlarms, together } from './event-score.ts'
import { type BenchRule, type RuleName, ruleOf } from './simple-rules.ts'
import { METRICS, type SimulatedFloors, simulatedFloors } from './simulated-floors.ts'

export interface Judge {
  readonly rule: RuleName
  /** For a whole floor, or for a series of its own. */
  readonly budgetPerMonth: number
}

interface About {
  readonly judges: readonly Judge[]
  readonly seed: string
}

export type DetectionTask =
  | (About & { readonly on: 'series'; readonly set: SeriesSet; readonly folders: DataFolders })
  | (About & {
      readonly on: 'building'
      readonly number: number
      readonly weeks: number
      readonly isClean: boolean
    })

export interface Found {
  readonly found: number
  readonly all: number
  readonly delaysMs: readonly number[]
}

export interface Measured {
  readonly scored: Scored
  readonly readings: number
  /** Processor time of the thread, which knows nothing of what else the machine does. */
  readonly busyMs: number
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
/** A clock that is asked before and after each reading would measure itself. */
const TIMED_READINGS = 500

function threadBusyMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export const NOTHING: Measured = {
  ...{ scored: together([]), readings: 0, busyMs: 0, stateBytes: 0, byKind: {} },
}

/** What each judge of the task found, in their order. */
export function measure(task: DetectionTask): readonly Measured[] {
  const { judges, seed } = task
  if (task.on === 'series') {
    const all = seriesOf(task.set, task.folders, seed)
    return judges.map(({ rule, budgetPerMonth }) =>
      all.map((one) => onSeries(ruleOf(rule, budgetPerMonth), one)).reduce(added, NOTHING),
    )
  }
  const floors = simulatedFloors(`${seed}-${task.number}`, task.weeks, task.isClean)
  return onFloors(judges, floors)
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
    busyMs: one.busyMs + other.busyMs,
    stateBytes: Math.max(one.stateBytes, other.stateBytes),
    byKind,
  }
}

function onSeries(rule: BenchRule, { times, values, windows }: Series): Measured {
  const startMs = threadBusyMs()
  const alarms = times.filter((timeMs, i) => rule.step(timeMs, values[i] ?? 0).isAlert)
  const busyMs = threadBusyMs() - startMs
  const [first = 0, second = 0] = times
  const span = { fromMs: first + WARMUP_DAYS * DAY_MS, toMs: (times.at(-1) ?? 0) + second - first }
  const tolerance = { before: TOLERANCE_MS, after: TOLERANCE_MS }
  return {
    ...{ scored: scoreAlarms(alarms, windows, tolerance, span), busyMs, readings: times.length },
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

/** The readings of each floor and metric, as many as are judged at one go. */
interface Batch {
  readonly piano: number
  readonly times: number[]
  readonly values: number[]
}

function onFloors(judges: readonly Judge[], floors: SimulatedFloors): readonly Measured[] {
  const watchers = judges.map((judge) => new FloorsJudged(judge))
  const batches = new Map<string, Batch>()
  const judgeAll = (key: string, batch: Batch) => {
    for (const one of watchers) one.take(key, batch)
    batch.times.length = 0
    batch.values.length = 0
  }
  for (const { timeMs, reading } of floors.readings()) {
    for (const metric of METRICS) {
      const key = `${reading.piano} ${metric}`
      const batch = batches.get(key) ?? { piano: reading.piano, times: [], values: [] }
      batches.set(key, batch)
      batch.times.push(timeMs)
      batch.values.push(reading[metric] ?? 0)
      if (batch.times.length >= TIMED_READINGS) judgeAll(key, batch)
    }
  }
  for (const [key, batch] of batches) judgeAll(key, batch)
  return watchers.map((one) => one.measured(floors))
}

/** One judge over all floors of a building. The budget of a floor is shared by its metrics. */
class FloorsJudged {
  private readonly judge: Judge
  private readonly rules = new Map<string, BenchRule>()
  private readonly alarms = new Map<number, number[]>()
  private readings = 0
  private busyMs = 0

  constructor(judge: Judge) {
    this.judge = judge
  }

  take(key: string, { piano, times, values }: Batch): void {
    const { rule: name, budgetPerMonth } = this.judge
    const rule = this.rules.get(key) ?? ruleOf(name, perMetric(budgetPerMonth))
    this.rules.set(key, rule)
    const startMs = threadBusyMs()
    const found = times.filter((timeMs, i) => rule.step(timeMs, must(values[i])).isAlert)
    this.busyMs += threadBusyMs() - startMs
    this.readings += times.length
    const known = this.alarms.get(piano) ?? []
    this.alarms.set(piano, [...known, ...found].slice(-ALARMS_MAX))
  }

  /** Alarms of a floor count together, whatever metric they came from. */
  measured(floors: SimulatedFloors): Measured {
    const span = { fromMs: floors.scoredFromMs, toMs: floors.endMs }
    const scores = Array.from({ length: floors.floors }, (_, i) => {
      const own = [...(this.alarms.get(i + 1) ?? [])].sort((a, b) => a - b)
      const episodes = floors.episodes.filter(({ piano }) => piano === i + 1)
      const inside = scoreAlarms(own, episodes, { before: 0, after: 0 }, span)
      const near = scoreAlarms(own, episodes, { before: 0, after: TOLERANCE_MS }, span)
      const scored = { ...inside, falseAlarms: near.falseAlarms }
      const byKind = kindsOf(own, episodes, { before: 0, after: 0 }, span)
      return { ...NOTHING, scored, byKind }
    })
    const stateBytes = Math.max(...[...this.rules.values()].map((rule) => rule.stateBytes()))
    const { readings, busyMs } = this
    return { ...scores.reduce(added, NOTHING), readings, busyMs, stateBytes }
  }
}
