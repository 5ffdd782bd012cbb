/**
 * What becomes of a row that arrives, decided alike for every engine: the rule of merging, and the
 * two rules of an acceptor of CASPaxos for conditional keys. The engines only carry it out.
 */
import { compareVersions, type Version } from '../model/version.ts'
import type { PartitionedRow } from '../ports/key-value-engine.ts'

/** What an engine holds of a key. */
export interface Standing {
  /** Of the row that is there. */
  readonly accepted: Version | undefined
  /** The ballot below which nothing is taken any more. */
  readonly promised: Version | undefined
}

export interface Verdict {
  /** `again`: it is the row that is there, to be written only where that one is damaged. */
  readonly take: 'row' | 'promise' | 'again' | 'nothing'
  /** What `apply` answers. */
  readonly held: Version
}

export function judge(
  { version, intake }: Pick<PartitionedRow, 'version' | 'intake'>,
  { accepted, promised }: Standing,
): Verdict {
  const against = intake ? larger(accepted, promised) : accepted
  const difference = against ? compareVersions(version, against) : 1
  if (intake === 'promise') {
    return against && difference <= 0
      ? { take: 'nothing', held: against }
      : { take: 'promise', held: version }
  }
  if (accepted && compareVersions(version, accepted) === 0) return { take: 'again', held: accepted }
  return against && difference < 0
    ? { take: 'nothing', held: against }
    : { take: 'row', held: version }
}

function larger(a: Version | undefined, b: Version | undefined): Version | undefined {
  return a && b ? (compareVersions(a, b) >= 0 ? a : b) : (a ?? b)
}
