/**
 * The store and its neighbours, running side by side with a load generator for each. Only the one
 * whose turn it is gets load; the others stand by.
 */
import { cpuMeter } from './proc.ts'
import type { BenchRun } from './report.ts'
import { type Slice, sliceOf } from './slices.ts'
import { type Generators, startGenerators } from './store-generators.ts'
import type { StoreLoad, StoreOrder, System } from './store-order.ts'
import {
  installed,
  type OurSystem,
  type RunningSystem,
  startEtcd,
  startOurs,
  startRedis,
} from './store-systems.ts'

export type Task = Omit<StoreOrder, 'firstValue' | 'keys'> & { readonly system: System }

export interface StoreSession {
  readonly ours: OurSystem
  /** How many there are in each system once it is filled. */
  readonly keys: number
  has(system: System): boolean
  /** What was done, and the processor time that all servers of that system used meanwhile. */
  run(task: Task): Promise<{ readonly load: StoreLoad; readonly serverSeconds: number }>
  measure(task: Task): Promise<Slice>
  stop(): Promise<void>
}

interface Seat {
  readonly running: RunningSystem
  readonly generators: Generators
}

export interface SessionOptions {
  readonly keys: number
  readonly systems: readonly System[]
}

const NEIGHBOURS = {
  etcd: { program: 'etcd', debianPackage: 'etcd-server', start: startEtcd },
  redis: { program: 'redis-server', debianPackage: 'redis-server', start: startRedis },
} as const

/** A sentence for each neighbour that is not installed here. */
export function missingNeighbours(): readonly string[] {
  return Object.values(NEIGHBOURS)
    .filter(({ program }) => installed(program) === undefined)
    .map(
      ({ program, debianPackage }) =>
        `${program} is not installed (Debian package ${debianPackage}): its lines are left out.`,
    )
}

export async function openSession(
  { env, say }: BenchRun,
  { keys, systems }: SessionOptions,
): Promise<StoreSession> {
  say('starting three shards, a coordinator and the neighbours')
  const ours = await startOurs(env)
  const running = [ours, ...(await startNeighbours(systems))]
  const seats = new Map<System, Seat>()
  for (const one of running) {
    const generators = await startGenerators(one.system, one.urls)
    seats.set(one.system, { running: one, generators })
  }
  const run: StoreSession['run'] = async ({ system, ...order }) => {
    const seat = seats.get(system)
    if (!seat) throw new Error(`${system} does not run`)
    const used = cpuMeter(seat.running.pids())
    const load = await seat.generators.load({ ...order, keys })
    return { load, serverSeconds: used() }
  }
  return {
    ours,
    keys,
    has: (system) => seats.has(system),
    run,
    async measure(task) {
      const { load, serverSeconds } = await run(task)
      return sliceOf(load, serverSeconds)
    },
    async stop() {
      for (const { generators } of seats.values()) generators.stop()
      await Promise.all(running.map((one) => one.stop()))
    },
  }
}

async function startNeighbours(systems: readonly System[]): Promise<readonly RunningSystem[]> {
  const started: RunningSystem[] = []
  for (const system of systems) {
    if (system === 'energyguard') continue
    const { program, start } = NEIGHBOURS[system]
    const path = installed(program)
    if (path !== undefined) started.push(await start(path))
  }
  return started
}
