/**
 * The inner door of a shard over HTTP: `POST /internal/ops` takes one message and answers one, as
 * JSON. Bare `node:http`, because a framework would cost more here than the work that is asked for.
 *
 * It opens only for bodies that are signed with the cluster secret, which is looked at before
 * anything is made of them. A request that is not let in or cannot be read is answered with an
 * `error` message, which tells the sender that nothing was done. One whose handling failed is not
 * answered at all: nobody knows what was done.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint, Message } from '../ports/network.ts'
import { type BodySignature, isSignature, SIGNATURE_HEADER } from './body-signature.ts'

export const OPERATIONS_PATH = '/internal/ops'
/** Of a body that this cluster did not sign; nothing was done. */
export const STATUS_UNSIGNED = 401
/** Coordinators send bodies of 4 MiB, counted before their characters become bytes. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024

/** What a person can do about it. */
export const SAME_SECRET =
  'Give shards and coordinators the same CLUSTER_SECRET or, on one machine, the same --data-dir.'
const NOT_SIGNED =
  `the request is not signed: ${SIGNATURE_HEADER} must be the HMAC-SHA256 of the body under the ` +
  `cluster secret. ${SAME_SECRET}`
const SIGNED_BY_OTHERS = `the signature does not fit the body under the secret here. ${SAME_SECRET}`
/** Of all bodies that are not answered yet: some hundreds of the usual size. */
export const BODIES_BYTES_MAX = 128 * 1024 * 1024

/** Is this request for the inner door? */
export function isForEndpoint({ url }: IncomingMessage): boolean {
  return url === OPERATIONS_PATH
}

/** Handles the requests for which `isForEndpoint` holds. */
export function httpEndpoint(
  endpoint: Endpoint,
  signature: BodySignature,
  bodiesBytesMax = BODIES_BYTES_MAX,
): (request: IncomingMessage, response: ServerResponse) => void {
  let bytesHeld = 0
  return (request, response) => {
    const given = request.headers[SIGNATURE_HEADER]
    const bytes = Number(request.headers['content-length'] ?? BODY_BYTES_MAX)
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      refuse(response, 405, `${OPERATIONS_PATH} takes POST`)
    } else if (!isSignature(given)) {
      refuseUnread(request, response, STATUS_UNSIGNED, NOT_SIGNED)
    } else if (bytesHeld + bytes > bodiesBytesMax && bytes <= BODY_BYTES_MAX) {
      refuseUnread(request, response, 503, 'too much waits here to be done')
    } else {
      bytesHeld += bytes
      response.once('close', () => {
        bytesHeld -= bytes
      })
      takeBody(request, (body) => {
        if (body === undefined) refuseLong(response)
        else if (!signature.fits(body, given)) refuse(response, STATUS_UNSIGNED, SIGNED_BY_OTHERS)
        else handle(endpoint, body.toString('utf8'), response)
      })
    }
  }
}

/** Nothing of it is kept: whoever is refused costs no memory. */
function refuseUnread(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): void {
  request.resume().on('error', () => {})
  refuse(response, status, reason)
}

/** Collects the body; undefined = it is too large. A request that breaks off is forgotten. */
function takeBody(request: IncomingMessage, take: (body: Buffer | undefined) => void): void {
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
    if (bytes <= BODY_BYTES_MAX) take(Buffer.concat(chunks))
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

function refuseLong(response: ServerResponse): void {
  const reason = `the body has more than ${BODY_BYTES_MAX} bytes`
  refuse(response.setHeader('connection', 'close'), 413, reason)
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  const reply: Message & { readonly reason: string } = { kind: 'error', reason }
  send(response, status, reply)
}

/** As text, which leaves together with the head; whoever asks has a clock of its own. */
function send(response: ServerResponse, status: number, reply: Message): void {
  const text = JSON.stringify(reply)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  response.sendDate = false
  response.writeHead(status, headers).end(text)
}
