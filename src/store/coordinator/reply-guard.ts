/**
 * Admits what came back from a shard. What does not pass is treated as if nothing had answered: a
 * reply that is not understood may stand for work that was done, so it is never taken for a
 * refusal.
 */
import type { PartitionEntry, RingDocument } from '../ring/document.ts'
import { type OperationResult, REFUSALS, type ShardReply, type WireRow } from '../wire.ts'

type Fields = Readonly<Record<string, unknown>>

/** The reply, or undefined when it is none of this version of the store. */
export function parseShardReply(body: unknown): ShardReply | undefined {
  return isFields(body) && isReply(body) ? (body as unknown as ShardReply) : undefined
}

function isReply(body: Fields): boolean {
  switch (body.kind) {
    case 'ops':
      return isListOf(body.results, isResult)
    case 'hello':
      return (
        typeof body.shardId === 'string' &&
        isRingOrNull(body.ring) &&
        isCount(body.keys) &&
        typeof body.writable === 'boolean'
      )
    case 'scan':
      return isListOf(body.rows, isRow) && typeof body.more === 'boolean'
    case 'ring.store':
      return typeof body.stored === 'boolean' && isRingOrNull(body.ring)
    case 'error':
      return typeof body.reason === 'string'
    default:
      return false
  }
}

function isResult(value: unknown): value is OperationResult {
  if (!isFields(value)) return false
  if (value.r === 'held') return isVersion(value)
  if (value.r === 'row') return value.row === null || isRow(value.row)
  return value.r === 'refused' && (REFUSALS as readonly unknown[]).includes(value.why)
}

function isRow(value: unknown): value is WireRow {
  return (
    isFields(value) &&
    typeof value.k === 'string' &&
    (value.v === null || typeof value.v === 'string') &&
    (value.e === null || Number.isFinite(value.e)) &&
    isVersion(value)
  )
}

function isVersion({ o, t, n }: Fields): boolean {
  return Number.isFinite(o) && Number.isSafeInteger(t) && typeof n === 'string'
}

function isRingOrNull(value: unknown): boolean {
  return value === null || isRing(value)
}

function isRing(value: unknown): value is RingDocument {
  if (!isFields(value) || !Array.isArray(value.shards)) return false
  const shardCount = value.shards.length
  return (
    typeof value.cluster === 'string' &&
    isCount(value.version) &&
    isCount(value.replicationFactor) &&
    (value.replicationRatio === undefined || Number.isFinite(value.replicationRatio)) &&
    isListOf(value.shards, isShard) &&
    isListOf(value.table, (entry): entry is PartitionEntry => isEntry(entry, shardCount))
  )
}

function isShard(value: unknown): value is RingDocument['shards'][number] {
  return isFields(value) && typeof value.id === 'string' && typeof value.address === 'string'
}

function isEntry(value: unknown, shardCount: number): boolean {
  const isIndex = (index: unknown): index is number => isCount(index) && index < shardCount
  return isFields(value) && isCount(value.epoch) && isListOf(value.replicas, isIndex)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isListOf<T>(value: unknown, is: (entry: unknown) => entry is T): boolean {
  return Array.isArray(value) && value.every(is)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
