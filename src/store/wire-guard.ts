/**
 * What both sides check of a message, field by field: rows, versions and the ring document. The
 * guard of requests (shard) and that of replies (coordinator) are made of these, so the two sides
 * can never admit different things.
 */
import type { PartitionEntry, RingDocument } from './ring/document.ts'
import type { RingProposal, WireRow, WireVersion } from './wire.ts'

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

/** Of fields that may hold more than a version. */
export function isVersion({ o, t, n }: Fields): boolean {
  return Number.isFinite(o) && Number.isSafeInteger(t) && typeof n === 'string'
}

export function isWireVersion(value: unknown): value is WireVersion {
  return isFields(value) && isVersion(value)
}

export function isProposal(value: unknown): value is RingProposal {
  return isFields(value) && isWireVersion(value.ballot) && isRing(value.ring)
}

export function isRing(value: unknown): value is RingDocument {
  if (!isFields(value) || !Array.isArray(value.shards)) return false
  const shardCount = value.shards.length
  return (
    typeof value.cluster === 'string' &&
    isCount(value.version) &&
    (value.change === undefined || isChange(value.change)) &&
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

export function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isShard(value: unknown): value is RingDocument['shards'][number] {
  return (
    isFields(value) &&
    typeof value.id === 'string' &&
    typeof value.address === 'string' &&
    isTextOrAbsent(value.zone) &&
    isFlag(value.leaving)
  )
}

function isEntry(value: unknown, shardCount: number): boolean {
  const isIndex = (index: unknown): index is number => isCount(index) && index < shardCount
  if (!isFields(value) || !isCount(value.epoch)) return false
  const { replicas, since, goal, isJoint } = value
  return (
    isListOf(replicas, isIndex) &&
    (since === undefined || (isListOf(since, isCount) && lengthOf(since) === lengthOf(replicas))) &&
    (goal === undefined || isListOf(goal, isIndex)) &&
    isFlag(isJoint) &&
    (isJoint === undefined || goal !== undefined)
  )
}

function isChange(value: unknown): boolean {
  if (!isFields(value) || !isCount(value.partitions)) return false
  switch (value.kind) {
    case 'add':
    case 'remove':
      return typeof value.id === 'string'
    case 'replace':
      return typeof value.id === 'string' && typeof value.by === 'string'
    case 'reconfigure':
      return (
        isCount(value.replicationFactor) &&
        (value.replicationRatio === undefined || Number.isFinite(value.replicationRatio))
      )
    default:
      return false
  }
}

/** True, or not there at all. */
export function isFlag(value: unknown): boolean {
  return value === undefined || value === true
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}
