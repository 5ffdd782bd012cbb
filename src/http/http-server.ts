/**
 * The `node:http` server in front of an app. What is not HTTP at all never reaches the app and gets
 * its sentence here; connections that clients keep open live longer than the pauses between their
 * requests, since a connection that is closed just then looks like an outage to them.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from 'node:http'
import type { Duplex } from 'node:stream'

/** Longer than the polling intervals of detectors and dashboards. */
export const KEEP_ALIVE_MS = 75_000
/** A connection on which nothing moves for so long is closed; streams send a sign of life. */
export const SILENT_MS_MAX = 180_000
/** Connections at the same time; further ones are closed at once. */
export const CONNECTIONS_MAX = 8_192
/** Request line and headers; a key of the longest kind, encoded, is a tenth of it. */
export const HEADER_BYTES_MAX = 16 * 1024

export interface ServerLimits {
  readonly silentMsMax: number
  readonly connectionsMax: number
}

const LIMITS: ServerLimits = { silentMsMax: SILENT_MS_MAX, connectionsMax: CONNECTIONS_MAX }

/** What some connections change over to; to all others a request for it is one like any other. */
export interface Upgrades {
  admits(request: IncomingMessage): boolean
  take(request: IncomingMessage): void
  /** Ends them all once what is under way is done, */
  close(): void
  /** and at once. */
  cut(): void
}

export function createHttpServer(
  handle: RequestListener,
  { silentMsMax, connectionsMax }: ServerLimits = LIMITS,
  upgrades?: Upgrades,
): Server {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      shouldUpgradeCallback: (request) => upgrades?.admits(request) ?? false,
    },
    handle,
  )
  if (upgrades) server.on('upgrade', (request) => upgrades.take(request))
  server.maxConnections = connectionsMax
  server.timeout = silentMsMax
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket))
  return server
}

const REFUSALS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, `Address and headers have more than ${HEADER_BYTES_MAX} bytes`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
}
const NOT_HTTP: readonly [number, string] = [
  400,
  'This is not HTTP; in an address, every character beyond ASCII must be percent-encoded',
]

function refuse({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, detail] = REFUSALS[code ?? ''] ?? NOT_HTTP
  const body = JSON.stringify({ detail })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
