/**
 * Admits what came back from a shard. What does not pass is treated as if nothing had answered: a
 * reply that is not understood may stand for work that was done, so it is never taken for a
 * refusal.
 */
import { type AsSent, type OperationResult, REFUSALS, type ShardReply } from '../wire.ts'
import {
  type Fields,
  isCount,
  isFields,
  isListOf,
  isProposal,
  isRing,
  isTextOrAbsent,
  isVersion,
  isWireRow,
  isWireVersion,
} from '../wire-guard.ts'
import type { WireHeader } from '../wire-repair.ts'
import type { LeftRow } from '../wire-stream.ts'

/** The reply, or undefined when it is none of this version of the store. */
export function parseShardReply(body: unknown): ShardReply | undefined {
  return isFields(body) && isReply(body) ? (body as unknown as ShardReply) : undefined
}

/** What each kind of reply must hold. */
const CHECKS: Readonly<Record<ShardReply['kind'], (body: Fields) => boolean>> = {
  hello: ({ shardId, ring, keys, writable, hints, leftovers, ...more }) =>
    typeof shardId === 'string' &&
    isRingOrNull(ring) &&
    isCount(keys) &&
    (more.cache === undefined || isCacheTally(more.cache)) &&
    typeof writable === 'boolean' &&
    isFields(hints) &&
    !Array.isArray(hints) &&
    isListOf(Object.values(hints), isCount) &&
    isCount(leftovers) &&
    (more.outgoing === undefined || isCount(more.outgoing)) &&
    (more.operations === undefined || isCount(more.operations)) &&
    isTextOrAbsent(more.zone),
  ops: ({ results }) => isListOf(results, isResult),
  scan: ({ version, rows, more }) =>
    isCount(version) && isListOf(rows, isWireRow) && typeof more === 'boolean',
  digest: ({ sums, rows, repairedMs }) =>
    isListOf(sums, isText) && isCount(rows) && Number.isFinite(repairedMs),
  headers: ({ headers, next }) => isListOf(headers, isHeader) && (next === null || isText(next)),
  repaired: ({ purged }) => isCount(purged),
  hints: ({ hints, dirty }) => isListOf(hints, isHint) && isListOf(dirty, isCount),
  'hints.done': ({ left }) => isCount(left),
  rows: ({ rows, next }) => isListOf(rows, isWireRow) && (next === null || isText(next)),
  take: ({ left }) => isListOf(left, isLeftRow),
  'ring.promise': isBallotReply,
  'ring.accept': isBallotReply,
  'ring.store': ({ stored, ring }) => typeof stored === 'boolean' && isRingOrNull(ring),
  error: ({ reason }) => typeof reason === 'string',
}

function isCacheTally(value: unknown): boolean {
  return isFields(value) && isListOf([value.hits, value.misses, value.items], isCount)
}

function isReply(body: Fields): boolean {
  const { kind } = body
  return isKind(kind) && CHECKS[kind](body)
}

function isKind(kind: unknown): kind is ShardReply['kind'] {
  return isText(kind) && Object.hasOwn(CHECKS, kind)
}

function isResult(value: unknown): value is OperationResult | AsSent {
  if (value === true) return true
  if (!isFields(value)) return false
  switch (value.r) {
    case 'held':
    case 'version':
      return isVersion(value)
    case 'row':
      return isRowOrNull(value.row)
    case 'promised':
      return isWireVersion(value.ballot) && isRowOrNull(value.row)
    case 'noted':
      return true
    default:
      return value.r === 'refused' && (REFUSALS as readonly unknown[]).includes(value.why)
  }
}

function isHeader(value: unknown): value is WireHeader {
  if (!isFields(value) || !isText(value.k) || !isVersion(value)) return false
  return value.h === null || Number.isFinite(value.h)
}

function isLeftRow(value: unknown): value is LeftRow {
  if (!isFields(value) || !isText(value.k)) return false
  return value.why === 'outbid' || (REFUSALS as readonly unknown[]).includes(value.why)
}

function isHint(value: unknown): value is { readonly p: number; readonly k: string } {
  return isFields(value) && isCount(value.p) && isText(value.k)
}

function isBallotReply({ promised, accepted, ring }: Fields): boolean {
  const isPromised = promised === null || isWireVersion(promised)
  return isPromised && (accepted === null || isProposal(accepted)) && isRingOrNull(ring)
}

function isRowOrNull(value: unknown): boolean {
  return value === null || isWireRow(value)
}

function isRingOrNull(value: unknown): boolean {
  return value === null || isRing(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
