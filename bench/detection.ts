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
import { systemClock } from '../src/adapters/system-clock.ts'
import {
  CLEAN,
  COMPARED_BUILDINGS,
  FLOORS,
  foundText,
  type Line,
  type Sum,
  tableOf,
} from './support/detection-figures.ts'
import { type DataFolders, SERIES_SETS } from './support/detection-series.ts'
import { added, type DetectionTask, type Measured, NOTHING } from './support/detection-tasks.ts'
import type { Bench } from './support/report.ts'
import { RULE_NAMES } from './support/simple-rules.ts'
import { onThreads } from './support/threads.ts'

export interface DetectionOptions {
  readonly folders: DataFolders
  readonly weeks: number
  /** Buildings of three floors with episodes, and without. */
  readonly buildings: number
  readonly cleanBuildings: number
  readonly seed: string
  readonly budget: number
}

/** A task, and the lines of the table that its answers belong to. */
interface Piece {
  readonly task: DetectionTask
  readonly lines: readonly Line[]
}

const BUDGETS = [4, 1, 0.25]
const MINUTE_MS = 60_000
const WORKER = new URL('./processes/detection-worker.ts', import.meta.url)

export function detectionBench(options: DetectionOptions): Bench {
  return {
    name: 'detection',
    async run({ say }) {
      const pieces = piecesOf(options)
      const startMs = systemClock.monotonicMs()
      const answers = await onThreads<DetectionTask, readonly Measured[]>(
        WORKER,
        pieces.map(({ task }) => task),
        availableParallelism(),
        (done, index, measured) => {
          const minutes = ((systemClock.monotonicMs() - startMs) / MINUTE_MS).toFixed(1)
          const found = foundText(pieces[index]?.lines ?? [], measured)
          say(`detection: ${done} of ${pieces.length} measured in ${minutes} min; ${found}`)
        },
      )
      return tableOf(sumsOf(pieces, answers), options)
    },
  }
}

function sumsOf(pieces: readonly Piece[], answers: readonly (readonly Measured[])[]): Sum[] {
  const sums = new Map<Line, Measured>()
  pieces.forEach(({ lines }, piece) => {
    lines.forEach((line, i) => {
      const measured = answers[piece]?.[i] ?? NOTHING
      sums.set(line, added(sums.get(line) ?? NOTHING, measured))
    })
  })
  return [...sums].map(([line, sum]) => ({ line, sum }))
}

/** Buildings first, they take longest: no thread is left alone with one at the end. */
function piecesOf(options: DetectionOptions): readonly Piece[] {
  const lines = (set: string, isOfAll: boolean): readonly Line[] =>
    (isOfAll ? RULE_NAMES : (['watch'] as const)).map((rule) => ({
      ...{ set, rule, budgetPerMonth: options.budget },
    }))
  const clean = BUDGETS.map((budgetPerMonth) => {
    return { set: CLEAN, rule: 'watch', budgetPerMonth } as const
  })
  const { buildings, cleanBuildings } = options
  const compared = lines(FLOORS, true)
  const watched = compared.filter(({ rule }) => rule === 'watch')
  const withEpisodes = (number: number) => (number < COMPARED_BUILDINGS ? compared : watched)
  return [
    ...numbers(buildings).map((n) => buildingPiece(n, withEpisodes(n), false, options)),
    ...numbers(cleanBuildings).map((n) => buildingPiece(n, clean, true, options)),
    ...SERIES_SETS.map((set, i) => {
      const own = lines(set, i === 0)
      const { seed, folders } = options
      return { lines: own, task: { on: 'series', judges: own, seed, set, folders } } as const
    }),
  ]
}

function buildingPiece(
  number: number,
  lines: readonly Line[],
  isClean: boolean,
  { weeks, seed }: DetectionOptions,
): Piece {
  return { lines, task: { on: 'building', judges: lines, seed, number, weeks, isClean } }
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number)
}
