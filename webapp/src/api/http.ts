/**
 * One request, one outcome. What goes wrong in the world comes back as a value that says in which
 * manner, so that a panel can tell "not there" from "not reachable" from "not allowed"; TanStack
 * Query wants a rejection, so `ask` throws that value wrapped in one error class.
 */
export type Failure =
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'denied'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }

export class AskError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.kind === 'refused' ? failure.detail : failure.kind)
    this.failure = failure
  }
}

const REQUEST_TIMEOUT_MS = 15_000
const BASE: string = import.meta.env?.VITE_COORDINATOR_URL ?? ''

export interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: unknown
  readonly token?: string
  readonly signal?: AbortSignal
  /** In place of the coordinator. */
  readonly base?: string
}

/** Throws AskError. */
export async function ask<Answer>(path: string, question: Question = {}): Promise<Answer> {
  const response = await send(path, question)
  if (response.ok) return (await response.json()) as Answer
  throw new AskError(failureOf(response.status, await detailOf(response)))
}

async function send(path: string, question: Question): Promise<Response> {
  const { method = 'GET', body, token, signal, base = BASE } = question
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  try {
    return await fetch(`${base}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new AskError({ kind: 'unreachable' })
  }
}

const absentFeatures = new Set<string>()

/**
 * For what stands beside the contract: answered 404 once, it is taken for absent until the page is
 * loaded again, and not asked for at every turn. `path` without the query names the feature.
 */
export async function askFeature<Answer>(path: string, question: Question = {}): Promise<Answer> {
  const name = path.split('?')[0] ?? path
  if (absentFeatures.has(name)) throw new AskError({ kind: 'absent' })
  try {
    return await ask<Answer>(path, question)
  } catch (error) {
    if (isAbsent(error)) absentFeatures.add(name)
    throw error
  }
}

export function failureOf(status: number, detail: string): Failure {
  if (status === 401 || status === 403) return { kind: 'denied', status }
  if (status === 404) return { kind: 'absent' }
  return { kind: 'refused', status, detail }
}

export function isAbsent(error: unknown): boolean {
  return error instanceof AskError && error.failure.kind === 'absent'
}

/** A `detail` is a sentence, or a list of wrong fields. */
async function detailOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : ''
  if (typeof detail === 'string') return detail
  return Array.isArray(detail) ? detail.map(problemOf).join('; ') : ''
}

function problemOf(problem: { loc?: unknown; msg?: unknown }): string {
  const place = Array.isArray(problem.loc) ? problem.loc.slice(1).join('.') : ''
  return `${place} ${String(problem.msg ?? '')}`.trim()
}
