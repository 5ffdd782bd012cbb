/**
 * The conditions of a request in HTTP's own words (RFC 9110, section 13): `If-Match` with the etag
 * that was read, `If-None-Match: *` for what must not exist yet, and `Idempotency-Key`, under which
 * a request that was not answered may be sent again without being carried out twice.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { type FieldProblem, InvalidRequest } from './problems.ts'

export interface KeyConditions {
  /** The etag without its quotes; `*` = whatever stands there, but something must. */
  readonly ifMatch?: string
  readonly ifNoneMatch?: '*'
  readonly requestId?: string
}

/** Of an idempotency key, in characters. */
export const REQUEST_ID_LENGTH_MAX = 64
export const IDEMPOTENCY_HEADER = 'idempotency-key'
export const CONDITION_HEADERS: Readonly<Record<keyof KeyConditions, string>> = {
  ifMatch: 'if-match',
  ifNoneMatch: 'if-none-match',
  requestId: IDEMPOTENCY_HEADER,
}

/** Throws InvalidRequest that names each wrong header. */
export function conditionsOf(headers: IncomingHttpHeaders): KeyConditions {
  const given = {
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    requestId: headers[IDEMPOTENCY_HEADER],
  }
  const problems = [
    ...problemsOf('if-match', given.ifMatch, isEtagOrAny(given.ifMatch), ETAG_RULE),
    ...problemsOf('if-none-match', given.ifNoneMatch, given.ifNoneMatch === '*', 'must be *'),
    ...problemsOf(
      IDEMPOTENCY_HEADER,
      given.requestId,
      isRequestId(given.requestId),
      REQUEST_ID_RULE,
    ),
  ]
  if (problems.length > 0) throw new InvalidRequest(problems)
  return {
    ...(given.ifMatch === undefined ? {} : { ifMatch: withoutQuotes(given.ifMatch) }),
    ...(given.ifNoneMatch === undefined ? {} : { ifNoneMatch: '*' }),
    ...(isRequestId(given.requestId) ? { requestId: given.requestId } : {}),
  }
}

/** As the header `ETag`. */
export function quoted(etag: string): string {
  return `"${etag}"`
}

const ETAG_RULE = 'must be one etag in double quotes, as it was answered, or *'
export const REQUEST_ID_RULE = `must be one text of 1 to ${REQUEST_ID_LENGTH_MAX} characters`

function isEtagOrAny(value: string | undefined): boolean {
  return value === '*' || /^"[^"]{1,100}"$/.test(value ?? '')
}

export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= REQUEST_ID_LENGTH_MAX
}

function withoutQuotes(etag: string): string {
  return etag === '*' ? etag : etag.slice(1, -1)
}

function problemsOf(
  header: string,
  value: unknown,
  isRight: boolean,
  rule: string,
): readonly FieldProblem[] {
  return value === undefined || isRight
    ? []
    : [{ loc: ['header', header], msg: rule, type: 'header' }]
}
