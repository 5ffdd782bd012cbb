/**
 * A change of shape as lines of the table.
 */
import type { OwnersReport } from './owners.ts'
import type { ReshapeResult, ReshapeStep } from './reshape.ts'
import { type Line, whole, zeroLine } from './table.ts'

const RATIO_GOAL = 1.05

export function reshapeLines({ keys, steps, calm, failures }: ReshapeResult): readonly Line[] {
  return [
    { name: 'keys', figure: whole(keys) },
    zeroLine('wrong reads while nothing moved', calm.reduce(addWrongs, 0)),
    zeroLine('failed requests while nothing moved', calm.reduce(addFailures, 0)),
    zeroLine('processes that ended by themselves', failures.length),
    ...steps.flatMap(stepLines),
  ]
}

/** Reads that were wrong, of all reports: what makes a run fail. */
export function wrongReads({ steps, calm }: ReshapeResult): number {
  return [...calm, ...steps.map(({ report }) => report)].reduce(addWrongs, 0)
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
    { name: `${kind}: requests`, figure: whole(report.requests) },
    { name: `${kind}: distinct keys read`, figure: whole(report.keysRead) },
    zeroLine(`${kind}: wrong reads`, addWrongs(0, report)),
    zeroLine(`${kind}: failed requests`, addFailures(0, report)),
    ...kinds.map((figure) => ({ name: `${kind}: failed`, figure })),
    ratioLine(`${kind}: moved bytes / ideal`, step.movedToIdeal),
    ratioLine(`${kind}: max / mean partitions of a shard`, step.unevenness),
  ]
}

function ratioLine(name: string, ratio: number): Line {
  const goal = { text: `<= ${RATIO_GOAL}`, isMet: ratio <= RATIO_GOAL }
  return { name, figure: ratio.toFixed(3), goal }
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)
const addWrongs = (sum: number, { wrongs }: OwnersReport): number => sum + total(wrongs)
const addFailures = (sum: number, { failures }: OwnersReport): number => sum + total(failures)
