/**
 * A coordinator as the command line sees it: its public routes, asked once each. Everything that
 * goes wrong becomes a sentence for the person who typed the command.
 */
import { CommandError } from './output.ts'

export interface CoordinatorAnswer {
  readonly status: number
  readonly body: unknown
  /** Of a conditional key, without its quotes. */
  readonly etag?: string
}

const ANSWER_MS_MAX = 15_000
/** A change of the ring may wait for the one before it, and that for another coordinator. */
export const CHANGE_ANSWER_MS_MAX = 60_000
const JSON_HEADERS = { 'content-type': 'application/json' }

/**
 * Asks one route; `further`: headers; `answerMsMax`: so long the answer is waited for. Throws
 * CommandError when nobody answers.
 */
export async function askCoordinator(
  baseUrl: string,
  method: string,
  path: string,
  body?: unknown,
  further: Readonly<Record<string, string>> = {},
  answerMsMax = ANSWER_MS_MAX,
): Promise<CoordinatorAnswer> {
  const typed = body === undefined ? {} : JSON_HEADERS
  const headers = { ...typed, ...further }
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  try {
    const signal = AbortSignal.timeout(answerMsMax)
    return await answerOf(await fetch(`${baseUrl}${path}`, { method, signal, headers, ...json }))
  } catch (error) {
    throw unreachable(baseUrl, error)
  }
}

/** Reads it to its end. */
export async function answerOf(response: Response): Promise<CoordinatorAnswer> {
  const etag = response.headers.get('etag')?.replaceAll('"', '')
  const named = etag === undefined ? {} : { etag }
  return { status: response.status, body: parseBody(await response.text()), ...named }
}

export function unreachable(baseUrl: string, error: unknown): CommandError {
  return new CommandError(
    `No coordinator answers at ${baseUrl}. Start one, or name another with --coordinator-url.`,
    { cause: error },
  )
}

/** The body of a 2xx answer; anything else becomes the coordinator's own sentence. */
export function mustSucceed({ status, body, etag }: CoordinatorAnswer): unknown {
  if (status >= 200 && status < 300) return body
  const remedy = status === 401 || status === 403 ? ADMIN_REMEDY : ''
  const present = etag === undefined ? '' : `; its etag is ${etag} now`
  throw new CommandError(`${detailOf(body)}${present} (HTTP ${status})${remedy}`)
}

const ADMIN_REMEDY =
  '. Give the token of the coordinator: ADMIN_TOKEN, ADMIN_TOKEN_FILE or --admin-token.'

function detailOf(body: unknown): string {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : body
  if (Array.isArray(detail)) return detail.map(problemText).join('; ')
  return typeof detail === 'string' ? detail : JSON.stringify(detail)
}

/** One wrong field of a 422. */
function problemText(problem: unknown): string {
  const { loc, msg } = Object(problem)
  return Array.isArray(loc) ? `${loc.join('.')}: ${String(msg)}` : JSON.stringify(problem)
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
