/**
 * Many clients that write and read all the time, each the only one that writes its keys: so it
 * knows of each what must be there, and every key is read in turn. Asked for a report, it tells
 * what has happened since the last one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { must } from '../../src/model/must.ts'
import { judgeRead, keyName, type OwnersOrder, type OwnersReport, valueText } from '../owners.ts'

const PATIENCE_MS = 10_000
/** After a failure, so that one that is down is not asked in a circle. */
const AFTER_FAILURE_MS = 50
/** One operation in so many is a write. */
const WRITE_EVERY = 3

const { origins, clients, keys } = JSON.parse(process.argv[2] ?? '{}') as OwnersOrder
const pools = origins.map((origin) => new Pool(origin, { connections: clients, pipelining: 1 }))
/** What was acknowledged last of each key, and what was tried last. */
const acknowledged = new Int32Array(keys)
const tried = new Int32Array(keys)
let isStopping = false
let report = freshReport()
let readKeys = new Set<number>()

function freshReport(): OwnersReport {
  return { requests: 0, keysRead: 0, failures: {}, wrongs: {} }
}

interface Reply {
  readonly status: number
  readonly text: string
}

async function ask(pool: Pool, method: 'GET' | 'PUT', key: number, body: string | null) {
  report.requests += 1
  try {
    const response = await pool.request({
      ...{ method, path: `/key/${encodeURIComponent(keyName(key))}`, body },
      ...(body === null ? {} : { headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const reply: Reply = { status: response.statusCode, text: await response.body.text() }
    if (reply.status !== 200 && reply.status !== 404) await fail(`${method} ${reply.status}`)
    return reply
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    await fail(`${method} without answer (${code ?? name})`)
    return undefined
  }
}

async function fail(kind: string): Promise<void> {
  report.failures[kind] = (report.failures[kind] ?? 0) + 1
  await sleep(AFTER_FAILURE_MS)
}

async function write(pool: Pool, key: number): Promise<void> {
  const version = must(tried[key]) + 1
  tried[key] = version
  const reply = await ask(pool, 'PUT', key, `{"value":${valueText(key, version)}}`)
  if (reply?.status === 200) acknowledged[key] = version
}

async function read(pool: Pool, key: number): Promise<void> {
  const reply = await ask(pool, 'GET', key, null)
  if (!reply) return
  const span = { oldest: must(acknowledged[key]), newest: must(tried[key]) }
  const wrong = judgeRead(reply.status, reply.text, span)
  if (wrong) report.wrongs[wrong] = (report.wrongs[wrong] ?? 0) + 1
  else if (reply.status === 200) readKeys.add(key)
}

/** The keys of a client are those whose number leaves its own when divided by the clients. */
async function beClient(number: number): Promise<void> {
  let key = number
  for (let turn = number; !isStopping; turn += 1) {
    const pool = must(pools[turn % pools.length])
    if (turn % WRITE_EVERY === 0) await write(pool, key)
    else {
      await read(pool, key)
      key = key + clients < keys ? key + clients : number
    }
  }
}

process.on('message', (message) => {
  process.send?.({ ...report, keysRead: readKeys.size }, undefined, undefined, () => {})
  report = freshReport()
  readKeys = new Set()
  isStopping = message === 'stop'
})
process.on('disconnect', () => process.exit(0))
await Promise.all(Array.from({ length: clients }, (_, n) => beClient(n)))
process.exit(0)
