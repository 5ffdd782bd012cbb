/**
 * Admits what came back from a shard. What does not pass is treated as if nothing had answered: a
 * reply that is not understood may stand for work that was done, so it is never taken for a
 * refusal.
 */
import { type OperationResult, REFUSALS, type ShardReply } from '../wire.ts'
import {
  type Fields,
  isCount,
  isFields,
  isListOf,
  isRing,
  isVersion,
  isWireRow,
} from '../wire-guard.ts'

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
      return isListOf(body.rows, isWireRow) && typeof body.more === 'boolean'
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
  if (value.r === 'row') return value.row === null || isWireRow(value.row)
  return value.r === 'refused' && (REFUSALS as readonly unknown[]).includes(value.why)
}

function isRingOrNull(value: unknown): boolean {
  return value === null || isRing(value)
}
