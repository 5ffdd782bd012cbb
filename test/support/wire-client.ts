/**
 * An HTTP client that changes nothing: paths go out character by character as a test writes them
 * (fetch would resolve `..` and encode what it pleases), and `rawExchange` sends what no client
 * would. Every answer is read whole.
 */
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text as readText } from 'node:stream/consumers'

export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON; empty when it is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface WireRequest {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, in place of `json`, as JSON unless a header says otherwise. */
  readonly text?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export interface WireClient {
  readonly url: string
  get(path: string, options?: WireRequest): Promise<WireAnswer>
  put(path: string, json: unknown, options?: WireRequest): Promise<WireAnswer>
  post(path: string, json: unknown, options?: WireRequest): Promise<WireAnswer>
  delete(path: string, options?: WireRequest): Promise<WireAnswer>
  ask(method: string, path: string, options?: WireRequest): Promise<WireAnswer>
}

export function wireClient(url: string): WireClient {
  const ask: WireClient['ask'] = (method, path, options) => askOnce(url, method, path, options)
  return {
    url,
    ask,
    get: (path, options) => ask('GET', path, options),
    put: (path, json, options) => ask('PUT', path, { json, ...options }),
    post: (path, json, options) => ask('POST', path, { json, ...options }),
    delete: (path, options) => ask('DELETE', path, options),
  }
}

async function askOnce(
  url: string,
  method: string,
  path: string,
  { json, text, headers = {} }: WireRequest = {},
): Promise<WireAnswer> {
  const { hostname, port } = new URL(url)
  const payload = text ?? (json === undefined ? undefined : JSON.stringify(json))
  const typed = payload === undefined ? {} : { 'content-type': 'application/json' }
  const size = payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }
  const asked = request({
    ...{ hostname, port, method, path, agent: false },
    headers: { ...typed, ...size, ...headers },
  })
  asked.end(payload)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const answered = await readText(response)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: answered,
    body: parsed(answered),
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Sends bytes and reads until the server closes the connection. */
export async function rawExchange(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  return await readText(socket)
}
