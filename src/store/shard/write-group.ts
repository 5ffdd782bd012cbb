/**
 * One group of writes on its way to the disk. Hints go first, where they do not travel with their
 * rows: whatever then finds no room, no row was written that is answered as refused.
 */
import { must } from '../../model/must.ts'
import { compareVersions, type Version } from '../../model/version.ts'
import { EngineError, type PartitionedRow } from '../../ports/key-value-engine.ts'
import { isNote, type PendingWrite } from './group-commit.ts'
import type { HintBook } from './hint-book.ts'
import type { ReplicaRows } from './replica-rows.ts'

/** What is held afterwards, null of a note. Throws EngineError. */
export function writeGroup(
  rows: ReplicaRows,
  book: HintBook,
  writes: readonly PendingWrite[],
): readonly (Version | null)[] {
  const hints = writes
    .filter(isNote)
    .flatMap(({ partition, key, onlyMissedBy }) =>
      book.admit(partition, onlyMissedBy).map((target) => ({ target, partition, key })),
    )
  const plain = writes.filter((write): write is PartitionedRow => !isNote(write))
  const hinted = plain.map((row) => withHints(row, book))
  book.completeGroup()
  if (hints.length > 0) rows.engine.noteHints(hints)
  const versions = hinted.length > 0 ? rows.apply(hinted) : []
  let next = 0
  return writes.map((write) => {
    if (isNote(write)) return null
    next += 1
    return must(versions[next - 1], 'the engine says what it holds of each row')
  })
}

/**
 * The version that stands there if a row would change nothing: that can be said without writing. Of
 * a promise it cannot. `die` is told when the engine fails.
 */
export function heldAlready(
  rows: ReplicaRows,
  write: PendingWrite,
  die: (error: unknown) => void,
): Version | undefined {
  if (isNote(write) || write.intake === 'promise') return undefined
  try {
    const held = rows.get(write.partition, write.key)?.version
    return held && compareVersions(held, write.version) >= 0 ? held : undefined
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'damaged') die(error)
    return undefined
  }
}

function withHints(row: PartitionedRow, book: HintBook): PartitionedRow {
  const { missedBy, ...rest } = row
  if (!missedBy) return row
  const kept = book.admit(row.partition, missedBy)
  return kept.length > 0 ? { ...rest, missedBy: kept } : rest
}
