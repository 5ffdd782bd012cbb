/**
 * The replicated store beside etcd (three nodes) and Redis (`appendfsync always`, one copy), in one
 * run on one machine: `npm run bench -- store`. All of them have the bytes on the disk before they
 * say that a write is done. The ratios and their goals say more than the figures: they hold on a
 * slow machine too.
 *
 * Servers and load generators share the cores, as they would on the small machine that the store is
 * made for; so the processor time of both for one key is shown beside the rates.
 */
import { oneShardDown, rebalance } from './store-faults.ts'
import { CONDITIONAL_LINE, errorNote, HEAD, type Line, rowOf, STEADY_LINES } from './store-lines.ts'
import { conditionalProblem } from './support/conditional-probe.ts'
import { fsyncLine } from './support/fsync.ts'
import { type Bench, type BenchRun, type Table, whole } from './support/report.ts'
import { medianSlice, type Slice, takeTurns } from './support/slices.ts'
import {
  BATCH_KEYS,
  type Operation,
  type StoreOrder,
  SYSTEMS,
  type System,
} from './support/store-order.ts'
import { missingNeighbours, openSession, type StoreSession } from './support/store-session.ts'

export interface StoreBenchOptions {
  readonly keys: number
  readonly rounds: number
}

const SLICE_MS = 1_500
/** Node compiles while it runs, in our processes and in the generators, so all begin slowly. */
const WARMUP_KEYS = 20_000
const FILL_CLIENTS = 64
/** More in flight than shards can keep up with would be refused, and rightly so. */
const FILL_BATCHES = 8

export function storeBench(options: StoreBenchOptions): Bench {
  return {
    name: 'store',
    async run(run) {
      const session = await openSession(withCache(run, options), {
        keys: options.keys,
        systems: SYSTEMS,
      })
      try {
        return await measureAll(run, session, options)
      } finally {
        await session.stop()
      }
    },
  }
}

/**
 * etcd and Redis have all keys in memory, however many; shards have as many as they are told. Here
 * it is all of them too, those for conditional writes besides, so that it is stores that are
 * compared and not how much memory each was given. What it is without (docs/decisions/0023): the
 * 20,000 rows of the default are two in five of 50,000 keys, and a GET costs the servers 87 us in
 * place of 64.
 */
function withCache(run: BenchRun, options: StoreBenchOptions): BenchRun {
  return { ...run, env: { ...run.env, MAX_CACHE_ITEMS: String(cacheRows(options)) } }
}

const cacheRows = ({ keys }: StoreBenchOptions): number => 2 * keys

async function measureAll(
  run: BenchRun,
  session: StoreSession,
  options: StoreBenchOptions,
): Promise<Table> {
  const problem = await conditionalProblem(session.ours.url)
  await fill(run, session, options.keys, problem === undefined)
  const lines = STEADY_LINES.filter(({ system }) => session.has(system))
  if (problem === undefined) lines.push(CONDITIONAL_LINE)
  const slices = await steadily(run, session, lines, options.rounds)
  const down = await oneShardDown(run, session, SLICE_MS)
  const moving = await rebalance(run, session, SLICE_MS)
  const figures = new Map([...slices].map(([{ id }, ofLine]) => [id, medianSlice(ofLine)] as const))
  return {
    title: titleOf(options),
    head: HEAD,
    rows: [...lines.map((line) => rowOf(line, figures)), ...down.rows, ...moving.rows],
    notes: [
      ...EXPLANATIONS,
      `shards have room for ${whole(cacheRows(options))} rows in memory, the others keep all;`,
      `medians of ${options.rounds} slices of ${SLICE_MS / 1000} s, taken in turns; ${fsyncLine()}`,
      ...(problem === undefined ? [] : [`conditional updates: not measured, ${problem}`]),
      ...[...down.notes, ...moving.notes, ...missingNeighbours()],
      ...lines.flatMap((line) => errorNote(line.label, slices.get(line) ?? [])),
    ],
  }
}

const EXPLANATIONS = [
  'servers us: processor time of all server processes of a system for one key, microseconds;',
  'generator us: that of the load generator, which shares the cores; its loop: how busy it was',
  'If-Match: by the coordinator that has written them all and remembers it, so in one round each',
]

function titleOf({ keys }: StoreBenchOptions): string {
  return (
    `store: ${keys.toLocaleString('en')} keys, documents of 250 bytes that change, ` +
    'N=3, W=R=2, fsync before every answer'
  )
}

/** Every key once in every system, so that there is something to read and to write over. */
async function fill(
  { say }: BenchRun,
  session: StoreSession,
  keys: number,
  isConditional: boolean,
): Promise<void> {
  const once = async (operation: Operation, requests: number, system: System = 'energyguard') => {
    const until = { kind: 'count', requests } as const
    const clients = operation === 'batch' ? FILL_BATCHES : FILL_CLIENTS
    const task = { system, operation, clients, keyOrder: 'each', until } as const
    const { load } = await session.run(task)
    if (load.errors > 0) throw new Error(`Filling ${system}: ${JSON.stringify(load.reasons)}`)
  }
  say(`filling every system with ${keys.toLocaleString('en')} keys`)
  await once('batch', Math.ceil(keys / BATCH_KEYS))
  if (isConditional) await once('create', keys)
  for (const system of SYSTEMS.slice(1)) if (session.has(system)) await once('put', keys, system)
}

async function steadily(
  { say }: BenchRun,
  session: StoreSession,
  lines: readonly Line[],
  rounds: number,
): Promise<ReadonlyMap<Line, readonly Slice[]>> {
  const measure = ({ system, operation, clients }: Line, until: StoreOrder['until']) =>
    session.measure({ ...{ system, operation, clients, until }, keyOrder: 'any' })
  say('warming up')
  for (const line of lines) await measure(line, { kind: 'count', requests: warmupRequests(line) })
  let announced = -1
  return await takeTurns(lines, rounds, (line, round) => {
    if (announced !== round) say(`round ${round + 1} of ${rounds}: ${lines.length} lines in turn`)
    announced = round
    return measure(line, { kind: 'time', forMs: SLICE_MS })
  })
}

function warmupRequests({ operation }: Line): number {
  return operation === 'batch' ? WARMUP_KEYS / BATCH_KEYS : WARMUP_KEYS
}
