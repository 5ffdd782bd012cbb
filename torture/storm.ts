/**
 * The storm: clients at work, the nemesis against them, and then the reckoning. First nothing wrong
 * may have been seen; then everything is healed, and within a bound all replicas are equal, every
 * key is read through every coordinator, and what the disks hold is judged like one more read.
 */
import { checkBanks } from '../sim/checkers/bank.ts'
import { checkLinearizable } from '../sim/checkers/linearizable.ts'
import { checkReads } from '../sim/checkers/reads.ts'
import { checkSets } from '../sim/checkers/set.ts'
import type { Violation } from '../sim/checkers/violation.ts'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { ClientProcess } from './client-process.ts'
import { Cluster } from './cluster.ts'
import { ConditionalWorkload } from './conditional.ts'
import { type Convergence, untilEqual } from './convergence.ts'
import { carryOut } from './nemesis.ts'
import { readsOfDisks } from './replicas.ts'
import { readCopies, withCopies } from './snapshot.ts'
import type { KillMeasure, RingChange, StormWorld } from './storm-world.ts'
import { drawTimetable, type StrokeKind } from './timetable.ts'
import { countWrongs, type Wrongs } from './verdict.ts'
import { Workload } from './workload.ts'

export interface StormOptions {
  readonly seed: number
  readonly durationMs: number
  /** All, if absent. */
  readonly kinds?: readonly StrokeKind[]
  /** So long all replicas may take to become equal when everything is healed. */
  readonly equalWithinMs: number
  readonly say: (text: string) => void
}

export interface StormResult {
  readonly acknowledged: number
  readonly reads: number
  /** Of them those while the clients were at work, before everything was healed. */
  readonly readsUnderWay: number
  readonly conditional: { readonly isOffered: boolean; readonly operations: number }
  readonly errors: ReadonlyMap<string, number>
  readonly faults: ReadonlyMap<string, number>
  readonly wrongs: Wrongs
  readonly violations: readonly Violation[]
  readonly kills: readonly KillMeasure[]
  readonly changes: readonly RingChange[]
  readonly convergence: Convergence
  /** Reads at the end that nobody answered. */
  readonly unanswered: number
  /** Processes that ended by themselves, and the like. */
  readonly failures: readonly string[]
}

/** So often all replicas are compared; what nobody remembers as missed is found only by that. */
const REPAIR_CYCLE_SECONDS = 5
export const STORM_SIZE = { shards: 5, coordinators: 2, clients: 5 } as const

export async function runStorm(options: StormOptions): Promise<StormResult> {
  const random = seededRandom(options.seed)
  const cluster = new Cluster({ REPAIR_CYCLE_SECS: String(REPAIR_CYCLE_SECONDS) })
  await cluster.found(STORM_SIZE)
  const clients = Array.from(
    { length: STORM_SIZE.clients },
    (_, n) => new ClientProcess(`client ${n + 1}`, cluster.callers),
  )
  const at = { clients, coordinators: cluster.coordinators, random: random.fork('workload') }
  const workload = new Workload(at)
  const conditional = new ConditionalWorkload(at, workload.history)
  const isOffered = await conditional.isOffered()
  const clientNames = clients.map(({ name }) => name)
  const world: StormWorld = { cluster, clientNames, tally: workload.tally, kills: [], changes: [] }
  workload.begin()
  if (isOffered) conditional.begin()
  const { durationMs, kinds, say } = options
  const faults = await carryOut(world, {
    timetable: drawTimetable(random.fork('timetable'), durationMs, kinds),
    ...{ durationMs, random: random.fork('nemesis'), say },
  })
  await Promise.all([workload.stop(), conditional.stop()])
  const reckoning = await reckon(cluster, workload, conditional, options)
  await Promise.all(clients.map((client) => client.end()))
  const { kills, changes } = world
  const operations = workload.history.conditional.length
  const done = { faults, kills, changes, failures: cluster.failures }
  return { ...reckoning, ...done, conditional: { isOffered, operations } }
}

type Reckoning = Omit<StormResult, 'faults' | 'kills' | 'changes' | 'failures' | 'conditional'>

async function reckon(
  cluster: Cluster,
  workload: Workload,
  conditional: ConditionalWorkload,
  { equalWithinMs, say }: StormOptions,
): Promise<Reckoning> {
  const { history, tally } = workload
  const readsUnderWay = history.reads.length
  await cluster.heal()
  say('healed; waiting until all replicas are equal')
  const convergence = await untilEqual(cluster, equalWithinMs)
  say('reading every key through every coordinator')
  const unanswered = (await workload.readAll()) + (await conditional.readAll())
  const errors = new Map(tally.failures)
  for (const member of cluster.members) await member.stop()
  const copies = await withCopies(cluster.shards, async (files) => readCopies(files))
  await cluster.close()
  const reads = [...history.reads, ...readsOfDisks(copies, workload.usedKeys, history, Date.now())]
  const violations = [
    ...checkReads(history.writes, reads),
    ...checkLinearizable(history.conditional),
    ...checkSets(history.conditional),
    ...checkBanks(history.conditional),
  ]
  return {
    acknowledged: tally.acks.length,
    ...{ reads: history.reads.length, readsUnderWay },
    ...{ errors, convergence, unanswered, violations, wrongs: countWrongs(violations) },
  }
}
