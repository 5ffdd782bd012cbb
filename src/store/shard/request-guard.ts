/**
 * Admits what arrives at a shard. What does not pass is answered with a sentence and nothing of it
 * is done: a half-understood request would leave some operations done that the sender counts as
 * refused. Sizes are checked here as well as at the coordinator's door, since whatever passes is
 * kept for ever.
 */
import { fits } from '../admission.ts'
import { KEY_BYTES_MAX, SCAN_LIMIT_MAX, VALUE_BYTES_MAX } from '../client.ts'
import type { ShardRequest } from '../wire.ts'
import { type Fields, isCount, isFields, isRing, isWireRow } from '../wire-guard.ts'

/** Operations in one request; a coordinator sends far fewer. */
export const REQUEST_OPERATIONS_MAX = 4_096
/** A writer's name, in characters. */
export const WRITER_LENGTH_MAX = 64
/** A bound may be a character longer than a key: that is how the next page of a scan begins. */
export const BOUND_BYTES_MAX = KEY_BYTES_MAX + 4

export type Admitted =
  | { readonly kind: 'request'; readonly request: ShardRequest }
  | { readonly kind: 'bad'; readonly reason: string }

/** The request, or what is wrong with it. */
export function admitRequest(body: unknown): Admitted {
  const reason = isFields(body) ? problemOf(body) : 'a request is a JSON object'
  return reason === undefined
    ? { kind: 'request', request: body as ShardRequest }
    : { kind: 'bad', reason }
}

function problemOf(body: Fields): string | undefined {
  switch (body.kind) {
    case 'hello':
      return undefined
    case 'ops':
      return operationsProblem(body)
    case 'scan':
      return scanProblem(body)
    case 'ring.store':
      return ringProblem(body.ring)
    default:
      return 'kind is none of hello, ops, scan, ring.store'
  }
}

function operationsProblem({ cluster, budgetMs, ops }: Fields): string | undefined {
  if (typeof cluster !== 'string') return 'cluster is not a text'
  if (!Number.isFinite(budgetMs)) return 'budgetMs is not a number'
  if (!Array.isArray(ops)) return 'ops is not a list'
  if (ops.length > REQUEST_OPERATIONS_MAX) {
    return `ops has ${ops.length} operations; at most ${REQUEST_OPERATIONS_MAX} are taken at once`
  }
  for (let i = 0; i < ops.length; i += 1) {
    const reason = operationProblem(ops[i])
    if (reason) return `ops[${i}]: ${reason}`
  }
  return undefined
}

function operationProblem(operation: unknown): string | undefined {
  if (!isFields(operation)) return 'is not an object'
  if (!isCount(operation.p) || !isCount(operation.e)) return 'p and e are whole numbers from 0'
  if (operation.op === 'get') return keyProblem(operation.k)
  if (operation.op !== 'apply') return 'op is neither get nor apply'
  const { row } = operation
  if (!isWireRow(row)) return 'row lacks a field or has it of another type'
  if (row.v !== null && !(fits(row.v, VALUE_BYTES_MAX) && row.v.isWellFormed())) {
    return `row.v is text of at most ${VALUE_BYTES_MAX} bytes`
  }
  if (row.n.length > WRITER_LENGTH_MAX || !row.n.isWellFormed()) {
    return `row.n is text of at most ${WRITER_LENGTH_MAX} characters`
  }
  return row.t < 0 ? 'row.t is less than 0' : keyProblem(row.k)
}

function keyProblem(key: unknown): string | undefined {
  const isKey = typeof key === 'string' && key !== '' && fits(key, KEY_BYTES_MAX)
  return isKey && key.isWellFormed() ? undefined : `a key has 1 to ${KEY_BYTES_MAX} bytes of text`
}

function scanProblem({ cluster, version, from, to, limit, reverse }: Fields): string | undefined {
  if (typeof cluster !== 'string') return 'cluster is not a text'
  if (!isCount(version)) return 'version is a whole number from 0'
  if (!isBound(from)) return 'from is not a bound'
  if (to !== null && !isBound(to)) return 'to is not a bound'
  if (!isCount(limit) || limit < 1 || limit > SCAN_LIMIT_MAX) {
    return `limit is a whole number from 1 to ${SCAN_LIMIT_MAX}`
  }
  return typeof reverse === 'boolean' ? undefined : 'reverse is true or false'
}

function isBound(value: unknown): value is string {
  return typeof value === 'string' && fits(value, BOUND_BYTES_MAX) && value.isWellFormed()
}

function ringProblem(ring: unknown): string | undefined {
  if (!isRing(ring)) return 'ring is not a ring document'
  const { length } = ring.table
  const isPowerOfTwo = length > 0 && Number.isInteger(Math.log2(length))
  return isPowerOfTwo ? undefined : `ring.table has ${length} partitions, which is no power of two`
}
