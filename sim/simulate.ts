/**
 * One run from one seed, in two acts. First the store is used while faults are done to it, and
 * nothing wrong may be seen at any time. Then everything is healed, and within a bounded time all
 * coordinators must find all keys and agree, and ingestion must have taken all readings.
 */

import { seededRandom } from '../src/adapters/seeded-random.ts'
import { readingKey } from '../src/model/keys.ts'
import { must } from '../src/model/must.ts'
import type { LogRecord } from '../src/ports/log.ts'
import type { Random } from '../src/ports/random.ts'
import { partitionOf } from '../src/store/ring/hash.ts'
import { verdictOn } from './checkers/verdict.ts'
import type { Violation } from './checkers/violation.ts'
import {
  CoordinatorMachine,
  FOUNDERS,
  INDEX_SIZE,
  IngestionMachine,
  ShardMachine,
  type Surroundings,
} from './cluster.ts'
import { Digest } from './digest.ts'
import { type EngineKind, SimDisk } from './disk.ts'
import { drawProfile, type Fault, type Profile } from './faults.ts'
import { History } from './history.ts'
import { Kernel } from './kernel.ts'
import { SimLog } from './log.ts'
import { type Mutation, NO_MUTATION } from './mutation.ts'
import { type Cluster, Nemesis } from './nemesis.ts'
import { addressOf, SimNetwork } from './network.ts'
import { converge } from './second-act.ts'
import { setTraps } from './traps.ts'
import { noteLogged, runClients, runMeters, type WorkloadWorld } from './workload.ts'

export interface RunOptions {
  readonly seed: number
  readonly operations: number
  readonly engine?: EngineKind
  readonly absent?: ReadonlySet<Fault>
  /** In place of the drawn one. */
  readonly profile?: Profile
  readonly mutation?: Mutation
  /** Told before the first event. */
  readonly announce?: (profile: Profile) => void
}

export interface RunReport {
  readonly seed: number
  readonly profile: Profile
  readonly violations: readonly Violation[]
  readonly digest: string
  readonly events: number
  readonly virtualMs: number
  /** Writes that were acknowledged, and those that were neither that nor certainly failed. */
  readonly acknowledged: number
  readonly inDoubt: number
  readonly reads: number
}

/** The first act ends at the latest then, whatever the faults have made of it. */
const FIRST_ACT_MS_MAX = 120_000
const OPERATION_MS_MAX = 2_000
const SET_UP_MS_MAX = 20_000
/** The first keys are written at about the same time as the ring changes, which takes its time. */
const RACE_MS_MAX = 150
const RACE_SLOWNESS = 20
const FIRST_KEYS_MS_MAX = 1_500
const TAKE_IN_TRIES_MAX = 6
const PING_EVERY_MS = 500
const PING_RARELY_MS = 15_000

export async function simulate(options: RunOptions): Promise<RunReport> {
  const undoTraps = setTraps()
  const undoMutation = (options.mutation ?? NO_MUTATION).begin()
  const surprises: unknown[] = []
  const surprised = (reason: unknown) => void surprises.push(reason)
  process.on('unhandledRejection', surprised)
  try {
    const run = new Run(options)
    const violations = await run.violations()
    const unhandled = surprises.map((reason) => ({
      promise: 'no failure goes unheard',
      sentence: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
    }))
    return { ...run.report(), violations: [...violations, ...unhandled] }
  } finally {
    process.off('unhandledRejection', surprised)
    undoMutation()
    undoTraps()
  }
}

class Run {
  private readonly options: RunOptions
  private readonly profile: Profile
  private readonly random: Random
  private readonly digest = new Digest()
  private readonly history = new History()
  private readonly kernel: Kernel
  private readonly around: Surroundings
  private readonly cluster: Cluster
  private readonly nemesis: Nemesis

