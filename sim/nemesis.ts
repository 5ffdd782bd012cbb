/**
 * Does what the fault profile says, each fault by a timetable of its own, until it is told to heal:
 * then everything that can be made whole is made whole, and what is broken for good stays within
 * what the store promises to survive.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import type { CoordinatorMachine, Machine, ShardMachine } from './cluster.ts'
import type { Fault, Profile } from './faults.ts'
import type { Kernel } from './kernel.ts'
import type { SimLog } from './log.ts'
import type { Mutation } from './mutation.ts'
import type { SimNetwork } from './network.ts'

export interface Cluster {
  readonly shards: readonly ShardMachine[]
  readonly coordinators: readonly CoordinatorMachine[]
  readonly ingestors: readonly CoordinatorMachine[]
}

/** Between two strokes of a fault of strength 1; a stronger one strikes more often. */
const EVERY_MS = 10_000
const DOWN_MS_MAX = 4_000
const PAUSE_MS_MAX = 6_000
const SKEW_MS = [300, 1_500, 240_000]
/**
 * Shards are not wrong by minutes. Where a shard and a coordinator both are ahead, a row from the
 * future stands on one replica, the others refuse to be brought up to it, and reads that meet it
 * stay unavailable until that time has come or the key is written again.
 */
const SHARD_SKEW_MS_MAX = 1_500
const DRIFT = 0.002
/** Of one message, for each step of strength. */
const LOSS_CHANCE = 0.03
const DISK_CHANCE = 0.002

export class Nemesis {
  private readonly kernel: Kernel
  private readonly cluster: Cluster
  private readonly network: SimNetwork
  private readonly log: SimLog
  private readonly profile: Profile
  private readonly random: Random
  private readonly mutation: Mutation
  private isHealing = false
  /** The one shard whose disk may lose what it had. */
  private readonly victim: ShardMachine

  constructor(
    world: { kernel: Kernel; network: SimNetwork; log: SimLog; mutation: Mutation },
    cluster: Cluster,
    profile: Profile,
    random: Random,
  ) {
    this.kernel = world.kernel
    this.network = world.network
    this.log = world.log
    this.mutation = world.mutation
    this.cluster = cluster
    this.profile = profile
    this.random = random
    this.victim = must(cluster.shards[random.fork('victim').below(cluster.shards.length)])
  }

  private get machines(): readonly Machine[] {
    const { shards, coordinators, ingestors } = this.cluster
    return [...shards, ...coordinators, ...ingestors]
  }

  /** Clocks are wrong from the first moment on. */
  setClocks(): void {
    const random = this.random.fork('clocks')
    const skewMs = SKEW_MS[this.profile['clock-skew'] - 1] ?? 0
    for (const machine of this.machines) {
      const { quartz } = machine
      const isShard = this.cluster.shards.some((shard) => shard === machine)
      const wrongMs = isShard ? Math.min(skewMs, SHARD_SKEW_MS_MAX) : skewMs
      quartz.skewMs = Math.floor((random.unit() * 2 - 1) * wrongMs)
      quartz.rate = 1 + (random.unit() * 2 - 1) * DRIFT * this.profile['clock-drift']
    }
  }

  /** Everything else begins. */
  begin(): void {
    this.setChances(this.profile)
    const { shards, coordinators, ingestors } = this.cluster
    this.schedule('shard-crashes', (random) => this.crash(shards, random))
    this.schedule('coordinator-crashes', (random) => this.crash(coordinators, random))
    this.schedule('ingestion-crashes', (random) => this.crash(ingestors, random))
    this.schedule('pauses', (random) => pick(this.machines, random).pause(ms(PAUSE_MS_MAX, random)))
    this.schedule('clock-jumps', (random) => jump(pick(this.machines, random), random))
    this.schedule('cuts', (random) => this.cut(random, [pick(shards, random).name], false))
    this.schedule('partitions', (random) => this.cut(random, this.someOf(random), true))
    this.schedule('full-disks', (random) => this.fill(random))
    this.schedule('log-outages', (random) => this.logOutage(random))
    this.schedule('damaged-rows', (random) => this.damage(random))
    this.once('emptied-disk', () => this.empty())
    this.keepRunning()
  }

  heal(): void {
    this.isHealing = true
    this.setChances(undefined)
    this.network.cuts.clear()
    this.log.isAway = false
    for (const machine of this.machines) {
      machine.quartz.skewMs = Math.max(-200, Math.min(200, machine.quartz.skewMs))
      machine.quartz.rate = 1
      machine.life.pausedUntilMs = Math.min(machine.life.pausedUntilMs, this.kernel.nowMs)
      machine.start()
    }
    for (const { disk } of this.cluster.shards) disk.isFull = false
  }

