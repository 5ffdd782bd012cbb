/**
 * Single keys through the coordinator into a quorum of three, at 64 clients, beside what the same
 * machine does without us: a bare `node:http` server that takes the same bodies, and one SQLite
 * file with `synchronous=FULL`. Generator, coordinator and the three shards share the cores.
 *
 * All of them take turns for some rounds, and the medians count: what else goes on on the machine
 * then weighs on each of them alike.
 */
import { eventually } from '../test/support/eventually.ts'
import { startStore, stopMembers } from '../test/support/pipeline.ts'
import { runCommand, startProcess } from '../test/support/process.ts'
import type { SqliteFigures } from './processes/raw-sqlite.ts'
import { generateLoad, type LoadResult } from './support/load.ts'
import { logFlags, onOneFile } from './support/logs.ts'
import { type Busy, busyText, processorTime } from './support/machine.ts'
import { medianOf } from './support/quantile.ts'
import { type Bench, type BenchRun, ms, type Table, times, whole } from './support/report.ts'

const CLIENTS = 64
const ROUNDS = 3
const WARMUP_MS = 1_000
const FOR_MS = 3_000
const SQLITE_MS = 1_000

export const quorum: Bench = {
  name: 'quorum',
  async run(run) {
    const bare = startProcess([], { program: [process.execPath, processPath('bare-http')] })
    const bareUrl = await eventually(
      'the bare server listens',
      () => /http:\S+/.exec(bare.stdout())?.[0],
    )
    const store = await startStore({ logFlags: logFlags(onOneFile()), env: run.env })
    const members = [store.coordinator, ...store.shards]
    const used = processorTime(members)
    const rounds = await takeTurns(run, bareUrl, store.url)
    const busy = used()
    await stopMembers(members)
    await bare.stop()
    return tableOf(rounds, busy)
  },
}

interface PutAndGet {
  readonly put: LoadResult
  readonly get: LoadResult
}

interface Round {
  readonly sqlite: SqliteFigures
  readonly bare: PutAndGet
  readonly ours: PutAndGet
}

async function takeTurns(
  { say }: BenchRun,
  bareUrl: string,
  storeUrl: string,
): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let n = 1; n <= ROUNDS; n += 1) {
    const last = rounds.at(-1)
    say(`round ${n} of ${ROUNDS}: one SQLite file, bare node:http, a quorum of three`)
    rounds.push({
      sqlite: await rawSqlite(),
      bare: await putAndGet(bareUrl, last?.bare.put.next ?? 0),
      ours: await putAndGet(storeUrl, last?.ours.put.next ?? 0),
    })
  }
  return rounds
}

/** `first`: readings below it have been written. */
async function putAndGet(url: string, first: number): Promise<PutAndGet> {
  const order = { url, clients: CLIENTS, warmupMs: WARMUP_MS, forMs: FOR_MS, first }
  const put = await generateLoad({ ...order, method: 'PUT', keys: 0 })
  const get = await generateLoad({ ...order, method: 'GET', keys: put.next - CLIENTS })
  return { put, get }
}

async function rawSqlite(): Promise<SqliteFigures> {
  const program = [process.execPath, processPath('raw-sqlite'), String(SQLITE_MS)]
  return JSON.parse((await runCommand([], { program })).stdout) as SqliteFigures
}

function processPath(name: string): string {
  return new URL(`./processes/${name}.ts`, import.meta.url).pathname
}

function tableOf(rounds: readonly Round[], busy: readonly Busy[]): Table {
  const median = (pick: (round: Round) => number) => medianOf(rounds.map(pick))
  const alone = median(({ sqlite }) => sqlite.putsPerSecondAlone)
  const by64 = median(({ sqlite }) => sqlite.putsPerSecondBy64)
  const sqliteGet = median(({ sqlite }) => sqlite.getsPerSecond)
  const [put, get] = [loads(rounds, 'ours', 'put'), loads(rounds, 'ours', 'get')]
  const [barePut, bareGet] = [loads(rounds, 'bare', 'put'), loads(rounds, 'bare', 'get')]
  const putBeside = [
    times(put.perSecond, barePut.perSecond, 'bare node:http'),
    times(put.perSecond, alone, 'SQLite by 1'),
    times(put.perSecond, by64, 'SQLite by 64'),
  ]
  const getBeside = [
    times(get.perSecond, bareGet.perSecond, 'bare node:http'),
    times(get.perSecond, sqliteGet, 'SQLite'),
  ]
  return {
    title: `quorum: ${CLIENTS} clients, documents of 250 bytes that change, N=3, W=R=2`,
    head: ['', 'per second', 'p50 ms', 'p99 ms', 'errors', 'generator', 'beside'],
    rows: [
      ['PUT quorum', ...put.cells, putBeside.join(', ')],
      ['PUT bare node:http', ...barePut.cells, ''],
      ['PUT raw node:sqlite, FULL, by 1', whole(alone), '', '', '', '', ''],
      ['PUT raw node:sqlite, FULL, by 64', whole(by64), '', '', '', '', ''],
      ['GET quorum', ...get.cells, getBeside.join(', ')],
      ['GET bare node:http', ...bareGet.cells, ''],
      ['GET raw node:sqlite', whole(sqliteGet), '', '', '', '', ''],
    ],
    notes: [`medians of ${ROUNDS} rounds`, busyText(busy)],
  }
}

/** `generator`: how busy the load generator was itself; near 100 % it is what was measured. */
function loads(rounds: readonly Round[], whose: 'ours' | 'bare', method: keyof PutAndGet) {
  const all = rounds.map((round) => round[whose][method])
  const median = (pick: (load: LoadResult) => number) => medianOf(all.map(pick))
  const perSecond = median((load) => load.perSecond)
  const errors = all.reduce((sum, load) => sum + load.errors, 0)
  const cells = [
    whole(perSecond),
    ms(median(({ latencyMs }) => latencyMs.p50)),
    ms(median(({ latencyMs }) => latencyMs.p99)),
    String(errors),
    `${Math.round(median((load) => load.generatorBusy) * 100)} %`,
  ]
  return { perSecond, cells }
}
