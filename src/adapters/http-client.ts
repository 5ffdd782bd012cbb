/**
 * JSON over HTTP to one coordinator, with every failure as one of two words that differ in what may
 * have happened: `refused` was certainly not delivered, `silence` perhaps was. The outcomes of the
 * store rest on this difference.
 *
 * Connections are kept alive; while none is in use they do not keep the process from ending.
 */
import { type Dispatcher, Pool } from 'undici'
import type { Clock } from '../ports/clock.ts'

export type HttpOutcome =
  /** `body` is undefined when it is no JSON. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'silence'; readonly reason: string }
  /** The answer is longer than ANSWER_BYTES_MAX; the request was delivered. */
  | { readonly kind: 'too-large' }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Begins with a slash; may carry a query. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  readonly timeoutMs: number
}

export interface HttpClientOptions {
  /** May have a path of its own, under which the coordinator's routes stand. */
  readonly url: string
  readonly clock: Clock
  /** Aborted when the process is asked to stop: no request lasts STOPPING_MS_MAX longer. */
  readonly stopping?: AbortSignal | undefined
}

export interface HttpClient {
  /** Settles at the latest after timeoutMs; never rejects. */
  ask(request: HttpRequest): Promise<HttpOutcome>
  /** Requests under way are broken off. */
  close(): Promise<void>
}

export const ANSWER_BYTES_MAX = 64 * 1024 * 1024
const CONNECTIONS_MAX = 8
const CONNECT_MS_MAX = 3_000
/** After the process was asked to stop: what is under way then ends, and nothing more is begun. */
export const STOPPING_MS_MAX = 6_000

export function createHttpClient({ url, clock, stopping }: HttpClientOptions): HttpClient {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '')
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_MS_MAX },
    maxResponseSize: ANSWER_BYTES_MAX,
    // Time is kept here, for the request as a whole.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const closed = new AbortController()
  const end = endOf(clock, stopping, closed.signal)
  return {
    ask: (request) => ask(pool, clock, { ...request, path: base + request.path }, end),
    close() {
      closed.abort()
      return pool.destroy()
    },
  }
}

/** Aborted STOPPING_MS_MAX after the process was asked to stop. */
function endOf(clock: Clock, stopping: AbortSignal | undefined, closed: AbortSignal): AbortSignal {
  const end = new AbortController()
  const begin = () =>
    void clock.sleep(STOPPING_MS_MAX, closed).then(
      () => end.abort(new Error(`no answer within ${STOPPING_MS_MAX} ms of the stop`)),
      () => {},
    )
  if (stopping?.aborted) begin()
  else stopping?.addEventListener('abort', begin, { once: true })
  return end.signal
}

async function ask(
  pool: Pool,
  clock: Clock,
  request: HttpRequest,
  end: AbortSignal,
): Promise<HttpOutcome> {
  if (end.aborted) return { kind: 'refused', reason: 'the process is about to end' }
  const over = new AbortController()
  const { timeoutMs } = request
  end.addEventListener('abort', () => over.abort(end.reason), { signal: over.signal })
  void clock.sleep(timeoutMs, over.signal).then(
    () => over.abort(new Error(`no answer within ${timeoutMs} ms`)),
    () => {},
  )
  try {
    return await exchange(pool, request, over.signal)
  } catch (error) {
    return failureOf(error)
  } finally {
    over.abort()
  }
}

async function exchange(
  pool: Pool,
  { method, path, body }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpOutcome> {
  const options: Dispatcher.RequestOptions = { method, path, signal }
  const json = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }
  const answer = await pool.request({ ...options, ...json })
  const text = await answer.body.text()
  return { kind: 'answer', status: answer.statusCode, body: parseJson(text) }
}

function failureOf(error: unknown): HttpOutcome {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: unknown }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return { kind: 'too-large' }
  // A name with several addresses fails with all their errors at once, and no message.
  const causes: readonly NodeJS.ErrnoException[] = Array.isArray(errors) ? errors : [Object(error)]
  const isUndelivered = code === 'UND_ERR_CONNECT_TIMEOUT' || causes.every(isConnecting)
  const reason = message || String(code ?? error)
  return { kind: isUndelivered ? 'refused' : 'silence', reason }
}

function isConnecting({ syscall }: NodeJS.ErrnoException): boolean {
  return syscall === 'connect' || syscall === 'getaddrinfo'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
