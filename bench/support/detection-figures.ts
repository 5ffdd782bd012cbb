/**
 * What the benchmark of detection says: a line for each rule and set, each kind of anomaly with
 * how often it was found, and beside every goal what was reached.
 */
import { type Judge, type Measured, NOTHING } from './detection-tasks.ts'
import { figuresOf } from './event-score.ts'
import { medianOf } from './quantile.ts'
import { goal, type Table } from './report.ts'
import { RULE_TEXTS } from './simple-rules.ts'
import { LEARNING_WEEKS } from './simulated-floors.ts'

/** A line of the table. */
export interface Line extends Judge {
  readonly set: string
}

export interface Sum {
  readonly line: Line
  readonly sum: Measured
}

export interface Extent {
  readonly weeks: number
  readonly buildings: number
  readonly budget: number
  readonly folders: { readonly series: string }
}

export const PUBLIC = 'public'
export const FLOORS = 'floors'
export const CLEAN = 'floors without anomalies'

/** So many buildings are enough to see what the simple rules are worth. */
export const COMPARED_BUILDINGS = 4

const WEEKS_PER_MONTH = 365.25 / 12 / 7
const HOUR_MS = 3_600_000
/** The goals. */
const PUBLIC_GOALS = { recall: 0.65, f1: 0.55, falsePerWeek: 0.15 }
const KIND_GOAL = 0.9
const FALSE_PER_MONTH_GOAL = 1
const FACTOR_GOAL = 2
const COST_US_GOAL = 50
const STATE_KB_GOAL = 200

/** What the watch found in one piece, for whoever waits for all of them. */
export function foundText(lines: readonly Line[], measured: readonly Measured[]): string {
  const told = lines.flatMap(({ rule, budgetPerMonth }, i) => {
    const { found, windows, falseAlarms } = measured[i]?.scored ?? NOTHING.scored
    if (rule !== 'watch') return []
    return `budget ${budgetPerMonth}: ${found} of ${windows} found, ${falseAlarms} false`
  })
  return `${lines[0]?.set ?? ''}, ${told.join(', ')}`
}

export function tableOf(sums: readonly Sum[], extent: Extent): Table {
  const { buildings, weeks, budget, folders } = extent
  const shown = sums.filter(({ sum, line }) => sum.readings > 0 && line.set !== CLEAN)
  const hasPublic = shown.some(({ line }) => line.set === PUBLIC)
  const months = (3 * buildings * (weeks - LEARNING_WEEKS)) / WEEKS_PER_MONTH
  return {
    title: `detection: budget ${budget} a month; ${months.toFixed(0)} floor-months simulated`,
    head: ['set', 'recall', 'precision', 'F1', 'false/week', 'delay h', 'µs', 'state kB', 'rule'],
    rows: [...shown].sort((a, b) => order(a) - order(b)).map(rowOf),
    notes: [
      `Simple rules were given the floors of ${COMPARED_BUILDINGS} buildings at most.`,
      ...(hasPublic ? [] : [`No public series in ${folders.series}.`]),
      ...shown.filter(isWatchWithKinds).map(kindsText),
      ...shown.filter(isOf(PUBLIC)).map(publicGoals),
      ...shown.filter(isOf(FLOORS)).map(floorGoals),
      ...sums.filter(isOf(CLEAN)).map(achievedText),
      costGoals(sums),
    ],
  }
}

function isOf(set: string): (sum: Sum) => boolean {
  return ({ line }) => line.set === set && line.rule === 'watch'
}

function order({ line }: Sum): number {
  const place = [PUBLIC, FLOORS].indexOf(line.set)
  return place < 0 ? 2 : place
}

function isWatchWithKinds({ line, sum }: Sum): boolean {
  return line.rule === 'watch' && Object.keys(sum.byKind).length > 1
}