  constructor(options: RunOptions) {
    this.options = options
    this.random = seededRandom(`sim ${options.seed}`)
    this.profile =
      options.profile ??
      drawProfile(this.random.fork('faults'), options.absent ?? new Set(), options.mutation?.needs)
    options.announce?.(this.profile)
    this.kernel = new Kernel(this.random.fork('ties'), this.digest)
    this.around = this.surroundings()
    this.cluster = clusterOf(this.around, this.profile['late-coordinator'] > 0)
    const { kernel, network, log, mutation } = this.around
    const nemesisRandom = this.random.fork('nemesis')
    const world = { kernel, network, log, mutation }
    this.nemesis = new Nemesis(world, this.cluster, this.profile, nemesisRandom)
    noteLogged(this.history, log)
    log.onCommit = (partition, records) => this.noteCommit(partition, records)
  }

  async violations(): Promise<readonly Violation[]> {
    const isSetUp = await this.setUp()
    if (!isSetUp) return [{ promise: 'S13', sentence: 'no ring was founded in calm weather' }]
    await this.firstAct()
    this.nemesis.heal()
    const final = await converge(this.workload(), this.cluster, this.kernel)
    return verdictOn(this.history, final, INDEX_SIZE)
  }

  report(): Omit<RunReport, 'violations'> {
    const { writes, reads } = this.history
    for (const one of [...writes, ...reads]) this.digest.add(JSON.stringify(one))
    return {
      seed: this.options.seed,
      profile: this.profile,
      digest: this.digest.text,
      events: this.kernel.events,
      virtualMs: Math.round(this.kernel.nowMs),
      acknowledged: writes.filter(({ outcome }) => outcome === 'done').length,
      inDoubt: writes.filter(({ outcome }) => outcome === 'unknown').length,
      reads: reads.length,
    }
  }

  /** The ring is founded, and further shards are taken in before the first key is written. */
  private async setUp(): Promise<boolean> {
    const { shards, coordinators, ingestors } = this.cluster
    const isStormy = this.profile['stormy-founding'] > 0
    if (isStormy) this.nemesis.setClocks()
    for (const machine of [...shards, ...coordinators, ...ingestors]) machine.start()
    if (isStormy) this.nemesis.begin()
    else if (!(await this.allKnow(FOUNDERS.length))) return false
    else this.nemesis.setClocks()
    const isRacing = isStormy || this.profile['ring-race'] > 0
    const delayMs = isRacing ? this.random.fork('race').below(RACE_MS_MAX) : 0
    const takenIn = this.takeIn(shards.slice(FOUNDERS.length), delayMs)
    if (isStormy) return this.kernel.until(() => this.someoneKnows(), FIRST_ACT_MS_MAX)
    if (isRacing) await this.someTime(this.random.fork('first keys').below(FIRST_KEYS_MS_MAX))
    if (isRacing) return true
    let isIn = false
    void takenIn.then(() => {
      isIn = true
    })
    if (!(await this.kernel.until(() => isIn, SET_UP_MS_MAX))) return false
    return this.allKnow(shards.length, this.profile['late-coordinator'] > 0 ? 1 : 0)
  }

  /** By the first coordinator, one after another, as an operator would. */
  private async takeIn(newcomers: readonly ShardMachine[], delayMs: number): Promise<void> {
    await this.kernel.sleep(delayMs)
    this.around.network.slowness = delayMs > 0 ? RACE_SLOWNESS : 1
    const first = must(this.cluster.coordinators[0])
    for (const { name } of newcomers) {
      let kind: string | undefined
      for (
        let tries = 0;
        tries < TAKE_IN_TRIES_MAX && kind !== 'changed' && kind !== 'already';
        tries += 1
      ) {
        const asked = first.isUp ? first.coordinator?.ring.addNode(addressOf(name)) : undefined
        kind = (await Promise.race([asked, first.life.over]))?.kind
        if (kind !== 'changed') await this.kernel.sleep(300)
      }
    }
    this.around.network.slowness = 1
  }

  private async someTime(ms: number): Promise<void> {
    const untilMs = this.kernel.nowMs + ms
    await this.kernel.until(() => this.kernel.nowMs >= untilMs, ms)
  }

  private someoneKnows(): boolean {
    return this.cluster.coordinators.some((one) => one.store && one.ringName !== null)
  }

