/**
 * The short way for the two requests that come by the thousand, `GET` and `PUT` of one key: from
 * the socket to the door and back, past the framework, which is a tenth to a quarter of what such a
 * request costs the coordinator.
 *
 * Whatever is not plain goes the usual way: the request of a web page, a body without a length or
 * with too large a one, everything once the app is closing. Both ways share the door, how keys,
 * bodies and conditions are read, and how errors look, so nobody can tell which was taken.
 */
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http'
import type { Clock } from '../ports/clock.ts'
import type { Trace } from '../ports/trace.ts'
import { type Answer, headersOf, JSON_TYPE } from './answer.ts'
import { failureAnswer, type HttpApp } from './http-app.ts'
import { bodyText } from './json-body.ts'
import { conditionsOf } from './key-conditions.ts'
import { bodyBytesMax, KEY_ROUTE, type KeyDoor, keyOf } from './key-routes.ts'
import { parsePutBody } from './put-body.ts'
import { GATE_CLOSED, type RequestGate } from './request-gate.ts'
import type { RequestTally } from './request-tally.ts'

export interface KeyLaneParts {
  readonly door: Pick<KeyDoor, 'get' | 'put'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly trace: Trace
  readonly tally: RequestTally
  readonly gate: RequestGate
  readonly valueBytesMax: number
}

const PATH = '/key/'
/** Headers that ask for more than a plain request does. */
const NOT_PLAIN = ['origin', 'expect'] as const
/** Answers of the usual way depend on the origin, and say so to whoever keeps copies. */
const VARY = 'Origin'

/** From now on plain requests of the app take the short way. */
export function addKeyLane(app: HttpApp, parts: KeyLaneParts): void {
  const usual: RequestListener = app.routing
  let isClosing = false
  app.addHook('preClose', (done) => {
    isClosing = true
    done()
  })
  app.routing = (request, response) => {
    const bytes = Number(request.headers['content-length'] ?? 0)
    if (isClosing || !isPlain(request, bodyBytesMax(parts.valueBytesMax))) {
      usual(request, response)
    } else if (!parts.gate.admits(bytes, response)) {
      request.resume()
      void answerWith(parts, request, response, async () => GATE_CLOSED)
    } else if (request.method === 'GET')
      void answerWith(parts, request, response, () => get(parts, request))
    else takePut(parts, request, response)
  }
}

function isPlain({ method, url = '', headers }: IncomingMessage, bytesMax: number): boolean {
  if (!url.startsWith(PATH) || NOT_PLAIN.some((name) => headers[name] !== undefined)) return false
  return method === 'GET' || (method === 'PUT' && hasLength(headers, bytesMax))
}

function hasLength(headers: IncomingHttpHeaders, bytesMax: number): boolean {
  return Number(headers['content-length']) <= bytesMax
}

function get({ door }: KeyLaneParts, { url = '' }: IncomingMessage): Promise<Answer> {
  return door.get(keyOf({ originalUrl: url }))
}

function takePut(parts: KeyLaneParts, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    void answerWith(parts, request, response, () => put(parts, request, Buffer.concat(chunks)))
  })
  // A request that breaks off is forgotten.
  request.on('error', () => {})
}

function put(
  { door }: KeyLaneParts,
  { url = '', headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  return door.put(
    keyOf({ originalUrl: url }),
    parsePutBody(bodyText(body, headers)),
    conditionsOf(headers),
  )
}

async function answerWith(
  { clock, trace, tally }: KeyLaneParts,
  { method = '' }: IncomingMessage,
  response: ServerResponse,
  act: () => Promise<Answer>,
): Promise<void> {
  const startMs = clock.monotonicMs()
  let answer: Answer
  try {
    answer = await act()
  } catch (error) {
    answer = failureAnswer(error, KEY_ROUTE, trace)
  }
  const { status, text } = answer
  response.writeHead(status, {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(text),
    vary: VARY,
    ...headersOf(answer),
  })
  response.end(text)
  tally.count(method, KEY_ROUTE, status, clock.monotonicMs() - startMs)
}
