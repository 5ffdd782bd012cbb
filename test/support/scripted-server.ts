/**
 * An HTTP server that answers as a test says, or not at all: what a coordinator never does on
 * purpose and a wire does all the same.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface Arrived {
  readonly method: string
  readonly path: string
  /** The body as JSON; undefined without one. */
  readonly body: unknown
}

export interface ScriptedServer {
  readonly url: string
  readonly arrived: Arrived[]
  /** Called for each request that has arrived whole. */
  answer: (request: IncomingMessage, response: ServerResponse) => void
}

export async function scriptedServer(t: Pick<TestContext, 'after'>): Promise<ScriptedServer> {
  const arrived: Arrived[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => '')
    const { method = '', url: path = '' } = request
    arrived.push({ method, path, body: body === '' ? undefined : JSON.parse(body) })
    scripted.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    answer: (_, response) => response.end('{}'),
  }
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return scripted
}

/** Answers every request so. */
export function always(status: number, body: unknown): ScriptedServer['answer'] {
  return (_, response) => {
    response.statusCode = status
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}