  private allKnow(shards: number, exceptLast = 0): Promise<boolean> {
    const { coordinators, ingestors } = this.cluster
    const all = [...coordinators.slice(0, coordinators.length - exceptLast), ...ingestors]
    const knows = ({ coordinator }: CoordinatorMachine) =>
      coordinator?.ring.info().totalNodes === shards
    return this.kernel.until(() => all.every(knows), SET_UP_MS_MAX)
  }

  private async firstAct(): Promise<void> {
    if (this.profile['stormy-founding'] === 0) this.nemesis.begin()
    let isOver = false
    const workload = this.workload()
    const clients = runClients(workload, this.options.operations, this.random.fork('clients'))
    void clients.then(() => {
      isOver = true
    })
    void runMeters(workload, this.random.fork('meters'), () => isOver)
    const withinMs = FIRST_ACT_MS_MAX + this.options.operations * OPERATION_MS_MAX
    const isDone = await this.kernel.until(() => isOver, withinMs)
    if (!isDone) this.history.stuck.push('the clients did not come to an end')
    isOver = true
  }

  private workload(): WorkloadWorld {
    const { kernel, log } = this.around
    return { kernel, log, history: this.history, coordinators: this.cluster.coordinators }
  }

  private surroundings(): Surroundings {
    const { kernel, digest } = this
    const faults = { lossChance: 0, replayChance: 0, slowChance: 0 }
    return {
      kernel,
      random: this.random.fork('processes'),
      network: new SimNetwork(kernel, this.random.fork('network'), faults),
      trace: { note: (level, fact) => digest.add(`${level} ${JSON.stringify(fact)}`) },
      log: new SimLog(kernel, this.random.fork('log')),
      mutation: this.options.mutation ?? NO_MUTATION,
      engine: this.options.engine ?? 'memory',
    }
  }

  /** What of the committed readings stands on how many disks; dead letters stand on none. */
  private noteCommit(partition: number, records: readonly LogRecord[]): void {
    const ring = this.cluster.coordinators[0]?.coordinator?.ring.info()
    const partitions = ring?.partitions ?? 1
    let replicasMin = Number.POSITIVE_INFINITY
    for (const { value, key } of records) {
      const timestamp = /"timestamp":"([^"]+)"/.exec(value)?.[1]
      if (timestamp === undefined) continue
      const name = readingKey(Number(key), timestamp)
      const place = partitionOf(name, partitions)
      const holders = this.cluster.shards.filter(({ disk }) => disk.engine.get(place, name))
      replicasMin = Math.min(replicasMin, holders.length)
    }
    const upTo = must(records.at(-1)).offset + 1
    const entry = { partition, upTo, replicasMin, replicasNeeded: this.quorum() }
    this.history.commits.push(entry)
  }

  /** A disk that was emptied may have held one of them. */
  private quorum(): number {
    return this.profile['emptied-disk'] > 0 ? 1 : 2
  }
}

/** `isLate`: the last coordinator hears of a new ring long after it was made. */
function clusterOf(around: Surroundings, isLate: boolean): Cluster {
  const random = around.random.fork('cluster')
  const shardCount = FOUNDERS.length + random.below(3)
  const coordinatorCount = 2 + random.below(2)
  const named = <M>(name: string, count: number, make: (name: string) => M): M[] =>
    Array.from({ length: count }, (_, index) => make(`${name}${index + 1}`))
  const cacheItems = random.chance(0.2) ? 0 : 5 + random.below(40)
  return {
    shards: named('kv', shardCount, (name) => {
      const faults = { crashChance: 0, brokenChance: 0, slowChance: 0 }
      const disk = new SimDisk(around.engine, random.fork(`disk of ${name}`), faults)
      return new ShardMachine(name, around, disk, cacheItems)
    }),
    coordinators: named('co', coordinatorCount, (name) => {
      const isLast = name === `co${coordinatorCount}`
      return new CoordinatorMachine(name, around, isLate && isLast ? PING_RARELY_MS : PING_EVERY_MS)
    }),
    ingestors: named('in', 2, (name) => new IngestionMachine(name, around, PING_EVERY_MS)),
  }
}
