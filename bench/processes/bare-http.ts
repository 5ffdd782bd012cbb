/**
 * What Node itself can do: an HTTP server that takes the same bodies, keeps them in memory and
 * answers as a coordinator would, with nothing behind it. The measure for what the way through the
 * store costs.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

const kept = new Map<string, string>()
const TARGETS = ['http://127.0.0.1:8101', 'http://127.0.0.1:8102', 'http://127.0.0.1:8103']
const WRITTEN = JSON.stringify({ status: 'ok', replicas_ok: 3, targets: TARGETS })
const HEADERS = { 'content-type': 'application/json; charset=utf-8' }

function answer(request: IncomingMessage, body: string): string {
  const key = decodeURIComponent((request.url ?? '').slice('/key/'.length))
  if (request.method === 'GET') return `{"value":${kept.get(key) ?? 'null'}}`
  const { value } = JSON.parse(body) as { value: unknown }
  kept.set(key, JSON.stringify(value))
  return WRITTEN
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, HEADERS)
    response.end(answer(request, Buffer.concat(chunks).toString()))
  })
})

process.on('SIGTERM', () => process.exit(0))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`ready at http://127.0.0.1:${port}\n`)
})