  private setChances(profile: Profile | undefined): void {
    const of = (fault: Fault, each: number) => (profile?.[fault] ?? 0) * each
    this.network.faults.lossChance = of('loss', LOSS_CHANCE)
    this.network.faults.replayChance = of('replay', LOSS_CHANCE)
    this.network.faults.slowChance = of('slow-messages', LOSS_CHANCE)
    this.log.lostCommitChance = of('lost-commits', 0.1)
    for (const { disk } of this.cluster.shards) {
      disk.faults.crashChance = of('commit-crashes', DISK_CHANCE)
      disk.faults.brokenChance = of('broken-disks', DISK_CHANCE)
      disk.faults.slowChance = of('slow-disks', DISK_CHANCE * 3)
    }
  }

  /** Strikes again and again, at times drawn from the fault's own stream. */
  private schedule(fault: Fault, strike: (random: Random) => void): void {
    const strength = this.profile[fault]
    if (strength === 0) return
    const random = this.random.fork(fault)
    const next = () =>
      this.kernel.at(ms((EVERY_MS * 2) / strength, random), this.kernel.world, fault, () => {
        if (this.isHealing) return
        strike(random)
        next()
      })
    next()
  }

  private once(fault: Fault, strike: () => void): void {
    if (this.profile[fault] === 0) return
    const random = this.random.fork(fault)
    this.later(ms(EVERY_MS * 2, random), fault, strike)
  }

  /** Unless all is healed by then. */
  private later(delayMs: number, label: string, act: () => void): void {
    this.kernel.at(delayMs, this.kernel.world, label, () => {
      if (!this.isHealing) act()
    })
  }

  /** Whoever ended by itself is started again, as a supervisor would. */
  private keepRunning(): void {
    const random = this.random.fork('supervisor')
    const look = () => {
      for (const machine of this.machines) {
        if (!machine.isUp && random.chance(0.3)) machine.start()
      }
      this.later(500, 'supervisor', look)
    }
    this.later(500, 'supervisor', look)
  }

  private crash(machines: readonly Machine[], random: Random): void {
    const many = random.chance(0.15)
    for (const machine of many ? machines : [pick(machines, random)]) {
      machine.crash()
      this.later(ms(DOWN_MS_MAX, random), `start ${machine.name}`, () => machine.start())
    }
  }

  private cut(random: Random, names: readonly string[], isBothWays: boolean): void {
    const inside = new Set(names)
    const isInwards = random.chance(0.5)
    const made: string[] = []
    for (const { name: from } of this.machines) {
      for (const { name: to } of this.machines) {
        const crosses = inside.has(from) !== inside.has(to)
        if (crosses && (isBothWays || inside.has(to) === isInwards)) made.push(`${from}>${to}`)
      }
    }
    for (const pair of made) this.network.cuts.add(pair)
    this.later(ms(DOWN_MS_MAX, random), 'mended', () => {
      for (const pair of made) this.network.cuts.delete(pair)
    })
  }

  private someOf(random: Random): readonly string[] {
    return this.machines.filter(() => random.chance(0.4)).map(({ name }) => name)
  }

  private fill(random: Random): void {
    const { disk } = pick(this.cluster.shards, random)
    disk.isFull = true
    this.later(ms(DOWN_MS_MAX, random), 'room', () => {
      disk.isFull = false
    })
  }

  private logOutage(random: Random): void {
    this.log.isAway = true
    this.later(ms(DOWN_MS_MAX, random), 'log is back', () => {
      this.log.isAway = false
    })
  }

  private damage(random: Random): void {
    const { engine } = this.victim.disk
    const whole = { from: '', to: null }
    const partition = random.below(64)
    const row = engine.scan(partition, whole, 1, random.chance(0.5))[0]
    if (row) this.victim.disk.damage(row.key)
  }

  private empty(): void {
    const { disk } = this.victim
    this.victim.crash()
    const keep = this.mutation.emptied(disk.engine)
    disk.replace()
    keep(disk.engine)
    this.later(500, 'start emptied', () => this.victim.start())
  }
}

function jump({ quartz }: Machine, random: Random): void {
  const step = pick([300, 1_500, 10_000], random)
  quartz.skewMs += Math.floor((random.unit() * 2 - 1) * step)
}

function pick<T>(list: readonly T[], random: Random): T {
  return must(list[random.below(list.length)])
}

/** 1 to `max` ms, short ones more often. */
function ms(max: number, random: Random): number {
  return 1 + Math.floor(max * random.unit() * random.unit())
}
