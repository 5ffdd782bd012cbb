/**
 * One request, one outcome, typed by the documents of the services. What goes wrong in the world
 * comes back as a value that says in which manner, so that a panel can tell "not there" from "not
 * reachable" from "not allowed"; TanStack Query wants a rejection, so `ask` throws that value
 * wrapped in one error class.
 */
import { type AnswerOf, type Asked, type Parameters, type Route, targetOf } from './route.ts'

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

export interface Circumstances {
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** In place of the coordinator. */
  readonly base?: string
}

export type Question<R extends Route> = Asked<R> & Circumstances

/** Throws AskError. */
export async function ask<R extends Route>(route: R, question: Question<R>): Promise<AnswerOf<R>> {
  const response = await send(route, question)
  if (response.ok) return (await response.json()) as AnswerOf<R>
  throw new AskError(failureOf(response.status, await detailOf(response)))
}

type Sent = Circumstances & Parameters & { readonly body?: unknown }

async function send(route: Route, question: Sent): Promise<Response> {
  const { body, token, signal, base = BASE } = question
  const { method, address } = targetOf(route, question)
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  try {
    return await fetch(`${base}${address}`, {
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

export function failureOf(status: number, detail: string): Failure {
  if (status === 401 || status === 403) return { kind: 'denied', status }
  if (status === 404) return { kind: 'absent' }
  return { kind: 'refused', status, detail }
}

export function isAbsent(error: unknown): boolean {
  return error instanceof AskError && error.failure.kind === 'absent'
}

const STATUS_UNPROCESSABLE = 422

/** What was asked for is more than would be read. */
export function isTooMuch(error: unknown): boolean {
  if (!(error instanceof AskError)) return false
  const { failure } = error
  return failure.kind === 'refused' && failure.status === STATUS_UNPROCESSABLE
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
