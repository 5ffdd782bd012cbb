/**
 * What became of one operation at one replica, the failures of the wire included. There are three
 * kinds and never fewer: it was done (and what the replica holds now), it was certainly not done,
 * or nobody knows.
 */
import type { Version } from '../../model/version.ts'
import type {
  AsSent,
  OperationResult,
  Refusal,
  ShardOperation,
  WireRow,
  WireVersion,
} from '../wire.ts'

export type ReplicaResult =
  | Exclude<OperationResult, { r: 'refused' }>
  /** Certainly not done: by the shard's word, or because the request never reached it. */
  | { readonly r: 'refused'; readonly why: Refusal | 'unreachable' }
  /** Perhaps done. */
  | { readonly r: 'silence' }

export const SILENCE: ReplicaResult = { r: 'silence' }
export const UNREACHABLE: ReplicaResult = { r: 'refused', why: 'unreachable' }
/** Our own queue to the shard was full, or its queue was. */
export const BUSY: ReplicaResult = { r: 'refused', why: 'busy' }
/** The deadline passed while it waited to be sent. */
export const LATE: ReplicaResult = { r: 'refused', why: 'late' }

/** In short, where that says enough. */
export type Told = ReplicaResult | AsSent

/** A result with all that was left out of it; `true` says nothing of what is no apply. */
export function inFull(result: Told, operation: ShardOperation): ReplicaResult {
  if (result !== true) return result
  if (operation.op !== 'apply') return SILENCE
  const { o, t, n } = operation.row
  return { r: 'held', o, t, n }
}

/**
 * Negative, 0 or positive, as the version of row a stands to that of row b; no row is the oldest.
 */
export function compareRows(a: WireVersion | null, b: WireVersion | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  if (a.o !== b.o) return a.o - b.o
  if (a.t !== b.t) return a.t - b.t
  return a.n === b.n ? 0 : a.n < b.n ? -1 : 1
}

export function versionOf(wire: WireVersion): Version {
  return { order: wire.o, time: wire.t, writer: wire.n }
}

/** Can a client read something from it? Tombstones and expired rows count as deleted. */
export function isReadable(row: WireRow, nowMs: number): row is WireRow & { readonly v: string } {
  return row.v !== null && (row.e === null || row.e > nowMs)
}
