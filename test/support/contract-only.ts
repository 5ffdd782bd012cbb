/**
 * A coordinator that speaks the wire contract and not one route more, as the original of this
 * system does: what a dashboard that is pointed at it must get along with. Documents in memory, the
 * alarms' stream without ids, no `/batch`, nothing under `/api/v1`; whatever else is asked for is
 * 404 by the words of the original.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Notification } from '../../src/model/notification.ts'
import type { Reading } from '../../src/model/reading.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'

export const CONTRACT_TOKEN = 'contract-only-token'
/** The contract's default. */
const INDEX_SIZE = 500

export interface ContractOnly {
  readonly url: string
  /** `GET /key/a`, in the order they came. */
  readonly asked: readonly string[]
  /** Streams that are open. */
  streams(): number
  /** As the ingestor stores it: the document, `latest` and the index. */
  store(reading: Reading): void
  put(key: string, document: object): void
  /** As the coordinator makes one of an alert. */
  raise(notification: Notification): void
  /** Every stream breaks. */
  cut(): void
  close(): void
}

/** What the contract says for one method and path. */
type Route = (asked: Asked) => Answer

interface Asked {
  readonly url: URL
  readonly body: Readonly<Record<string, unknown>>
  readonly token: string | undefined
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const refused = (status: number, detail: string): Answer => ({ status, body: { detail } })

class Contents {
  readonly documents = new Map<string, object>()
  readonly notifications: Notification[] = []
  unread = 0
  thresholds: unknown = DEFAULT_THRESHOLDS

  store(reading: Reading): void {
    const key = (name: string) => `energy:p${reading.piano}:${name}`
    const index = (this.documents.get(key('index')) ?? { timestamps: [] }) as {
      timestamps: readonly string[]
    }
    const timestamps = [...index.timestamps, reading.timestamp].slice(-INDEX_SIZE)
    this.documents.set(key('index'), { timestamps })
    this.documents.set(key('latest'), reading)
    this.documents.set(key(reading.timestamp), reading)
  }
}

function routesOf(contents: Contents): Readonly<Record<string, Route>> {
  return {
    'GET /health': () => ok({ status: 'ok' }),
    'GET /sharding/info': () => ok(RING),
    'GET /key': ({ url }) => {
      const value = contents.documents.get(decodeURIComponent(url.pathname.slice('/key/'.length)))
      return value ? ok({ value }) : refused(404, 'Chiave non trovata su nessuna replica')
    },
    'GET /admin/thresholds': () => ok(contents.thresholds),
    'PUT /admin/thresholds': ({ token, body }) => {
      if (token === undefined) return refused(401, 'Not authenticated')
      if (token !== CONTRACT_TOKEN) return refused(403, 'Invalid token')
      contents.thresholds = body
      return ok({ status: 'ok', thresholds: body })
    },
    'GET /notifications': ({ url }) => {
      const items = contents.notifications.slice(-Number(url.searchParams.get('limit') ?? 50))
      return ok({ items, total: items.length })
    },
    'GET /notifications/unread_count': () => ok({ unread: contents.unread }),
    'POST /notifications/mark_read': ({ body }) => {
      const count = Array.isArray(body.ids) ? body.ids.length : 0
      contents.unread = Math.max(0, contents.unread - count)
      return ok({ status: 'ok', unread: contents.unread })
    },
    /** A service of its own in the original; here it saves the test a port. */
    'POST /login': ({ body }) =>
      body.password === 'admin'
        ? ok({ token: CONTRACT_TOKEN })
        : refused(401, 'Invalid credentials'),
  }
}

const RING = {
  total_nodes: 2,
  replication_factor: 1,
  virtual_nodes_per_node: 150,
  total_virtual_nodes: 300,
  nodes: ['http://kv1:8100', 'http://kv2:8100'],
}

export async function startContractOnly(): Promise<ContractOnly> {
  const contents = new Contents()
  const routes = routesOf(contents)
  const asked: string[] = []
  const streams = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/anomalies/stream') return openStream(response, streams)
    void answer(routes, request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const stream of streams) stream.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    streams: () => streams.size,
    store: (reading) => contents.store(reading),
    put: (key, document) => void contents.documents.set(key, document),
    raise(notification) {
      contents.notifications.push(notification)
      contents.unread += 1
      const event = `event: anomaly\ndata: ${JSON.stringify(notification)}\n\n`
      for (const stream of streams) stream.write(event)
    },
    cut,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function openStream(response: ServerResponse, streams: Set<ServerResponse>): void {
  streams.add(response)
  response.once('close', () => streams.delete(response))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('event: ping\ndata: {}\n\n')
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', headers } = request
  const url = new URL(request.url ?? '/', 'http://contract')
  const path = url.pathname.startsWith('/key/') ? '/key' : url.pathname
  const isSent = method === 'POST' || method === 'PUT'
  const body = isSent ? ((await json(request)) as Asked['body']) : {}
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  const made = routes[`${method} ${path}`]?.({ url, body, token }) ?? refused(404, 'Not Found')
  response.writeHead(made.status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(made.body))
}
