/**
 * The machines of a run and what runs on them: shards on their disks, coordinators, and members of
 * ingestion, each of which has a coordinator in its own process, as `energyguard up` does. What is
 * started here are the production modules, on ports of the simulation.
 *
 * A process that is started anew has nothing but its disk and a random stream of its own.
 */
import { lruRowCache } from '../src/adapters/lru-row-cache.ts'
import { sha256 } from '../src/adapters/sha256.ts'
import { createIngestion } from '../src/ingestion/ingestion.ts'
import { DEAD_LETTER_TOPIC, INGESTION_GROUP, READINGS_TOPIC } from '../src/model/topics.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { Log } from '../src/ports/log.ts'
import type { Endpoint, Network } from '../src/ports/network.ts'
import type { Random } from '../src/ports/random.ts'
import type { Trace } from '../src/ports/trace.ts'
import type { Store } from '../src/store/client.ts'
import type { CareLimits } from '../src/store/coordinator/care/care-world.ts'
import { type Coordinator, createCoordinator } from '../src/store/coordinator/coordinator.ts'
import { createShard } from '../src/store/shard/shard.ts'
import { clockOf, Quartz } from './clock.ts'
import type { EngineKind, SimDisk } from './disk.ts'
import { type Kernel, Life } from './kernel.ts'
import type { SimLog } from './log.ts'
import type { Mutation } from './mutation.ts'
import { addressOf, type SimNetwork } from './network.ts'

/** What all processes of a run share. */
export interface Surroundings {
  readonly kernel: Kernel
  readonly random: Random
  /** Aborted when the run is over, so that nothing of it is held any longer. */
  readonly signal: AbortSignal
  readonly network: SimNetwork
  readonly trace: Trace
  readonly log: SimLog
  readonly mutation: Mutation
  readonly engine: EngineKind
  /** How long things take that take hours elsewhere. */
  readonly pace: Pace
}

export interface Pace {
  readonly care: Partial<CareLimits>
  readonly hintsPerTargetMax: number
  /** Rows of partitions that have moved away are removed after so long. */
  readonly cleanAfterMs: number
  /** Ingestion waits while there are fewer. */
  readonly expectedShards: number
}

/** Partitions are few, so that the ring is small and every one of them is met. */
const VIRTUAL_NODES = 4
/** Shards that the ring is founded with; further ones are taken in before the first key. */
export const FOUNDERS = ['kv1', 'kv2', 'kv3']
export const INDEX_SIZE = 12

/** One machine and the process on it. */
export abstract class Machine {
  readonly name: string
  readonly quartz: Quartz
  life: Life
  protected readonly around: Surroundings
  private lives = 0

  constructor(name: string, around: Surroundings) {
    this.name = name
    this.around = around
    this.quartz = new Quartz(around.kernel)
    this.life = new Life(name)
    this.life.end()
  }

  get isUp(): boolean {
    return !this.life.isOver
  }

  start(): void {
    if (this.isUp) return
    const { kernel, random } = this.around
    this.life = new Life(this.name)
    this.lives += 1
    const clock = clockOf(kernel, this.quartz, this.life)
    this.boot(this.life, clock, random.fork(`${this.name}/${this.lives}`))
  }

  crash(): void {
    this.life.end()
  }

  /** Stopped for so long, with all that reaches it waiting. */
  pause(ms: number): void {
    this.life.pausedUntilMs = Math.max(this.life.pausedUntilMs, this.around.kernel.nowMs + ms)
  }

  /** Tasks of the process itself, run once the present event-loop turn has ended. */
  protected afterTurn(life: Life): (run: () => void) => void {
    return (run) => void this.around.kernel.at(0, life, 'turn', run)
  }

  protected networkOf(life: Life, clock: Clock): Network {
    const { network, mutation } = this.around
    const face = network.face({ name: this.name, life, quartz: this.quartz })
    return mutation.network(face, clock)
  }

  protected abstract boot(life: Life, clock: Clock, random: Random): void
}

export class ShardMachine extends Machine {
  readonly disk: SimDisk
  private readonly cacheItems: number

  constructor(name: string, around: Surroundings, disk: SimDisk, cacheItems: number) {
    super(name, around)
    this.disk = disk
    this.cacheItems = cacheItems
  }

  protected boot(life: Life, clock: Clock, random: Random): void {
    const { mutation, network, trace, pace, signal } = this.around
    const engine = this.disk.open({
      isOver: () => life.isOver,
      crash: () => life.end(),
      stall: (ms) => this.pause(ms),
    })
    const options = {
      dbPath: this.name,
      cache: lruRowCache(this.cacheItems),
      cleanAfterMs: pace.cleanAfterMs,
      hintsPerTargetMax: pace.hintsPerTargetMax,
      afterTurn: this.afterTurn(life),
    }
    try {
      const world = { clock, random, trace, engine: mutation.engine(engine, this.disk) }
      const shard = createShard(world, options)
      const endpoint: Endpoint = mutation.endpoint(shard.endpoint, clock)
      network.listen(addressOf(this.name), { name: this.name, life, endpoint })
      void shard.run(signal).catch(() => life.end())
    } catch {
      // Its first start does not fit on the disk: the process ends, and is started again.
      life.end()
    }
  }
}

export class CoordinatorMachine extends Machine {
  coordinator: Coordinator | null = null
  private readonly pingEveryMs: number

  constructor(name: string, around: Surroundings, pingEveryMs: number) {
    super(name, around)
    this.pingEveryMs = pingEveryMs
  }

  /** The ring that it goes by; null = none. */
  get ringName(): string | null {
    const { cluster, version } = this.coordinator?.ring.info() ?? { cluster: null, version: 0 }
    return cluster === null ? null : `${cluster} ${version}`
  }

  /** Null = nobody answers there. */
  get store(): Store | null {
    return this.isUp ? (this.coordinator?.store ?? null) : null
  }

  protected boot(life: Life, clock: Clock, random: Random): void {
    const world = { clock, random, trace: this.around.trace, network: this.networkOf(life, clock) }
    this.coordinator = createCoordinator(world, {
      bootstrap: FOUNDERS.map(addressOf),
      virtualNodes: VIRTUAL_NODES,
      pingEveryMs: this.pingEveryMs,
      care: this.around.pace.care,
      afterTurn: this.afterTurn(life),
    })
    void this.coordinator.run(this.around.signal)
  }
}

export class IngestionMachine extends CoordinatorMachine {
  protected override boot(life: Life, clock: Clock, random: Random): void {
    super.boot(life, clock, random)
    const { trace, log, mutation } = this.around
    const coordinator = this.coordinator
    if (!coordinator) return
    const member: Log = mutation.log(log.face(this.name, life, clock))
    const store = mutation.store(coordinator.store)
    const world = { clock, trace, store, hash: sha256, log: member, random: random.fork('member') }
    const service = createIngestion(world, {
      topic: READINGS_TOPIC,
      group: INGESTION_GROUP,
      deadLetterTopic: DEAD_LETTER_TOPIC,
      indexSize: INDEX_SIZE,
      expectedShards: this.around.pace.expectedShards,
    })
    void service.run(this.around.signal)
  }
}
