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
import type { WorkloadWorld } from './asking.ts'
import { verdictOn } from './checkers/verdict.ts'
import type { Violation } from './checkers/violation.ts'
import { INDEX_SIZE, type Surroundings } from './cluster.ts'
import { Digest } from './digest.ts'
import type { EngineKind } from './disk.ts'
import { drawProfile, type Fault, type Profile } from './faults.ts'
import { History, OPEN } from './history.ts'
import { Kernel, turnOfThread } from './kernel.ts'
import { SimLog } from './log.ts'
import { clusterOf, paceOf } from './machines.ts'
import { noteLogged, runMeters } from './meters.ts'
import { type Mutation, NO_MUTATION } from './mutation.ts'
import { type Cluster, Nemesis } from './nemesis.ts'
import { SimNetwork } from './network.ts'
import { leastOf, Operator } from './operator.ts'
import { RingWatch } from './ring-watch.ts'
import { converge } from './second-act.ts'
import { setUp } from './set-up.ts'
import { setTraps } from './traps.ts'
import { runClients } from './workload.ts'

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
  /** Told of each fact that a process notes, and when. */
  readonly hear?: (nowMs: number, fact: string) => void
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
  /** Operations of the conditional lane that were answered for certain. */
  readonly conditional: number
  /** That operators have asked for and got. */
  readonly ringChanges: number
}

/** The first act ends at the latest then, whatever the faults have made of it. */
const FIRST_ACT_MS_MAX = 120_000
const OPERATION_MS_MAX = 2_000

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
    const report = { ...run.report(), violations: [...violations, ...unhandled] }
    await run.end()
    return report
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
  private readonly ending = new AbortController()
  private readonly kernel: Kernel
  private readonly around: Surroundings
  private readonly cluster: Cluster
  private readonly rings: RingWatch
  private readonly operator: Operator
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
    this.cluster = clusterOf(this.around, this.profile)
    const { shards, coordinators } = this.cluster
    const { kernel, network, log, mutation } = this.around
    const nemesisRandom = this.random.fork('nemesis')
    this.rings = new RingWatch(shards)
    const people = { kernel, rings: this.rings, shards, coordinators }
    this.operator = new Operator(people, leastOf(this.profile))
    const world = { kernel, network, log, mutation, operator: this.operator }
    this.nemesis = new Nemesis(world, this.cluster, this.profile, nemesisRandom)
    noteLogged(this.history, log)
    log.onCommit = (partition, records) => this.noteCommit(partition, records)
  }

  async violations(): Promise<readonly Violation[]> {
    const { around, cluster, nemesis, profile, random, rings } = this
    const isSetUp = await setUp({ around, cluster, nemesis, profile, random })
    if (!isSetUp) return [{ promise: 'S13', sentence: 'no ring was founded in calm weather' }]
    await this.firstAct()
    nemesis.heal()
    const calm = { ...this.workload(), cluster, nemesis, rings, around }
    const { final, onDisks } = await converge(calm)
    return verdictOn(this.history, final, INDEX_SIZE, [...rings.violations, ...onDisks])
  }

  report(): Omit<RunReport, 'violations'> {
    const { writes, reads, conditional } = this.history
    for (const one of [...writes, ...reads, ...conditional]) this.digest.add(JSON.stringify(one))
    return {
      seed: this.options.seed,
      profile: this.profile,
      digest: this.digest.text,
      events: this.kernel.events,
      virtualMs: Math.round(this.kernel.nowMs),
      acknowledged: writes.filter(({ outcome }) => outcome === 'done').length,
      inDoubt: writes.filter(({ outcome }) => outcome === 'unknown').length,
      reads: reads.length,
      conditional: conditional.filter(({ end }) => end !== OPEN).length,
      ringChanges: this.operator.changes,
    }
  }

  /** What its processes still wait for would otherwise be held for as long as the thread runs. */
  async end(): Promise<void> {
    this.ending.abort()
    await turnOfThread()
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
      signal: this.ending.signal,
      network: new SimNetwork(kernel, this.random.fork('network'), faults),
      trace: {
        note: (level, fact) => {
          const text = `${level} ${JSON.stringify(fact)}`
          digest.add(text)
          this.options.hear?.(kernel.nowMs, text)
        },
      },
      log: new SimLog(kernel, this.random.fork('log')),
      mutation: this.options.mutation ?? NO_MUTATION,
      engine: this.options.engine ?? 'memory',
      pace: paceOf(this.profile, this.random.fork('pace')),
    }
  }

  /** On how many disks of its replicas the worst of the committed readings stands. */
  private noteCommit(partition: number, records: readonly LogRecord[]): void {
    const upTo = must(records.at(-1)).offset + 1
    const keys = records.flatMap(({ value, key }) => {
      const timestamp = /"timestamp":"([^"]+)"/.exec(value)?.[1]
      return timestamp === undefined ? [] : [readingKey(Number(key), timestamp)]
    })
    for (const key of keys) {
      const standing = this.rings.standing(key)
      if (!standing) continue
      // A disk that was emptied may have held it.
      const lost = this.profile['emptied-disk'] > 0 ? 1 : 0
      const { holders: replicasMin, needed } = standing
      this.history.commits.push({
        ...{ partition, upTo, replicasMin },
        replicasNeeded: needed - lost,
      })
    }
  }
}
