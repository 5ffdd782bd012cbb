/**
 * How well alarms tell, and what they cost: EnergyGuard's detector beside the original's rule and
 * the rules that somebody would try first, on the public series with labelled anomalies and on
 * simulated floors (30 s cadence, kW, A and V) with episodes of eight kinds; and whether it keeps
 * to budgets of 4, 1 and a quarter of a false alarm a month on floors without anomalies.
 *
 * Every rule sees the same readings in the same order and has one setting for all meters. A stress
 * set that is made from the rest shows whether it was tuned to the four public series.
 */
import { availableParallelism } from 'node:os'
import { type DataFolders, SERIES_SETS } from './support/detection-series.ts'
import { added, type DetectionTask, type Measured, NOTHING } from './support/detection-tasks.ts'
import { figuresOf } from './support/event-score.ts'
import { medianOf } from './support/quantile.ts'
import type { Bench, Table } from './support/report.ts'
import { RULE_NAMES, RULE_TEXTS, type RuleName } from './support/simple-rules.ts'
import { LEARNING_WEEKS } from './support/simulated-floors.ts'
import { onThreads } from './support/threads.ts'

export interface DetectionOptions {
  readonly folders: DataFolders
  readonly weeks: number
  /** Buildings of three floors, with and without episodes. */
  readonly buildings: number
  readonly seed: string
  readonly budget: number
}

/** A line of the table, and the tasks whose sum it is. */
interface Line {
  readonly set: string
  readonly rule: RuleName
  readonly budget: number
  readonly tasks: readonly DetectionTask[]
}

const BUDGETS = [4, 1, 0.25]
const WEEKS_PER_MONTH = 365.25 / 12 / 7
const WORKER = new URL('./processes/detection-worker.ts', import.meta.url)
const FLOORS = 'floors'
const CLEAN = 'floors without anomalies'

export function detectionBench(options: DetectionOptions): Bench {
  return {
    name: 'detection',
    async run({ say }) {
      const lines = linesOf(options)
      const tasks = lines.flatMap((line) => line.tasks)
      const measured = await onThreads<DetectionTask, Measured>(
        WORKER,
        tasks,
        availableParallelism(),
        (done) => say(`detection: ${done} of ${tasks.length} measured`),
      )
      let from = 0
      const sums = lines.map((line) => {
        const own = measured.slice(from, from + line.tasks.length)
        from += line.tasks.length
        return { line, sum: own.reduce(added, NOTHING) }
      })
      return tableOf(sums, options)
    },
  }
}

function linesOf(options: DetectionOptions): readonly Line[] {
  const ofRule = (rule: RuleName) => [
    seriesLine('public', rule, options),
    floorsLine(rule, options.budget, false, options),
  ]
  const stress = SERIES_SETS.slice(1).map((set) => seriesLine(set, 'watch', options))
  const clean = BUDGETS.map((budget) => floorsLine('watch', budget, true, options))
  return [...RULE_NAMES.flatMap(ofRule), ...stress, ...clean]
}

function seriesLine(
  set: (typeof SERIES_SETS)[number],
  rule: RuleName,
  { seed, budget, folders }: DetectionOptions,
): Line {
  const about = { rule, budgetPerMonth: budget, seed, folders }
  return { set, rule, budget, tasks: [{ on: 'series', set, about }] }
}

function floorsLine(
  rule: RuleName,
  budget: number,
  isClean: boolean,
  { buildings, weeks, seed, folders }: DetectionOptions,
): Line {
  const about = { rule, budgetPerMonth: budget, seed, folders }
  const tasks = Array.from({ length: buildings }, (_, number) => ({
    ...({ on: 'building', number, weeks, isClean, about } as const),
  }))
  return { set: isClean ? CLEAN : FLOORS, rule, budget, tasks }
}

interface Sum {
  readonly line: Line
  readonly sum: Measured
}

function tableOf(sums: readonly Sum[], options: DetectionOptions): Table {
  const { buildings, weeks, budget } = options
  const shown = sums.filter(({ sum, line }) => sum.readings > 0 && line.set !== CLEAN)
  const [public_, ...rest] = [...shown].sort((a, b) => order(a) - order(b))
  const months = (3 * buildings * (weeks - LEARNING_WEEKS)) / WEEKS_PER_MONTH
  return {
    title: `detection: budget ${budget} a month; ${months.toFixed(0)} floor-months simulated`,
    head: ['set', 'recall', 'precision', 'F1', 'false/week', 'delay h', 'µs', 'state kB', 'rule'],
    rows: [...(public_ ? [public_] : []), ...rest].map(rowOf),
    notes: [
      ...(sums.some(({ line, sum }) => line.set === 'public' && sum.readings > 0)
        ? []
        : [`No public series in ${options.folders.series}.`]),
      ...shown.filter(isWatchWithKinds).map(kindsText),
      ...sums.filter(({ line }) => line.set === CLEAN).map(achievedText),
    ],
  }
}

function order({ line }: Sum): number {
  const sets: readonly string[] = ['public', FLOORS]
  const place = sets.indexOf(line.set)
  return place < 0 ? sets.length : place
}

function isWatchWithKinds({ line, sum }: Sum): boolean {
  return line.rule === 'watch' && Object.keys(sum.byKind).length > 1
}

function rowOf({ line, sum }: Sum): string[] {
  const { recall, precision, f1, falsePerWeek, delayHours } = figuresOf(sum.scored)
  const delay = Number.isNaN(delayHours) ? '-' : delayHours.toFixed(2)
  const figures = [recall, precision, f1, falsePerWeek].map((one) => one.toFixed(2))
  const cost = ((sum.tookMs * 1000) / sum.readings).toFixed(1)
  const state = sum.stateBytes > 0 ? (sum.stateBytes / 1000).toFixed(0) : '-'
  return [line.set, ...figures, delay, cost, state, RULE_TEXTS[line.rule]]
}

function kindsText({ line, sum }: Sum): string {
  const told = Object.entries(sum.byKind).map(([kind, { found, all, delaysMs }]) => {
    const hours =
      delaysMs.length > 0 ? ` after ${(medianOf(delaysMs) / 3_600_000).toFixed(1)} h` : ''
    return `${kind} ${found} of ${all}${hours}`
  })
  return `${line.set}, by kind: ${told.join(', ')}.`
}

/** The factor is what acceptance asks for: between a half and two. */
function achievedText({ line, sum }: Sum): string {
  const months = sum.scored.weeks / WEEKS_PER_MONTH
  const rate = sum.scored.falseAlarms / months
  const factor = (rate / line.budget).toFixed(2)
  const told = `${rate.toFixed(2)} alarms per floor-month over ${months.toFixed(0)} of them`
  return `${line.set}, budget ${line.budget}: ${told}, ${factor} of the budget.`
}
