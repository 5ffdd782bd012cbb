/**
 * Single keys through the coordinator into a quorum of three, at 64 clients, beside what the same
 * machine does without us: a bare `node:http` server that takes the same bodies, and one SQLite
 * file with `synchronous=FULL`. Generator, coordinator and the three shards share the cores.
 */
import { eventually } from '../test/support/eventually.ts'
import { startStore, stopMembers } from '../test/support/pipeline.ts'
import { runCommand, startProcess } from '../test/support/process.ts'
import type { SqliteFigures } from './processes/raw-sqlite.ts'
import { generateLoad, type LoadResult } from './support/load.ts'
import { logFlags, onOneFile } from './support/logs.ts'
import { type Busy, busyText, processorTime } from './support/machine.ts'
import { type Bench, type Environment, ms, type Table, times, whole } from './support/report.ts'

const CLIENTS = 64
const WARMUP_MS = 2_000
const FOR_MS = 6_000
const SQLITE_MS = 2_000

export const quorum: Bench = {
  name: 'quorum',
  async run({ say, env }) {
    say('one SQLite file')
    const sqlite = await rawSqlite()
    say('bare node:http')
    const bare = await bareHttp()
    say('quorum of three')
    return tableOf(sqlite, bare, await throughStore(env))
  },
}

interface PutAndGet {
  readonly put: LoadResult
  readonly get: LoadResult
}

async function putAndGet(url: string): Promise<PutAndGet> {
  const order = { url, clients: CLIENTS, warmupMs: WARMUP_MS, forMs: FOR_MS, first: 0 }
  const put = await generateLoad({ ...order, method: 'PUT', keys: 0 })
  const get = await generateLoad({ ...order, method: 'GET', keys: put.next - CLIENTS })
  return { put, get }
}

async function throughStore(
  env: Environment,
): Promise<PutAndGet & { readonly busy: readonly Busy[] }> {
  const store = await startStore({ logFlags: logFlags(onOneFile()), env })
  const members = [store.coordinator, ...store.shards]
  const used = processorTime(members)
  const figures = await putAndGet(store.url)
  const busy = used()
  await stopMembers(members)
  return { ...figures, busy }
}

async function bareHttp(): Promise<PutAndGet> {
  const server = startProcess([], { program: [process.execPath, processPath('bare-http')] })
  const url = await eventually(
    'the bare server listens',
    () => /http:\S+/.exec(server.stdout())?.[0],
  )
  const figures = await putAndGet(url)
  await server.stop()
  return figures
}

async function rawSqlite(): Promise<SqliteFigures> {
  const program = [process.execPath, processPath('raw-sqlite'), String(SQLITE_MS)]
  return JSON.parse((await runCommand([], { program })).stdout) as SqliteFigures
}

function processPath(name: string): string {
  return new URL(`./processes/${name}.ts`, import.meta.url).pathname
}

function tableOf(
  sqlite: SqliteFigures,
  bare: PutAndGet,
  ours: PutAndGet & { readonly busy: readonly Busy[] },
): Table {
  const { putsPerSecondAlone: alone, putsPerSecondBy64: by64, getsPerSecond } = sqlite
  const put = ours.put.perSecond
  const get = ours.get.perSecond
  const putBeside = [
    times(put, bare.put.perSecond, 'bare node:http'),
    times(put, alone, 'SQLite by 1'),
    times(put, by64, 'SQLite by 64'),
  ]
  const getBeside = [
    times(get, bare.get.perSecond, 'bare node:http'),
    times(get, getsPerSecond, 'SQLite'),
  ]
  return {
    title: `quorum: ${CLIENTS} clients, documents of 250 bytes that change, N=3, W=R=2`,
    head: ['', 'per second', 'p50 ms', 'p99 ms', 'errors', 'generator', 'beside'],
    rows: [
      ['PUT quorum', ...loadCells(ours.put), putBeside.join(', ')],
      ['PUT bare node:http', ...loadCells(bare.put), ''],
      ['PUT raw node:sqlite, FULL, by 1', whole(alone), '', '', '', '', ''],
      ['PUT raw node:sqlite, FULL, by 64', whole(by64), '', '', '', '', ''],
      ['GET quorum', ...loadCells(ours.get), getBeside.join(', ')],
      ['GET bare node:http', ...loadCells(bare.get), ''],
      ['GET raw node:sqlite', whole(getsPerSecond), '', '', '', '', ''],
    ],
    notes: [busyText(ours.busy)],
  }
}

/** `generator`: how busy the load generator was itself; near 100 % it is what was measured. */
function loadCells({ perSecond, latencyMs, errors, generatorBusy }: LoadResult): string[] {
  const busy = `${Math.round(generatorBusy * 100)} %`
  return [whole(perSecond), ms(latencyMs.p50), ms(latencyMs.p99), String(errors), busy]
}
