/**
 * One page of a scan, from the rows of several shards. Each shard answers with what it holds of all
 * partitions, in order of the keys; the newest version of each key counts, and what is deleted or
 * expired is left out. A page is told only when of every partition a read quorum has answered.
 *
 * A shard may cut its answer short. Beyond the last key of a cut answer the picture is incomplete,
 * so the page ends there at the latest and the next one begins there.
 */
import { compareKeys } from '../../model/key-bytes.ts'
import { isSystemKey } from '../../model/keys.ts'
import type { RingDocument } from '../ring/document.ts'
import type { WireRow } from '../wire.ts'
import { compareRows, isReadable } from './replica-result.ts'

export interface ShardRows {
  /** Ascending by key, or descending. */
  readonly rows: readonly WireRow[]
  /** There are more rows beyond the last one. */
  readonly more: boolean
}

export interface MergedPage {
  readonly entries: readonly { readonly key: string; readonly text: string }[]
  /** Where to go on (`from`, or `to` when reversed); null = nothing is left. */
  readonly next: string | null
}

/**
 * Of the partition that is worst off, how many of its replicas are among the answered shards
 * (indices), and how many are needed.
 */
export function scanCoverage(
  ring: RingDocument,
  answered: ReadonlySet<number>,
  needed: number,
): { readonly needed: number; readonly had: number } {
  let had = needed
  for (const { replicas } of ring.table) {
    let count = 0
    for (const shard of replicas) if (answered.has(shard)) count += 1
    had = Math.min(had, count)
  }
  return { needed, had }
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
  const direction = reverse ? -1 : 1
  const bound = boundOf(answers, direction)
  const newest = new Map<string, WireRow>()
  for (const { rows } of answers) {
    for (const row of rows) {
      if (bound !== null && compareKeys(row.k, bound) * direction > 0) break
      if (isSystemKey(row.k)) continue
      if (compareRows(row, newest.get(row.k) ?? null) > 0) newest.set(row.k, row)
    }
  }
  const readable = [...newest.values()].filter((row) => isReadable(row, nowMs))
  readable.sort((a, b) => compareKeys(a.k, b.k) * direction)
  const entries = readable.slice(0, limit).map(({ k, v }) => ({ key: k, text: v }))
  const last = readable.length > limit ? (entries.at(-1)?.key ?? null) : bound
  return { entries, next: last === null ? null : after(last, reverse) }
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
function after(key: string, reverse: boolean): string {
  return reverse ? key : `${key}\0`
}
