/**
 * Writes new keys at a steady rate, through all coordinators in turn, until it is told to stop, and
 * then tells what became of them. What is due is sent whether or not earlier requests were
 * answered, as many clients would do it, up to a bound.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { WriterOrder, WriterReport } from '../writer.ts'

const TICK_MS = 10
const UNDER_WAY_MAX = 512
const PATIENCE_MS = 10_000
const PADDING = 'x'.repeat(200)

const { origins, prefix, perSecond } = JSON.parse(process.argv[2] ?? '{}') as WriterOrder
const pools = origins.map((origin) => new Pool(origin, { connections: 128, pipelining: 1 }))
const failures: Record<string, number> = {}
const unacknowledged: number[] = []
let [sent, underWay] = [0, 0]

async function write(n: number): Promise<void> {
  underWay += 1
  const failure = await put(n).catch((error: NodeJS.ErrnoException) => error.code ?? error.name)
  underWay -= 1
  if (failure === null) return
  unacknowledged.push(n)
  failures[failure] = (failures[failure] ?? 0) + 1
}

/** How it failed; null = it was acknowledged. */
async function put(n: number): Promise<string | null> {
  const response = await pools[n % pools.length]?.request({
    ...{ method: 'PUT', path: `/key/${prefix}${n}` },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value: { n, padding: PADDING } }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  await response?.body.dump()
  return response?.statusCode === 200 ? null : String(response?.statusCode)
}

async function main(): Promise<void> {
  const isStopped = Promise.withResolvers<void>()
  let isStopping = false
  process.on('message', () => {
    isStopping = true
    isStopped.resolve()
  })
  const startMs = performance.now()
  while (!isStopping) {
    const due = ((performance.now() - startMs) * perSecond) / 1_000
    while (sent < due && underWay < UNDER_WAY_MAX) void write(sent++)
    await Promise.race([sleep(TICK_MS), isStopped.promise])
  }
  const seconds = (performance.now() - startMs) / 1_000
  while (underWay > 0) await sleep(TICK_MS)
  const report: WriterReport = { sent, unacknowledged, failures, seconds }
  process.send?.(report, undefined, undefined, () => process.exit(0))
}

process.on('disconnect', () => process.exit(0))
await main()
