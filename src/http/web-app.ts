/**
 * Serves the built dashboard beside the routes. Its pages have addresses of their own (`/alerts`,
 * `/floor/3`), all answered with the same `index.html`; an address that belongs to a route stays
 * one, but for a browser that opens a page which shares its address with a route.
 *
 * Files whose name carries a hash never change and are kept for ever; the index is asked for anew
 * each time, and is that of the newest build. A page that was opened before still finds the parts
 * that it has not loaded yet. Compressed once, when first asked for.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpApp } from './http-app.ts'

/** By path, like `assets/index-Bx3.js`; `index.html` is among them. */
export type WebFiles = ReadonlyMap<string, Buffer>

type Encoding = 'br' | 'gzip' | 'identity'

const INDEX = 'index.html'
/** Pages whose address is that of a route: a browser that opens it is shown the page. */
const SHARED_PATHS: ReadonlySet<string> = new Set(['/admin/thresholds'])
/** Where Vite puts what carries a hash of its content in its name. */
const HASHED_FOLDER = 'assets/'
const FOR_EVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'no-cache'
const COMPRESSED_BYTES_MIN = 1_024

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
  webp: 'image/webp',
  woff2: 'font/woff2',
}
const INCOMPRESSIBLE: ReadonlySet<string> = new Set(['png', 'webp', 'woff2'])

export interface WebSource {
  /** The newest build, the same object until there is another; undefined before the first. */
  files(): WebFiles | undefined
}

/** So many builds stay, besides the newest, for pages that were opened before it. */
export const FORMER_BUILDS_MAX = 3

type Build = ReadonlyMap<string, WebFile>

/** The dashboard's files as answers. */
export class WebApp {
  private readonly source: WebSource
  private known: WebFiles | undefined
  /** The newest first. */
  private builds: readonly Build[] = []
  private connects: readonly string[] = []

  constructor(source: WebSource) {
    this.source = source
  }

  /** The file that an address names; `index.html` stays behind `/`. */
  fileAt(path: string): WebFile | undefined {
    const name = path.slice(1)
    const [newest, ...former] = this.newestFirst()
    const file = newest?.get(name)
    if (file || !name.startsWith(HASHED_FOLDER)) return file
    return former.find((build) => build.has(name))?.get(name)
  }

  get index(): WebFile | undefined {
    return this.newestFirst()[0]?.get(INDEX)
  }

  /** See `contentSecurityPolicy`. */
  get elsewhere(): readonly string[] {
    return this.connects
  }

  private newestFirst(): readonly Build[] {
    const files = this.source.files()
    if (files && files !== this.known) {
      this.known = files
      const build = new Map([...files].map(([path, bytes]) => [path, new WebFile(path, bytes)]))
      this.connects = connectsOf(files.get(INDEX)?.toString() ?? '')
      this.builds = [build, ...this.builds.slice(0, FORMER_BUILDS_MAX)]
    }
    return this.builds
  }
}

class WebFile {
  readonly isHashed: boolean
  readonly type: string
  /** Weak: the same for all encodings. */
  readonly etag: string
  private readonly extension: string
  private readonly bytes: Buffer
  private readonly encoded = new Map<Encoding, Promise<Buffer>>()

  constructor(path: string, bytes: Buffer) {
    this.extension = path.slice(path.lastIndexOf('.') + 1)
    this.isHashed = path.startsWith(HASHED_FOLDER)
    this.type = TYPES[this.extension] ?? 'application/octet-stream'
    this.etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    this.bytes = bytes
  }

  get isCompressible(): boolean {
    return !INCOMPRESSIBLE.has(this.extension) && this.bytes.length >= COMPRESSED_BYTES_MIN
  }

  in(encoding: Encoding): Promise<Buffer> {
    const known = this.encoded.get(encoding) ?? ENCODERS[encoding](this.bytes)
    this.encoded.set(encoding, known)
    return known
  }
}

const BROTLI_QUALITY = 9
const ENCODERS: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
  identity: async (bytes) => bytes,
}

/** Services elsewhere that a page was built for: it names them in its head. */
export function connectsOf(index: string): readonly string[] {
  const named = /<meta name="connects" content="([^"]*)"/.exec(index)?.[1] ?? ''
  return named.split(' ').filter((origin) => /^https?:\/\/[a-z0-9.[\]:-]+$/i.test(origin))
}

/**
 * What the page may load and ask: from here, from the login, which has a port of its own, and from
 * where else it was built for.
 */
export function contentSecurityPolicy(
  host: string | undefined,
  elsewhere: readonly string[] = [],
): string {
  const hostname = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?$/i.exec(host ?? '')?.[1]
  const others = new Set(['localhost', '127.0.0.1', ...(hostname ? [hostname] : [])])
  const sources = [...others].flatMap((name) => [`http://${name}:*`, `https://${name}:*`])
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self' ${[...sources, ...elsewhere].join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Adds the pages: before all routes, since those that are added after it keep their addresses. */
export function addWebApp(app: HttpApp, web: WebApp): void {
  const routed = new Set<string>()
  app.addHook('onRoute', ({ url }) => {
    const part = firstPart(url)
    if (part !== '') routed.add(part)
  })
  /** With a callback, since all requests for keys pass here too. */
  app.addHook('onRequest', (request, reply, done) => {
    const file = fileFor(web, routed, request)
    if (file) {
      sendFile(file, web.elsewhere, request, reply).catch(done)
      return
    }
    /** Or a browser that goes back to the page would be shown the document. */
    if (SHARED_PATHS.has(pathOf(request.url))) reply.header('cache-control', 'no-store')
    done()
  })
}

function fileFor(
  web: WebApp,
  routed: ReadonlySet<string>,
  { method, url, headers }: FastifyRequest,
): WebFile | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const isOpened = headers.accept?.includes('text/html') === true
  if (routed.has(firstPart(url))) {
    return isOpened && SHARED_PATHS.has(pathOf(url)) ? web.index : undefined
  }
  const path = pathOf(url)
  if (path === '/') return web.index
  const isPage = isOpened && !path.slice(path.lastIndexOf('/')).includes('.')
  return web.fileAt(path) ?? (isPage ? web.index : undefined)
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? url
}

/** `/key/a` -> `key`; nothing for `/`. */
function firstPart(url: string): string {
  return /^\/([^/?]+)/.exec(url)?.[1] ?? ''
}

async function sendFile(
  file: WebFile,
  elsewhere: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { headers } = request
  reply.headers({
    'content-type': file.type,
    'cache-control': file.isHashed ? FOR_EVER : ASK_AGAIN,
    etag: file.etag,
    vary: 'accept-encoding, accept',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'content-security-policy': contentSecurityPolicy(headers.host, elsewhere),
  })
  if (headers['if-none-match'] === file.etag) {
    reply.code(304).send()
    return
  }
  const encoding = file.isCompressible ? encodingFor(headers['accept-encoding']) : 'identity'
  const bytes = await file.in(encoding)
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  reply.send(bytes)
}

/** The best that is taken; `q=0` means that it is not. */
export function encodingFor(accepted: string | string[] | undefined): Encoding {
  const offers = String(accepted ?? '')
    .toLowerCase()
    .split(',')
    .map((offer) => offer.trim().split(/\s*;\s*q=/))
  const takes = (name: string) =>
    offers.some(([coding, quality = '1']) => coding === name && Number(quality) > 0)
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity'
}
