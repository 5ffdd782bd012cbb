/**
 * A storm as lines of the table.
 */

import type { StormResult } from './storm.ts'
import type { KillMeasure, RingChange } from './storm-world.ts'
import { countLines, type Line, someLine, whole, zeroLine } from './table.ts'
import { sumOf } from './tally.ts'
import { WRONGS } from './verdict.ts'

export const GAP_GOAL_MS = 1_000
const CHANGE_KINDS = ['add', 'remove', 'replace'] as const

export function stormLines(result: StormResult): readonly Line[] {
  const { wrongs, unanswered, failures } = result
  return [
    someLine('acknowledged writes', result.acknowledged),
    { name: 'reads', figure: whole(result.reads) },
    someLine('of them under faults', result.readsUnderWay),
    conditionalLine(result),
    ...countLines('errors', result.errors),
    ...countLines('faults', result.faults),
    ...WRONGS.map((wrong) => zeroLine(wrong, wrongs[wrong])),
    zeroLine('keys without an answer at the end', unanswered),
    zeroLine('processes that ended by themselves', failures.length),
    ...killLines(result),
    ...CHANGE_KINDS.flatMap((kind) => changeLines(kind, result.changes)),
    ...convergenceLines(result),
  ]
}

/** A lane that is not there is an expectation that was not met. */
function conditionalLine({ conditional: { isOffered, operations } }: StormResult): Line {
  const name = 'conditional operations'
  if (isOffered) return someLine(name, operations)
  return { name, figure: 'not offered', goal: { text: 'offered', isMet: false } }
}

function killLines({ kills }: StormResult): readonly Line[] {
  if (kills.length === 0) return []
  const longestMs = (pick: (kill: KillMeasure) => number) => Math.max(...kills.map(pick))
  const slowestMs = longestMs((kill) => kill.slowestMs)
  return [
    gapLine(
      'longest gap without an acknowledged write after kill -9 of one shard',
      longestMs((kill) => kill.gapMs),
    ),
    gapLine(
      'longest time for which one key could not be written then',
      longestMs((kill) => kill.keyGapMs),
    ),
    { name: 'slowest acknowledged write in those seconds', figure: `${whole(slowestMs)} ms` },
  ]
}

function gapLine(name: string, gapMs: number): Line {
  const goal = { text: `<= ${whole(GAP_GOAL_MS)} ms`, isMet: gapMs <= GAP_GOAL_MS }
  return { name, figure: `${whole(gapMs)} ms`, goal }
}

/** A change that was refused is an expectation that was not met. */
function changeLines(kind: RingChange['kind'], changes: readonly RingChange[]): readonly Line[] {
  const ofKind = changes.filter((change) => change.kind === kind)
  if (ofKind.length === 0) return []
  const done = ofKind.filter(({ refusal }) => refusal === null)
  const requests = done.reduce((sum, { window }) => sum + window.requests, 0)
  const failed = done.reduce((sum, { window }) => sum + sumOf(window.failures), 0)
  return [
    {
      name: `shards: ${kind}`,
      figure: `${done.length} of ${ofKind.length} done`,
      goal: { text: 'all', isMet: done.length === ofKind.length },
    },
    {
      name: `failed requests during ${kind}`,
      figure: done.length === 0 ? 'refused' : `${whole(failed)} of ${whole(requests)}`,
      goal: { text: '0', isMet: done.length > 0 && failed === 0 },
    },
  ]
}

function convergenceLines({ convergence: { tookMs, last } }: StormResult): readonly Line[] {
  const isMet = tookMs !== null
  const unequal = `${whole(last.differing)} of ${whole(last.keys)} keys differ`
  return [
    {
      name: 'all replicas byte-equal after healing',
      figure: tookMs === null ? unequal : `${(tookMs / 1_000).toFixed(1)} s`,
      goal: { text: 'equal', isMet },
    },
  ]
}
