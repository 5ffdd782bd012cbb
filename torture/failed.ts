/**
 * Why a phase failed, in sentences, and with it the exit code. Something that was lost is one
 * reason; but a run in which nothing was acknowledged or read, in which nobody answered in the end,
 * or whose replicas never became equal has not shown that nothing is lost, and is no better.
 */
import type { OutageResult } from './outage.ts'
import type { ReshapeResult } from './reshape.ts'
import { emptyReports, wrongReads } from './reshape-table.ts'
import type { StormResult } from './storm.ts'
import { WRONGS } from './verdict.ts'
import { acknowledgedIn } from './writer.ts'

/** None of these may have happened; a sentence for each that did. */
type Reasons = readonly (readonly [hasHappened: boolean, sentence: string])[]

/** What decides whether a storm went well. */
export type StormFacts = Omit<
  StormResult,
  'reads' | 'errors' | 'faults' | 'violations' | 'kills' | 'changes'
>

export function stormFailed(result: StormFacts): readonly string[] {
  const { acknowledged, readsUnderWay, conditional, wrongs, unanswered } = result
  return sentencesOf([
    ...WRONGS.map((wrong) => [wrongs[wrong] > 0, `${wrong}: ${wrongs[wrong]}`] as const),
    [acknowledged === 0, 'no write was acknowledged'],
    [readsUnderWay === 0, 'nothing was read while it lasted'],
    [conditional.isOffered && conditional.operations === 0, 'nothing conditional was tried'],
    [unanswered > 0, `${unanswered} keys had no answer in the end`],
    ...endReasons(result),
  ])
}

export function outageFailed(result: OutageResult): readonly string[] {
  const { during, lost } = result
  return sentencesOf([
    [acknowledgedIn(during) === 0, 'no write was acknowledged during the outage'],
    [lost > 0, `${lost} acknowledged keys are not on a majority of their disks`],
    ...endReasons(result),
  ])
}

export function reshapeFailed(result: ReshapeResult): readonly string[] {
  const [wrong, empty] = [wrongReads(result), emptyReports(result)]
  return sentencesOf([
    [wrong > 0, `${wrong} reads were wrong`],
    [empty > 0, `nothing was read in ${empty} of the spans that were looked at`],
    ...processReasons(result.failures),
  ])
}

function endReasons({
  convergence,
  failures,
}: Pick<OutageResult, 'convergence' | 'failures'>): Reasons {
  const isUnequal = convergence.tookMs === null
  return [[isUnequal, 'the replicas never became equal'], ...processReasons(failures)]
}

function processReasons(failures: readonly string[]): Reasons {
  return [[failures.length > 0, `${failures.length} times a process failed by itself`]]
}

function sentencesOf(reasons: Reasons): readonly string[] {
  return reasons.filter(([hasHappened]) => hasHappened).map(([, sentence]) => sentence)
}
