/**
 * A client in a process of its own: sends what it is told over connections that are kept open, and
 * tells what came back. It decides nothing, so that all chance comes from one seed in one place. It
 * ends when whoever started it is gone.
 */
import { Pool } from 'undici'
import type { ClientAnswer, ClientRequest } from '../client-messages.ts'

const CONNECTIONS_MAX = 32
const CONNECT_MS_MAX = 3_000

const pools = new Map<string, Pool>()

function poolOf(origin: string): Pool {
  const known = pools.get(origin)
  if (known) return known
  const pool = new Pool(origin, {
    ...{ connections: CONNECTIONS_MAX, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 },
    connect: { timeout: CONNECT_MS_MAX },
  })
  pools.set(origin, pool)
  return pool
}

async function send(request: ClientRequest): Promise<ClientAnswer> {
  const { id, origin, method, path, body, headers, patienceMs } = request
  const typed = body === undefined ? {} : { 'content-type': 'application/json' }
  try {
    const response = await poolOf(origin).request({
      ...{ method, path, headers: { ...typed, ...headers }, body: body ?? null },
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await response.body.text()
    const { etag } = response.headers
    return {
      ...{ id, kind: 'answer', status: response.statusCode, text },
      etag: typeof etag === 'string' ? etag : null,
    }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return { id, kind: 'silence', code: name === 'TimeoutError' ? 'patience' : (code ?? name) }
  }
}

process.on('message', async (request: ClientRequest) => {
  const answer = await send(request)
  // Whoever asked may be gone by now; then nobody misses it.
  if (process.connected) process.send?.(answer, undefined, undefined, () => {})
})
process.on('disconnect', () => process.exit(0))
