/**
 * One page of a scan, from the rows of several shards. Each shard answers with what it holds of all
 * partitions, in order of the keys; the newest version of each key counts, and what is deleted or
 * expired is left out. A page is told only when of every partition a read quorum has answered.
 *
 * A shard may cut its answer short. Beyond the last key of a cut answer the picture is incomplete,
 * so the page ends there at the latest and the next one begins there.
 */
import { compareKeys } from '../../model/key-bytes.ts'
import { isConditionalKey, isSystemKey } from '../../model/keys.ts'
import type { RingDocument } from '../ring/document.ts'
import { holdersOf, quorumCount } from '../ring/quorum.ts'
import type { WireRow } from '../wire.ts'
import { registerOf } from './conditional/register.ts'
import { compareRows, isReadable } from './replica-result.ts'

export interface ShardRows {
  /** Ascending by key, or descending. */
  readonly rows: readonly WireRow[]
  /** There are more rows beyond the last one. */
  readonly more: boolean
  /** Does the answer speak for this key? Absent = for all. */
  readonly counts?: (key: string) => boolean
}

export interface MergedPage {
  readonly entries: readonly { readonly key: string; readonly text: string }[]
  /** Where to go on (`from`, or `to` when reversed); null = nothing is left. */
  readonly next: string | null
}

/** For a shard (index in the ring): which partitions it answered for, in the epochs of the ring. */
export type Answered = ReadonlyMap<number, (partition: number) => boolean>

/**
 * Which partitions an answer speaks for: all, where the shard goes by our ring; otherwise those
 * whose epoch is the same in its ring. Undefined: nobody knows its ring.
 */
export function spokenFor(
  ring: RingDocument,
  version: number,
  ringAt: (version: number) => RingDocument | undefined,
): ((partition: number) => boolean) | undefined {
  if (version === ring.version) return () => true
  const theirs = ringAt(version)
  return theirs && ((p) => theirs.table[p]?.epoch === ring.table[p]?.epoch)
}

/**
 * Of the partition that is worst off, how many of its replicas have answered for it, and how many
 * must have.
 */
export function scanCoverage(
  ring: RingDocument,
  answered: Answered,
): { readonly needed: number; readonly had: number } {
  let worst = { needed: 0, had: 0 }
  for (const [partition, entry] of ring.table.entries()) {
    const { members, groups } = holdersOf(entry)
    const has = (replica: number) => answered.get(members[replica] ?? -1)?.(partition) === true
    const count = quorumCount(groups, has)
    const had = Math.min(count.had, count.needed)
    const isWorse = count.needed - had > worst.needed - worst.had || worst.needed === 0
    if (isWorse) worst = { needed: count.needed, had }
  }
  return worst
}

/**
 * Merges the answers into at most `limit` readable entries. `nowMs`: wall time, for what expired.
 */
export function mergeScan(
  answers: readonly ShardRows[],
  limit: number,
  reverse: boolean,
  nowMs: number,
): MergedPage {
  const { rows, bound } = newestRows(answers, reverse)
  const readable = rows.flatMap((row) => {
    const text = textOf(row, nowMs)
    return text === null ? [] : [{ key: row.k, text }]
  })
  const entries = readable.slice(0, limit)
  const last = readable.length > limit ? (entries.at(-1)?.key ?? null) : bound
  return { entries, next: last === null ? null : after(last, reverse) }
}

/**
 * The newest row of each key, in order, deleted and expired ones too, up to the last key of which
 * all answers are complete: `bound`, null = none was cut short.
 */
export function newestRows(
  answers: readonly ShardRows[],
  reverse: boolean,
): { readonly rows: readonly WireRow[]; readonly bound: string | null } {
  const direction = reverse ? -1 : 1
  const bound = boundOf(answers, direction)
  const newest = new Map<string, WireRow>()
  for (const { rows, counts } of answers) {
    for (const row of rows) {
      if (bound !== null && compareKeys(row.k, bound) * direction > 0) break
      if (isSystemKey(row.k) || counts?.(row.k) === false) continue
      if (compareRows(row, newest.get(row.k) ?? null) > 0) newest.set(row.k, row)
    }
  }
  const rows = [...newest.values()].sort((a, b) => compareKeys(a.k, b.k) * direction)
  return { rows, bound }
}

/** What a client would read; null = nothing. */
function textOf(row: WireRow, nowMs: number): string | null {
  if (isConditionalKey(row.k)) return registerOf(row.v).text
  return isReadable(row, nowMs) ? row.v : null
}

/** The last key up to which all answers are complete; null = none was cut short. */
function boundOf(answers: readonly ShardRows[], direction: number): string | null {
  let bound: string | null = null
  for (const { rows, more } of answers) {
    const last = more ? rows.at(-1)?.k : undefined
    if (last === undefined) continue
    if (bound === null || compareKeys(last, bound) * direction < 0) bound = last
  }
  return bound
}

/** `from` is inclusive, `to` is not: upwards the next page begins at the least greater key. */
export function after(key: string, reverse: boolean): string {
  return reverse ? key : `${key}\0`
}
