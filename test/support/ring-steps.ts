/**
 * Steps of partitions on their way, one kind at a time: what stories need that begin in the middle
 * of a change.
 */
import type { RingDocument } from '../../src/store/ring/document.ts'
import { stepped } from '../../src/store/ring/moves.ts'

/** The next document, in which these partitions are joint. */
export function begun(ring: RingDocument, partitions: readonly number[]): RingDocument {
  return stepped(ring, { begin: partitions, finish: [] })
}

/** The next document, in which these joint partitions have moved. */
export function finished(ring: RingDocument, partitions: readonly number[]): RingDocument {
  return stepped(ring, { begin: [], finish: partitions })
}
