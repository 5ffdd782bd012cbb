/**
 * What both sides check of a message, field by field: rows, versions and the ring document. The
 * guard of requests (shard) and that of replies (coordinator) are made of these, so the two sides
 * can never admit different things.
 */
import type { PartitionEntry, RingDocument } from './ring/document.ts'
import type { WireRow } from './wire.ts'

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

export function isWireRow(value: unknown): value is WireRow {
  return (
    isFields(value) &&
    typeof value.k === 'string' &&
    (value.v === null || typeof value.v === 'string') &&
    (value.e === null || Number.isFinite(value.e)) &&
    isVersion(value)
  )
}

export function isVersion({ o, t, n }: Fields): boolean {
  return Number.isFinite(o) && Number.isSafeInteger(t) && typeof n === 'string'
}

export function isRing(value: unknown): value is RingDocument {
  if (!isFields(value) || !Array.isArray(value.shards)) return false
  const shardCount = value.shards.length
  return (
    typeof value.cluster === 'string' &&
    isCount(value.version) &&
    (value.sealed === undefined || value.sealed === true) &&
    isCount(value.replicationFactor) &&
    (value.replicationRatio === undefined || Number.isFinite(value.replicationRatio)) &&
    isListOf(value.shards, isShard) &&
    isListOf(value.table, (entry): entry is PartitionEntry => isEntry(entry, shardCount))
  )
}

/** A whole number from 0 that is exact. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

export function isListOf<T>(value: unknown, is: (entry: unknown) => entry is T): boolean {
  return Array.isArray(value) && value.every(is)
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isShard(value: unknown): value is RingDocument['shards'][number] {
  return isFields(value) && typeof value.id === 'string' && typeof value.address === 'string'
}

function isEntry(value: unknown, shardCount: number): boolean {
  const isIndex = (index: unknown): index is number => isCount(index) && index < shardCount
  return isFields(value) && isCount(value.epoch) && isListOf(value.replicas, isIndex)
}
