/**
 * Many clients in a process of its own: each sends its next request when the last was answered. Two
 * rounds, a short one to warm up and one that counts. Prints one line of JSON: what was done, what
 * went wrong, how long each took, and how busy this process was itself, because a generator at its
 * limit measures itself.
 */
import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'
import type { LoadOrder, LoadResult } from '../support/load.ts'
import { quantilesOf } from '../support/quantile.ts'
import { benchReading } from '../support/readings.ts'

const FLOORS = 30
const HEADERS = { 'content-type': 'application/json' }

/** One request; false when it was not answered with 200. */
type Shot = (n: number) => Promise<boolean>

function shotOf({ url, method, keys }: LoadOrder, pool: Pool): Shot {
  const send = async (path: string, body: string | null) => {
    const options = body === null ? { path, method } : { path, method, body, headers: HEADERS }
    const response = await pool.request({ origin: url, ...options })
    await response.body.text()
    return response.statusCode === 200
  }
  if (method === 'GET')
    return (n) => send(pathOf(benchReading((n * 7919) % keys, FLOORS).key), null)
  return (n) => {
    const { key, text } = benchReading(n, FLOORS)
    return send(pathOf(key), `{"value":${text}}`)
  }
}

const pathOf = (key: string): string => `/key/${encodeURIComponent(key)}`

/** Sends for so long, counting on from `first`; times of what was answered well, ms. */
async function round(shot: Shot, clients: number, first: number, forMs: number) {
  const endMs = performance.now() + forMs
  const tookMs: number[] = []
  let [next, errors] = [first, 0]
  const client = async () => {
    while (performance.now() < endMs) {
      const startMs = performance.now()
      const isWell = await shot(next++).catch(() => false)
      if (isWell) tookMs.push(performance.now() - startMs)
      else errors += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { tookMs, errors, next }
}

async function main(order: LoadOrder): Promise<LoadResult> {
  const pool = new Pool(order.url, { connections: order.clients, pipelining: 1 })
  const shot = shotOf(order, pool)
  const warm = await round(shot, order.clients, order.first, order.warmupMs)
  const [startMs, busy, cpu] = [
    performance.now(),
    performance.eventLoopUtilization(),
    process.cpuUsage(),
  ]
  const { tookMs, errors, next } = await round(shot, order.clients, warm.next, order.forMs)
  const seconds = (performance.now() - startMs) / 1000
  const used = process.cpuUsage(cpu)
  await pool.close()
  return {
    perSecond: tookMs.length / seconds,
    errors: errors + warm.errors,
    next,
    seconds,
    latencyMs: quantilesOf(tookMs),
    generatorBusy: performance.eventLoopUtilization(busy).utilization,
    generatorCpuSeconds: (used.user + used.system) / 1e6,
  }
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? '{}')))}\n`)
