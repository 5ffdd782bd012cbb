/**
 * The address at which a test's browser meets the stack: everything goes to the coordinator, the
 * login to the login. The door can be shut, as a network that is gone, and opened again; it keeps
 * its port meanwhile, which another process would else be given. Files of the dashboard come from
 * the coordinator where it serves them, else from the folder they were built into.
 */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
/** No script in the page itself; Mantine writes its variables into style elements. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"

export interface Door {
  readonly url: string
  /** Every connection breaks, and so does each new one. */
  shut(): void
  open(): void
  close(): void
}

interface Behind {
  readonly coordinatorUrl: string
  readonly loginUrl: string
  /** Where the dashboard was built. */
  readonly folder: string
}

export async function openDoor(behind: Behind): Promise<Door> {
  const isServed = await servesDashboard(behind.coordinatorUrl)
  const sockets = new Set<Socket>()
  const server = createServer((incoming, outgoing) => {
    if (!isServed && isForFiles(incoming)) sendFile(incoming, outgoing, behind.folder)
    else forward(incoming, outgoing, behind)
  })
  let isShut = false
  server.on('connection', (socket) => {
    if (isShut) return socket.destroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const shut = () => {
    isShut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    shut,
    open() {
      isShut = false
    },
    close() {
      shut()
      server.close()
    },
  }
}

async function servesDashboard(coordinatorUrl: string): Promise<boolean> {
  const answer = await fetch(coordinatorUrl, { headers: { accept: 'text/html' } })
  return (await answer.text()).includes('id="root"')
}

function isForFiles({ url = '/', headers }: IncomingMessage): boolean {
  return url.startsWith('/assets/') || /text\/html|image\//.test(headers.accept ?? '')
}

/** Whatever is no file is a page of the dashboard. */
function sendFile({ url = '/' }: IncomingMessage, outgoing: ServerResponse, folder: string): void {
  const asked = join(folder, normalize(new URL(url, 'http://door').pathname))
  const path = extname(asked) !== '' && existsSync(asked) ? asked : join(folder, 'index.html')
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  outgoing.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY })
  outgoing.end(readFileSync(path))
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, behind: Behind): void {
  const base = incoming.url === '/login' ? behind.loginUrl : behind.coordinatorUrl
  const { method, headers } = incoming
  const asked = request(`${base}${incoming.url}`, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  asked.on('error', () => outgoing.destroy())
  outgoing.on('close', () => asked.destroy())
  incoming.pipe(asked)
}
