/**
 * How a wrong request is answered: 422 with one entry for each wrong field, in the form that
 * clients of the original know (`loc` where, `msg` what is wrong, `type` of which kind), and in one
 * sentence for everything else. Whatever throws inside a route ends here, so no error has another
 * shape.
 */
import { z } from 'zod'

export interface FieldProblem {
  /** Where: `body`, `path`, `query` or `header`, then the fields on the way down. */
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

export const fieldProblemSchema = z
  .object({
    loc: z.array(z.union([z.string(), z.number()])),
    msg: z.string(),
    type: z.string(),
  })
  .meta({ id: 'FieldProblem' })
export const invalidSchema = z
  .object({ detail: z.array(fieldProblemSchema) })
  .describe('What is wrong, field by field.')
  .meta({ id: 'InvalidRequest' })
export const sentenceSchema = z.object({ detail: z.string() }).meta({ id: 'Problem' })

/** Thrown by whoever reads a body before the schemas see it. */
export class InvalidRequest extends Error {
  readonly problems: readonly FieldProblem[]
  constructor(problems: readonly FieldProblem[]) {
    super(problems.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '))
    this.name = 'InvalidRequest'
    this.problems = problems
  }
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: { readonly detail: string | readonly FieldProblem[] }
}

export const STATUS_INVALID = 422
export const STATUS_TOO_LARGE = 413
const STATUS_MEDIA_TYPE = 415
const STATUS_BROKEN = 500

/** What a client is told of an error; `isBug` = it is ours, and the log should know of it. */
export function errorAnswer(error: unknown): ErrorAnswer & { readonly isBug: boolean } {
  if (error instanceof InvalidRequest) return refused(STATUS_INVALID, error.problems)
  if (error instanceof z.core.$ZodError) return refused(STATUS_INVALID, problemsOf(error))
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown }
  if (statusCode === STATUS_TOO_LARGE) return refused(STATUS_TOO_LARGE, 'The body is too large')
  if (statusCode === STATUS_MEDIA_TYPE) return refused(STATUS_INVALID, [NOT_JSON])
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return refused(statusCode, String(message))
  }
  return { status: STATUS_BROKEN, body: { detail: 'Internal error' }, isBug: true }
}

function refused(status: number, detail: string | readonly FieldProblem[]) {
  return { status, body: { detail }, isBug: false }
}

/** Of a body that was sent as something else. */
export const NOT_JSON: FieldProblem = {
  loc: ['body'],
  msg: 'must be sent with content-type application/json',
  type: 'media_type',
}

const PLACES: Readonly<Record<string, string>> = {
  body: 'body',
  params: 'path',
  querystring: 'query',
  headers: 'header',
}

/** Fastify writes on the error which part of the request it was about. */
function problemsOf(error: z.core.$ZodError): readonly FieldProblem[] {
  const { validationContext } = error as { validationContext?: string }
  const place = PLACES[validationContext ?? 'body'] ?? 'body'
  return error.issues.flatMap((issue) => issueProblems(issue, [place]))
}

/** A wrong key of a record says why in issues of its own. */
function issueProblems(
  issue: z.core.$ZodIssue,
  above: readonly (string | number)[],
): readonly FieldProblem[] {
  const loc = [
    ...above,
    ...issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part)),
  ]
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ loc, msg: message, type: issue.code }))
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined
  return [{ loc, msg: issue.message, type: isMissing ? 'missing' : issue.code }]
}
