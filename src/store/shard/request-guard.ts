/**
 * Admits what arrives at a shard. What does not pass is answered with a sentence and nothing of it
 * is done: a half-understood request would leave some operations done that the sender counts as
 * refused. Sizes are checked here as well as at the coordinator's door, since whatever passes is
 * kept for ever.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { DIGEST_BUCKETS } from '../../ports/key-value-engine.ts'
import { fits } from '../admission.ts'
import { KEY_BYTES_MAX, SCAN_LIMIT_MAX, VALUE_BYTES_MAX } from '../client.ts'
import type { ShardRequest } from '../wire.ts'
import {
  type Fields,
  isCount,
  isFields,
  isFlag,
  isListOf,
  isRing,
  isWireRow,
  isWireVersion,
} from '../wire-guard.ts'

/** Operations in one request; a coordinator sends far fewer. */
export const REQUEST_OPERATIONS_MAX = 4_096
/** A writer's name or a shard's id, in characters. */
export const NAME_LENGTH_MAX = 64
/** A bound may be a character longer than a key: that is how the next page of a scan begins. */
export const BOUND_BYTES_MAX = KEY_BYTES_MAX + 4
/** Shards that may be named as missing one row. */
export const MISSED_BY_MAX = 64
/** Headers looked at, or hints given or taken back, in one request. */
export const REPAIR_LIMIT_MAX = 16_384

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

/** What is wrong with the fields of each kind of request. */
const PROBLEMS: Readonly<Record<ShardRequest['kind'], (body: Fields) => string | undefined>> = {
  hello: () => undefined,
  ops: (body) => clusterProblem(body) ?? operationsProblem(body),
  scan: (body) => clusterProblem(body) ?? scanProblem(body),
  digest: (body) => clusterProblem(body) ?? placeProblem(body) ?? timesProblem(body),
  headers: (body) =>
    clusterProblem(body) ?? placeProblem(body) ?? timesProblem(body) ?? headersProblem(body),
  rows: (body) => clusterProblem(body) ?? placeProblem(body) ?? headersProblem(body),
  take: (body) => clusterProblem(body) ?? placeProblem(body) ?? takeProblem(body),
  repaired: (body) =>
    clusterProblem(body) ?? placeProblem(body) ?? timesProblem(body) ?? repairedProblem(body),
  hints: (body) => clusterProblem(body) ?? targetProblem(body) ?? limitProblem(body.limit),
  'hints.done': (body) => clusterProblem(body) ?? targetProblem(body) ?? deliveredProblem(body),
  'ring.promise': (body) => instanceProblem(body) ?? versionProblem('ballot', body.ballot),
  'ring.accept': (body) => instanceProblem(body) ?? proposalProblem(body),
  'ring.store': ({ ring }) => ringProblem(ring),
}

function problemOf(body: Fields): string | undefined {
  const { kind } = body
  if (typeof kind !== 'string' || !Object.hasOwn(PROBLEMS, kind)) {
    return `kind is none of ${Object.keys(PROBLEMS).join(', ')}`
  }
  return PROBLEMS[kind as ShardRequest['kind']](body)
}

function clusterProblem({ cluster }: Fields): string | undefined {
  return typeof cluster === 'string' ? undefined : 'cluster is not a text'
}

function operationsProblem({ budgetMs, ops, terse }: Fields): string | undefined {
  if (!Number.isFinite(budgetMs)) return 'budgetMs is not a number'
  if (!isFlag(terse)) return 'terse is true or not there'
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
  const misplaced = placeProblem(operation)
  if (misplaced) return misplaced
  switch (operation.op) {
    case 'get':
      return isFlag(operation.bare) ? keyProblem(operation.k) : 'bare is true or not there'
    case 'apply':
      return applyProblem(operation)
    case 'promise':
      return promiseProblem(operation)
    case 'hint':
      return keyProblem(operation.k) ?? missedByProblem(operation.missedBy)
    default:
      return 'op is none of get, apply, promise, hint'
  }
}

function applyProblem({ row, missedBy }: Fields): string | undefined {
  if (!isWireRow(row)) return 'row lacks a field or has it of another type'
  if (row.v !== null && !(fits(row.v, VALUE_BYTES_MAX) && row.v.isWellFormed())) {
    return `row.v is text of at most ${VALUE_BYTES_MAX} bytes`
  }
  if (row.v === null && isConditionalKey(row.k)) return 'row.v of a conditional key is a text'
  const wrong = versionProblem('row', row) ?? keyProblem(row.k)
  return wrong ?? (missedBy === undefined ? undefined : missedByProblem(missedBy))
}

function takeProblem({ budgetMs, rows }: Fields): string | undefined {
  if (!Number.isFinite(budgetMs)) return 'budgetMs is not a number'
  if (!Array.isArray(rows) || rows.length > REQUEST_OPERATIONS_MAX) {
    return `rows is a list of at most ${REQUEST_OPERATIONS_MAX}`
  }
  for (let i = 0; i < rows.length; i += 1) {
    const reason = applyProblem({ row: rows[i] })
    if (reason) return `rows[${i}]: ${reason}`
  }
  return undefined
}

