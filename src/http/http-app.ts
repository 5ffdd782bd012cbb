/**
 * What the coordinator, the shard and the login have in common as HTTP servers: how bodies are read
 * and checked, how errors look, which web pages may ask, and the page that documents it all.
 *
 * Schemas check what comes in and what goes out, and the documentation is made from the same ones.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import cors, { type FastifyCorsOptions } from '@fastify/cors'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawServerDefault,
} from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import type { Trace } from '../ports/trace.ts'
import { type Answer, answer, sendAnswer } from './answer.ts'
import { fieldSentence } from './field-sentences.ts'
import { bodyText, parseJson } from './json-body.ts'
import { routedUrl } from './key-path.ts'
import { documentApp, documentRoute } from './named-schemas.ts'
import { errorAnswer, STATUS_TOO_LARGE } from './problems.ts'
import type { RequestTally } from './request-tally.ts'
import { addWebApp, type WebApp } from './web-app.ts'

export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

export interface HttpAppOptions {
  /** Of the documentation. */
  readonly title: string
  readonly trace: Trace
  readonly tally: RequestTally
  /** Pages of the host that is asked, on whatever port, may ask too. */
  readonly isForHost?: boolean
  /** Pages beside the routes. */
  readonly web?: WebApp | undefined
}

/** Bodies of routes that take no documents. */
export const BODY_BYTES_MAX = 1024 * 1024

/** Of a body that is too large, so much more is read before the connection is closed. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024

/** Development hosts of the dashboard. */
export const ORIGINS = ['localhost', '127.0.0.1'].flatMap((host) =>
  [3000, 5173].map((port) => `http://${host}:${port}`),
)
const CHECKING = { reportInput: true, error: fieldSentence } as const
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const PREFLIGHT_SECONDS_MAX = 600
/** Headers of our own, which a web page may read. */
export const LAST_KNOWN_HEADER = 'x-energyguard-last-known'
export const REASON_HEADER = 'x-energyguard-reason'

/**
 * An app that is ready to serve: hand its `routing` to a `node:http` server. Close it to end what
 * it keeps open; the server is its owner's.
 */
export async function createHttpApp(
  options: HttpAppOptions,
  addRoutes: (app: HttpApp) => void,
): Promise<HttpApp> {
  const app: HttpApp = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    rewriteUrl: (request) => routedUrl(request.url ?? '/'),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const { success, data: value, error } = schema.safeParse(data, CHECKING)
    return success ? { value } : { error }
  })
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app, options.trace)
  answerStrangers(app)
  countAnswers(app, options.tally)
  if (options.web) addWebApp(app, options.web)
  readBodies(app, (text) => (text === undefined ? undefined : parseJson(text)))
  await app.register(cors, {
    delegator: ({ headers }, done) => done(null, corsOf(headers, options.isForHost === true)),
  })
  await addDocumentation(app, options.title)
  addRoutes(app)
  await app.ready()
  return app
}

function corsOf({ origin, host }: IncomingHttpHeaders, isForHost: boolean): FastifyCorsOptions {
  const isOfHost =
    isForHost && origin !== undefined && hostnameOf(origin) === hostnameOf(`http://${host}`)
  return {
    origin: isOfHost ? [...ORIGINS, origin] : ORIGINS,
    credentials: true,
    methods: METHODS,
    maxAge: PREFLIGHT_SECONDS_MAX,
    strictPreflight: false,
    exposedHeaders: [LAST_KNOWN_HEADER, REASON_HEADER, 'retry-after', 'etag'],
  }
}

/** An address that is none has no host. */
function hostnameOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).hostname : undefined
}

/** Bodies of this app, or of the part of it that a plugin was given, become what `read` makes. */
export function readBodies(
  app: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>,
  read: (text: string | undefined) => unknown,
): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      done(null, read(bodyText(bytes, request.headers)))
    } catch (error) {
      done(error as Error)
    }
  })
}

function countAnswers(app: HttpApp, tally: RequestTally): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    tally.count(method, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime)
    done()
  })
}

function answerErrors(app: HttpApp, trace: Trace): void {
  app.setErrorHandler(async (error, request, reply) => {
    const failure = failureAnswer(error, request.routeOptions.url, trace)
    if (failure.status === STATUS_TOO_LARGE) await discardBody(request.raw)
    // Set to `close` where a body was refused, in case more of it comes; nothing does.
    if (request.raw.complete && reply.hasHeader('connection')) {
      reply.header('connection', reply.raw.shouldKeepAlive ? 'keep-alive' : 'close')
    }
    return sendAnswer(reply, failure)
  })
}

/** What a stranger is told of an error; our own mistakes are noted with their place. */
export function failureAnswer(error: unknown, route: string | undefined, trace: Trace): Answer {
  const { status, body, isBug } = errorAnswer(error)
  if (isBug) {
    const { message, stack } = error as Error
    trace.note('error', { kind: 'http.failed', route, message, stack })
  }
  return answer(status, body)
}

/** A path that has routes, but none for this method, is not taken for a key that is not there. */
function answerStrangers(app: HttpApp): void {
  const methodsAt = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const path = routedUrl(url)
    const methods = methodsAt.get(path) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    methodsAt.set(path, methods)
  })
  app.setNotFoundHandler(({ url }, reply) => {
    const methods = methodsAt.get(url.split('?')[0] ?? url)
    if (!methods) return reply.code(404).send({ detail: 'Not Found' })
    return reply
      .code(405)
      .header('allow', [...methods].join(', '))
      .send({ detail: 'Method Not Allowed' })
  })
}

/**
 * Reads on for a while without keeping anything: a client that is still sending would see a broken
 * connection, and not the answer that says why.
 */
function discardBody(body: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > DISCARDED_BYTES_MAX) resolve()
    })
    if (body.readableEnded || body.destroyed) resolve()
    else body.once('close', resolve).once('end', resolve).resume()
  })
}

async function addDocumentation(app: HttpApp, title: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version: '1' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: documentRoute,
    transformObject: documentApp,
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
