/**
 * A change of shape as lines of the table. Clients that asked nothing saw nothing wrong, and a
 * shard that was given nothing moved no more than it must; so it is a goal too that something
 * happened.
 */
import type { OwnersReport } from './owners.ts'
import type { ReshapeResult, ReshapeStep } from './reshape.ts'
import { type Line, someLine, whole, zeroLine } from './table.ts'

const RATIO_MAX = 1.05
/** Less than this has moved only where the change was not made. */
const MOVED_RATIO_MIN = 0.95

export function reshapeLines({ keys, steps, calm, failures }: ReshapeResult): readonly Line[] {
  return [
    { name: 'keys', figure: whole(keys) },
    someLine(
      'requests while nothing moved',
      leastOf(calm, ({ requests }) => requests),
    ),
    someLine(
      'distinct keys read while nothing moved',
      leastOf(calm, ({ keysRead }) => keysRead),
    ),
    zeroLine('wrong reads while nothing moved', calm.reduce(addWrongs, 0)),
    zeroLine('failed requests while nothing moved', calm.reduce(addFailures, 0)),
    zeroLine('processes that ended by themselves', failures.length),
    ...steps.flatMap(stepLines),
  ]
}

/** Reads that were wrong, of all reports. */
export function wrongReads({ steps, calm }: ReshapeResult): number {
  return [...calm, ...steps.map(({ report }) => report)].reduce(addWrongs, 0)
}

/** Spans in which no key was read: nothing about them is known. */
export function emptyReports({ steps, calm }: ReshapeResult): number {
  return [...calm, ...steps.map(({ report }) => report)].filter(({ keysRead }) => keysRead === 0)
    .length
}

/** A change that was refused is an expectation that was not met. */
function stepLines(step: ReshapeStep): readonly Line[] {
  const { kind, refusal, report } = step
  const isDone = refusal === null
  const done: Line = {
    name: `${kind}: done`,
    figure: isDone ? `in ${(step.tookMs / 1_000).toFixed(1)} s` : 'refused',
    goal: { text: 'done', isMet: isDone },
  }
  if (!isDone) return [done]
  const kinds = Object.entries(report.failures).map(([name, count]) => `${count} x ${name}`)
  return [
    done,
    someLine(`${kind}: requests`, report.requests),
    someLine(`${kind}: distinct keys read`, report.keysRead),
    zeroLine(`${kind}: wrong reads`, addWrongs(0, report)),
    zeroLine(`${kind}: failed requests`, addFailures(0, report)),
    ...kinds.map((figure) => ({ name: `${kind}: failed`, figure })),
    movedLine(`${kind}: moved bytes / ideal`, step.movedToIdeal),
    {
      name: `${kind}: max / mean partitions of a shard`,
      figure: step.unevenness.toFixed(3),
      goal: { text: `<= ${RATIO_MAX}`, isMet: step.unevenness <= RATIO_MAX },
    },
  ]
}

function movedLine(name: string, ratio: number): Line {
  const isMet = ratio >= MOVED_RATIO_MIN && ratio <= RATIO_MAX
  const figure = Number.isNaN(ratio) ? 'nothing moved' : ratio.toFixed(3)
  return { name, figure, goal: { text: `${MOVED_RATIO_MIN} to ${RATIO_MAX}`, isMet } }
}

/** Of the report in which it was least: one that is empty is not made good by another. */
function leastOf(reports: readonly OwnersReport[], pick: (report: OwnersReport) => number): number {
  return reports.length === 0 ? 0 : Math.min(...reports.map(pick))
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)
const addWrongs = (sum: number, { wrongs }: OwnersReport): number => sum + total(wrongs)
const addFailures = (sum: number, { failures }: OwnersReport): number => sum + total(failures)
