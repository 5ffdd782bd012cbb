/**
 * Could each read have seen what it saw? A read sees the newest of what a quorum holds, so of each
 * write we ask: is it certain that something newer stood on a quorum before this read began? Such a
 * write must not be seen any more. Pure, over what the clients noted.
 *
 * A plain write is outdone by one that was sent after its acknowledgement and was acknowledged
 * itself; a write with an order by an acknowledged one of a larger order. And whatever an earlier
 * read has found in its place outdoes it, because reads bring what they tell to a majority first. A
 * write in doubt may take effect at any time, so nothing is older than it; one that certainly
 * failed must never be seen.
 */
import type { ReadEntry, WriteEntry } from '../history.ts'
import type { Violation } from './violation.ts'

export function checkReads(
  writes: readonly WriteEntry[],
  reads: readonly ReadEntry[],
): readonly Violation[] {
  const writesOf = groupByKey(writes)
  return [...groupByKey(reads)].flatMap(([key, ofKey]) => {
    const candidates = writesOf.get(key) ?? []
    return ofKey.flatMap((read) => judge(read, candidates, ofKey) ?? [])
  })
}

function judge(
  read: ReadEntry,
  writes: readonly WriteEntry[],
  reads: readonly ReadEntry[],
): Violation | undefined {
  return read.text === null
    ? judgeAbsent(read, writes, reads)
    : judgeFound(read, read.text, writes, reads)
}

function judgeFound(
  read: ReadEntry,
  text: string,
  writes: readonly WriteEntry[],
  reads: readonly ReadEntry[],
): Violation | undefined {
  const seen = writes.find((write) => write.text === text)
  if (!seen) return violation('S8', read, 'found a text that nobody wrote')
  if (seen.start > read.end) return violation('S8', read, 'found what was not written yet')
  if (seen.outcome === 'failed') {
    return violation('S4', read, `found ${name(seen)}, which had certainly failed`)
  }
  if (isPast(seen.expiresMaxMs, read.wallMinMs))
    return violation('S18', read, `found ${name(seen)}, which had expired`)
  const newer = outdoneBy(seen, read, writes)
  if (newer) {
    const promise = newer.text === null ? 'S7' : newer.order === null ? 'S5' : 'S6'
    return violation(promise, read, `found ${name(seen)}, though ${name(newer)} was acknowledged`)
  }
  const earlier = outdoneByRead(seen, read, reads, writes)
  if (!earlier) return undefined
  return violation('S19', read, `found ${name(seen)}, though read ${earlier.id} had seen later`)
}

/** Nothing at all, a deletion, or a value that expired must be able to stand there. */
function judgeAbsent(
  read: ReadEntry,
  writes: readonly WriteEntry[],
  reads: readonly ReadEntry[],
): Violation | undefined {
  const acknowledged = writes.find((write) => write.end < read.start)
  const wasSeen = reads.some((one) => one.end < read.start && one.text !== null && isLasting(one))
  if (!acknowledged && !wasSeen) return undefined
  const reason = writes.some((write) => {
    const isGone = write.text === null || isPast(write.expiresMinMs, read.wallMaxMs)
    const mayBeSeen = isGone && write.outcome !== 'failed' && write.start < read.end
    return (
      mayBeSeen && !outdoneBy(write, read, writes) && !outdoneByRead(write, read, reads, writes)
    )
  })
  if (reason) return undefined
  const facts = acknowledged ? `, though ${name(acknowledged)} was acknowledged` : ''
  return violation('S3', read, `found nothing${facts}, and nothing had taken it away`)
}

/** Acknowledged before the read began, and certainly newer. */
function outdoneBy(
  write: WriteEntry,
  read: ReadEntry,
  writes: readonly WriteEntry[],
): WriteEntry | undefined {
  return writes.find((other) => {
    if (other === write || other.end >= read.start) return false
    if (write.order !== null && other.order !== null) return other.order > write.order
    return write.end < other.start
  })
}

/** A read that had ended, and told something else although this write was on a quorum already. */
function outdoneByRead(
  write: WriteEntry,
  read: ReadEntry,
  reads: readonly ReadEntry[],
  writes: readonly WriteEntry[],
): ReadEntry | undefined {
  return reads.find((earlier) => {
    const isBefore = earlier.end < read.start && earlier.start > write.end
    if (!isBefore || !isLasting(earlier) || earlier.text === write.text) return false
    if (write.order === null) return true
    const order = writes.find(({ text }) => text === earlier.text)?.order ?? write.order
    return order > write.order
  })
}

/** Told by a read that repairs, and not by a clock that may differ from another's. */
function isLasting(read: ReadEntry): boolean {
  return !read.isScan && (read.text !== null || read.lane === 'plain')
}

function isPast(expiresMs: number | null, wallMs: number): boolean {
  return expiresMs !== null && expiresMs <= wallMs
}

function name({ id, text, via, outcome }: WriteEntry): string {
  return `${text === null ? 'deletion' : 'write'} ${id} (via ${via}, ${outcome})`
}

function violation(promise: string, read: ReadEntry, sentence: string): Violation {
  const what = read.isScan ? 'scan' : 'read'
  return { promise, sentence: `${what} ${read.id} of ${read.key} via ${read.via} ${sentence}` }
}

function groupByKey<T extends { readonly key: string }>(entries: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const entry of entries) {
    const group = groups.get(entry.key)
    if (group) group.push(entry)
    else groups.set(entry.key, [entry])
  }
  return groups
}