function rowOf({ line, sum }: Sum): string[] {
  const { recall, precision, f1, falsePerWeek, delayHours } = figuresOf(sum.scored)
  const delay = Number.isNaN(delayHours) ? '-' : delayHours.toFixed(2)
  const figures = [recall, precision, f1, falsePerWeek].map((one) => one.toFixed(2))
  const state = sum.stateBytes > 0 ? (sum.stateBytes / 1000).toFixed(0) : '-'
  return [line.set, ...figures, delay, costUs(sum).toFixed(1), state, RULE_TEXTS[line.rule]]
}

function costUs({ busyMs, readings }: Measured): number {
  return (busyMs * 1000) / readings
}

function kindsText({ line, sum }: Sum): string {
  const told = Object.entries(sum.byKind).map(([kind, { found, all, delaysMs }]) => {
    const hours = delaysMs.length > 0 ? ` after ${(medianOf(delaysMs) / HOUR_MS).toFixed(1)} h` : ''
    return `${kind} ${found} of ${all}${hours}`
  })
  return `${line.set}, by kind: ${told.join(', ')}.`
}

function publicGoals({ sum }: Sum): string {
  const { recall, f1, falsePerWeek } = figuresOf(sum.scored)
  const goals = PUBLIC_GOALS
  return [
    `${PUBLIC}: recall ${recall.toFixed(3)}, ${goal(`>= ${goals.recall}`, recall >= goals.recall)}`,
    `F1 ${f1.toFixed(3)}, ${goal(`>= ${goals.f1}`, f1 >= goals.f1)}`,
    `${falsePerWeek.toFixed(3)} false alarms a meter-week, ${goal(
      `<= ${goals.falsePerWeek}`,
      falsePerWeek <= goals.falsePerWeek,
    )}`,
  ].join('; ')
}

function floorGoals({ sum }: Sum): string {
  const parts = Object.values(sum.byKind).map(({ found, all }) => found / all)
  const least = parts.length > 0 ? Math.min(...parts) : 0
  const perMonth = falsePerMonth(sum)
  return [
    `${FLOORS}: of the kind that is found least ${(least * 100).toFixed(0)} %, ${goal(
      `>= ${KIND_GOAL * 100} %`,
      least >= KIND_GOAL,
    )}`,
    `${perMonth.toFixed(2)} false alarms a floor-month, ${goal(
      `<= ${FALSE_PER_MONTH_GOAL}`,
      perMonth <= FALSE_PER_MONTH_GOAL,
    )}`,
  ].join('; ')
}

function falsePerMonth({ scored }: Measured): number {
  return (scored.falseAlarms * WEEKS_PER_MONTH) / scored.weeks
}

/** The watch holds nothing back: what it judges anomalous is in an incident that was told. */
function achievedText({ line, sum }: Sum): string {
  const { falseAlarms, weeks } = sum.scored
  const perMonth = falsePerMonth(sum)
  const factor = perMonth / line.budgetPerMonth
  const isMet = factor <= FACTOR_GOAL && factor >= 1 / FACTOR_GOAL
  const months = (weeks / WEEKS_PER_MONTH).toFixed(0)
  return [
    `${CLEAN}, budget ${line.budgetPerMonth} a month:`,
    `${perMonth.toFixed(2)} a floor-month (${falseAlarms} alarms in ${months}),`,
    `${factor.toFixed(2)} of the budget, ${goal('0.5 to 2', isMet)}`,
  ].join(' ')
}

function costGoals(sums: readonly Sum[]): string {
  const watched = sums.filter(({ line }) => line.rule === 'watch').map(({ sum }) => sum)
  const us = Math.max(...watched.filter(({ readings }) => readings > 0).map(costUs))
  const kB = Math.max(NOTHING.stateBytes, ...watched.map(({ stateBytes }) => stateBytes)) / 1000
  return [
    `watch: at most ${us.toFixed(1)} µs a reading (mean of a set), ${goal(
      `<= ${COST_US_GOAL}`,
      us <= COST_US_GOAL,
    )}`,
    `state at most ${kB.toFixed(0)} kB, ${goal(`<= ${STATE_KB_GOAL}`, kB <= STATE_KB_GOAL)}`,
  ].join('; ')
}
