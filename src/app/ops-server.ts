/**
 * `/livez`, `/readyz` and `/metrics` for stages, which have no HTTP of their own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Metrics } from '../adapters/prometheus-metrics.ts'
import { type Listening, listen } from './listen.ts'

/** Undefined when the role can do its work, else a sentence that says what it waits for. */
export type Readiness = () => string | undefined

/** Listens on a port (0 = any free one). Throws CommandError when it is taken. */
export async function openOpsServer(
  address: { readonly host: string; readonly port: number },
  metrics: Metrics,
  readiness: Readiness,
): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(request, response, metrics, readiness).catch(() => response.destroy())
  })
  return await listen(server, address, '--ops-port')
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  readiness: Readiness,
): Promise<void> {
  const path = request.url?.split('?')[0]
  if (path === '/metrics') {
    response.setHeader('content-type', metrics.contentType).end(await metrics.text())
    return
  }
  const waitsFor = path === '/readyz' ? readiness() : undefined
  const isKnown = path === '/livez' || path === '/readyz'
  response.statusCode = isKnown ? (waitsFor ? 503 : 200) : 404
  const body = isKnown ? (waitsFor ? { detail: waitsFor } : { status: 'ok' }) : NOT_FOUND
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

const NOT_FOUND = { detail: 'Here are /livez, /readyz and /metrics.' }