function promiseProblem({ k, ballot }: Fields): string | undefined {
  const wrong = keyProblem(k) ?? versionProblem('ballot', ballot)
  if (wrong) return wrong
  return isConditionalKey(String(k)) ? undefined : 'only a conditional key is promised'
}

function missedByProblem(missedBy: unknown): string | undefined {
  const isGood =
    Array.isArray(missedBy) && missedBy.length <= MISSED_BY_MAX && isListOf(missedBy, isName)
  return isGood ? undefined : `missedBy is a list of at most ${MISSED_BY_MAX} ids of shards`
}

function placeProblem({ p, e }: Fields): string | undefined {
  return isCount(p) && isCount(e) ? undefined : 'p and e are whole numbers from 0'
}

function keyProblem(key: unknown): string | undefined {
  const isKey = typeof key === 'string' && key !== '' && fits(key, KEY_BYTES_MAX)
  return isKey && key.isWellFormed() ? undefined : `a key has 1 to ${KEY_BYTES_MAX} bytes of text`
}

function versionProblem(field: string, version: unknown): string | undefined {
  if (!isWireVersion(version)) return `${field} has a version of o, t and n`
  if (!isName(version.n)) return `${field}.n is text of at most ${NAME_LENGTH_MAX} characters`
  return version.t < 0 ? `${field}.t is less than 0` : undefined
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= NAME_LENGTH_MAX && value.isWellFormed()
}

function scanProblem({ from, to, limit, reverse }: Fields): string | undefined {
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

function timesProblem({ deadBeforeMs }: Fields): string | undefined {
  return Number.isFinite(deadBeforeMs) ? undefined : 'deadBeforeMs is not a number'
}

function headersProblem({ from, limit, buckets }: Fields): string | undefined {
  if (!isBound(from)) return 'from is not a bound'
  const isBucket = (bucket: unknown): bucket is number => isCount(bucket) && bucket < DIGEST_BUCKETS
  const isGood =
    buckets === null ||
    (Array.isArray(buckets) && buckets.length <= DIGEST_BUCKETS && isListOf(buckets, isBucket))
  return isGood ? limitProblem(limit) : `buckets are null or numbers below ${DIGEST_BUCKETS}`
}

function repairedProblem({ atMs }: Fields): string | undefined {
  return Number.isFinite(atMs) ? undefined : 'atMs is not a number'
}

function targetProblem({ target }: Fields): string | undefined {
  return isName(target) ? undefined : 'target is not the id of a shard'
}

function limitProblem(limit: unknown): string | undefined {
  const isGood = isCount(limit) && limit >= 1 && limit <= REPAIR_LIMIT_MAX
  return isGood ? undefined : `limit is a whole number from 1 to ${REPAIR_LIMIT_MAX}`
}

function deliveredProblem({ delivered, clean }: Fields): string | undefined {
  if (!Array.isArray(delivered) || !Array.isArray(clean)) return 'delivered and clean are lists'
  if (delivered.length > REPAIR_LIMIT_MAX || clean.length > REPAIR_LIMIT_MAX) {
    return `delivered and clean have at most ${REPAIR_LIMIT_MAX} entries`
  }
  if (!isListOf(clean, isCount)) return 'clean lists partitions'
  const isWrong = (one: unknown) =>
    !isFields(one) || !isCount(one.p) || keyProblem(one.k) || versionProblem('delivered', one)
  return delivered.some(isWrong) ? 'delivered lists p, k and a version' : undefined
}

/** Which ring is to be decided: the first of all, or the next of a cluster. */
function instanceProblem({ cluster, version }: Fields): string | undefined {
  if (cluster !== null && typeof cluster !== 'string') return 'cluster is a text or null'
  if (!isCount(version) || version < 1) return 'version is a whole number from 1'
  return undefined
}

function proposalProblem({ cluster, version, proposal }: Fields): string | undefined {
  if (!isFields(proposal)) return 'proposal is a ballot and a ring'
  const { ballot, ring } = proposal
  const wrong = versionProblem('ballot', ballot) ?? ringProblem(ring)
  if (wrong || !isRing(ring)) return wrong
  if (ring.version !== version) return 'ring.version is not the version that is to be decided'
  return cluster === null || ring.cluster === cluster ? undefined : 'ring is of another cluster'
}

function ringProblem(ring: unknown): string | undefined {
  if (!isRing(ring)) return 'ring is not a ring document'
  const { length } = ring.table
  const isPowerOfTwo = length > 0 && Number.isInteger(Math.log2(length))
  return isPowerOfTwo ? undefined : `ring.table has ${length} partitions, which is no power of two`
}
