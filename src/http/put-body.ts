/**
 * The body of `PUT /key/{key}`: the document's own text, cut out of the body as it was sent, and
 * how long it lives. Read by hand, since the text matters here and a schema would only see the
 * value.
 */

import { parseJson } from './json-body.ts'
import { detached, sliceMember } from './json-slices.ts'
import { type FieldProblem, InvalidRequest } from './problems.ts'

export interface PutBody {
  /** JSON text of an object. */
  readonly valueText: string
  readonly ttlSeconds?: number
}

/** Throws InvalidRequest that names each wrong field. */
export function parsePutBody(text: string | undefined): PutBody {
  if (text === undefined) throw new InvalidRequest([problem([], 'is missing', 'missing')])
  const body = parseJson(text)
  if (!isObject(body)) throw new InvalidRequest([problem([], 'must be an object', 'object')])
  const { value, ttl } = body
  const problems = [...valueProblems(value), ...ttlProblems(ttl)]
  if (problems.length > 0) throw new InvalidRequest(problems)
  const valueText = valueTextIn(text)
  return typeof ttl === 'number' ? { valueText, ttlSeconds: ttl } : { valueText }
}

/**
 * Caches keep it, and most bodies are little else: those are kept with it. Where more stands around
 * it than in it, it is copied, so that nothing keeps more than twice what it counts.
 */
function valueTextIn(text: string): string {
  const slice = sliceMember(text, 'value') ?? ''
  return text.length > 2 * slice.length ? detached(slice) : slice
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Absent and null both mean for ever. */
export function isTtl(ttl: unknown): ttl is number | null | undefined {
  return ttl === undefined || ttl === null || (Number.isSafeInteger(ttl) && Number(ttl) >= 1)
}

function valueProblems(value: unknown): readonly FieldProblem[] {
  if (value === undefined) return [problem(['value'], 'is missing', 'missing')]
  return isObject(value) ? [] : [problem(['value'], 'must be an object', 'object')]
}

function ttlProblems(ttl: unknown): readonly FieldProblem[] {
  return isTtl(ttl) ? [] : [problem(['ttl'], TTL_RULE, 'integer')]
}

export const TTL_RULE = 'must be a whole number of seconds, at least 1, or null'

function problem(fields: readonly string[], msg: string, type: string): FieldProblem {
  return { loc: ['body', ...fields], msg, type }
}
