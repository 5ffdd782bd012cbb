/**
 * The inner door of a shard over HTTP: `POST /internal/ops` takes one message and answers one, as
 * JSON. Bare `node:http`, because a framework would cost more here than the work that is asked for.
 *
 * A request that cannot be read is answered with an `error` message, which tells the sender that
 * nothing was done. One whose handling failed is not answered at all: nobody knows what was done.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint, Message } from '../ports/network.ts'

export const OPERATIONS_PATH = '/internal/ops'
/** Coordinators send bodies of 4 MiB, counted before their characters become bytes. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024

/** Of all bodies that are not answered yet: some hundreds of the usual size. */
export const BODIES_BYTES_MAX = 128 * 1024 * 1024

/** Is this request for the inner door? */
export function isForEndpoint({ url }: IncomingMessage): boolean {
  return url === OPERATIONS_PATH
}

/** Handles the requests for which `isForEndpoint` holds. */
export function httpEndpoint(
  endpoint: Endpoint,
  bodiesBytesMax = BODIES_BYTES_MAX,
): (request: IncomingMessage, response: ServerResponse) => void {
  let bytesHeld = 0
  return (request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      refuse(response, 405, `${OPERATIONS_PATH} takes POST`)
      return
    }
    const bytes = Number(request.headers['content-length'] ?? BODY_BYTES_MAX)
    if (bytesHeld + bytes > bodiesBytesMax && bytes <= BODY_BYTES_MAX) {
      request.resume()
      refuse(response, 503, 'too much waits here to be done')
      return
    }
    bytesHeld += bytes
    response.once('close', () => {
      bytesHeld -= bytes
    })
    takeBody(request, (body) => {
      if (body === undefined) {
        const reason = `the body has more than ${BODY_BYTES_MAX} bytes`
        refuse(response.setHeader('connection', 'close'), 413, reason)
      } else handle(endpoint, body, response)
    })
  }
}

/** Collects the body; undefined = it is too large. A request that breaks off is forgotten. */
function takeBody(request: IncomingMessage, take: (body: string | undefined) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    const hadRoom = bytes <= BODY_BYTES_MAX
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
    else if (hadRoom) {
      // The rest is read and dropped: a connection cut off now would hide the answer.
      chunks.length = 0
      take(undefined)
    }
  })
  request.on('end', () => {
    if (bytes <= BODY_BYTES_MAX) take(Buffer.concat(chunks).toString('utf8'))
  })
  request.on('error', () => {})
}

function handle(endpoint: Endpoint, text: string, response: ServerResponse): void {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    refuse(response, 400, 'the body is not JSON')
    return
  }
  endpoint(body).then(
    (reply) => send(response, 200, reply),
    () => response.destroy(),
  )
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  const reply: Message & { readonly reason: string } = { kind: 'error', reason }
  send(response, status, reply)
}

function send(response: ServerResponse, status: number, reply: Message): void {
  const bytes = Buffer.from(JSON.stringify(reply))
  const headers = { 'content-type': 'application/json', 'content-length': bytes.length }
  response.writeHead(status, headers).end(bytes)
}
