/**
 * The body of `POST /batch`, checked by hand: this is the path of every reading, and a schema costs
 * more here than all the rest of the route. Each operation is judged alone, since each has an
 * outcome of its own; what is wrong with the body as a whole is refused as a whole.
 */
import { BATCH_KEYS_MAX, type StoreWrite } from '../store/client.ts'
import { parseJson } from './json-body.ts'
import { detached, sliceMemberOfEach } from './json-slices.ts'
import { isRequestId, REQUEST_ID_RULE } from './key-conditions.ts'
import { InvalidRequest } from './problems.ts'
import { isObject, isTtl, TTL_RULE } from './put-body.ts'

export type BatchOperation =
  | { readonly kind: 'put' | 'delete'; readonly write: StoreWrite }
  | { readonly kind: 'get'; readonly key: string; readonly isText: boolean }
  | Wrong

interface Wrong {
  readonly kind: 'invalid'
  readonly field: string
  readonly reason: string
}

/** Throws InvalidRequest when it is no list of operations, or too long a one. */
export function parseBatch(text: string | undefined): readonly BatchOperation[] {
  const body = text === undefined ? undefined : parseJson(text)
  const operations = isObject(body) ? body.operations : undefined
  if (!Array.isArray(operations)) throw wrongList('must be a list')
  if (operations.length > BATCH_KEYS_MAX) {
    throw wrongList(
      `has ${operations.length} entries; at most ${BATCH_KEYS_MAX} are taken, split it`,
    )
  }
  const parsed = operations.map(parseOperation)
  return operations.some(hasValue) ? withValueTexts(parsed, operations, text ?? '') : parsed
}

function parseOperation(operation: unknown): BatchOperation {
  if (!isObject(operation)) return wrong('operation', 'must be an object')
  const { op, key } = operation
  if (typeof key !== 'string') return wrong('key', 'must be a text')
  if (op === 'get') return { kind: 'get', key, isText: operation.as === 'text' }
  if (op !== 'put' && op !== 'delete') return wrong('op', 'must be put, get or delete')
  const { order, ttl } = operation
  if (order !== undefined && typeof order !== 'number') return wrong('order', 'must be a number')
  const conditions = conditionsOf(operation)
  if ('kind' in conditions) return conditions
  const ordered = typeof order === 'number' ? { order, ...conditions } : conditions
  if (op === 'delete') return { kind: 'delete', write: { key, text: null, ...ordered } }
  if (!isTtl(ttl)) return wrong('ttl', TTL_RULE)
  const text = textOf(operation)
  if (typeof text !== 'string') return text
  const living = typeof ttl === 'number' ? { ttlSeconds: ttl } : {}
  return { kind: 'put', write: { key, text, ...ordered, ...living } }
}

/** `if_match`, `if_none_match` and `idempotency_key`, as the headers of single requests. */
function conditionsOf({ if_match, if_none_match, idempotency_key }: Record<string, unknown>) {
  if (if_match !== undefined && typeof if_match !== 'string') {
    return wrong('if_match', 'must be an etag as it was answered')
  }
  if (if_none_match !== undefined && if_none_match !== '*')
    return wrong('if_none_match', 'must be *')
  if (idempotency_key !== undefined && !isRequestId(idempotency_key)) {
    return wrong('idempotency_key', REQUEST_ID_RULE)
  }
  return {
    ...(if_match === undefined ? {} : { ifMatch: if_match }),
    ...(if_none_match === undefined ? {} : { ifNoneMatch: '*' as const }),
    ...(idempotency_key === undefined ? {} : { requestId: idempotency_key }),
  }
}

/** The document's text; '' for one that was sent as a value, whose text is cut out later. */
function textOf({ value, text }: Record<string, unknown>): string | Wrong {
  if (value !== undefined) {
    if (text !== undefined) return wrong('text', 'must not stand beside value')
    return isObject(value) ? '' : wrong('value', 'must be an object')
  }
  if (text === undefined) return wrong('value', 'is missing')
  return typeof text === 'string' && isObjectText(text)
    ? text
    : wrong('text', 'must be the JSON text of an object')
}

function isObjectText(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

function hasValue(operation: unknown): boolean {
  return isObject(operation) && operation.value !== undefined
}

function withValueTexts(
  parsed: readonly BatchOperation[],
  operations: readonly unknown[],
  text: string,
): readonly BatchOperation[] {
  const texts = sliceMemberOfEach(text, 'operations', 'value')
  return parsed.map((one, index) => {
    if (one.kind !== 'put' || !hasValue(operations[index])) return one
    return { ...one, write: { ...one.write, text: detached(texts[index] ?? '') } }
  })
}

function wrong(field: string, reason: string): Wrong {
  return { kind: 'invalid', field, reason }
}

function wrongList(msg: string): InvalidRequest {
  return new InvalidRequest([{ loc: ['body', 'operations'], msg, type: 'list' }])
}
