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
import type { Operator } from './operator.ts'
import { idOf } from './ring-watch.ts'
import { jump, setRight, setWrong } from './wrong-clocks.ts'

export interface Cluster {
  readonly shards: readonly ShardMachine[]
  /** Those of them that the ring begins with; the others are spare. */
  readonly members: readonly ShardMachine[]
  readonly coordinators: readonly CoordinatorMachine[]
  readonly ingestors: readonly CoordinatorMachine[]
}

/** Between two strokes of a fault of strength 1; a stronger one strikes more often. */
const EVERY_MS = 10_000
const DOWN_MS_MAX = 4_000
const PAUSE_MS_MAX = 6_000
/** An operation that sleeps for longer than deleted rows are kept undoes a deletion. */
const SHORT_GRACE_PAUSE_MS_MAX = 3_000
/** From this strength on, whoever was emptied is replaced in the first act. */
const REPLACED_STRENGTH = 2
/** Of one message, for each step of strength. */
const LOSS_CHANCE = 0.03
const DISK_CHANCE = 0.002
const REPLACED_AFTER_MS = 1_000

export class Nemesis {
  private readonly kernel: Kernel
  private readonly cluster: Cluster
  private readonly network: SimNetwork
  private readonly log: SimLog
  private readonly profile: Profile
  private readonly random: Random
  private readonly mutation: Mutation
  private readonly operator: Operator
  private isHealing = false
  /** The one shard whose disk may lose what it had. */
  private readonly victim: ShardMachine
  /** Who it was before. */
  private lostId: string | undefined

  constructor(
    world: {
      kernel: Kernel
      network: SimNetwork
      log: SimLog
      mutation: Mutation
      operator: Operator
    },
    cluster: Cluster,
    profile: Profile,
    random: Random,
  ) {
    this.kernel = world.kernel
    this.network = world.network
    this.log = world.log
    this.mutation = world.mutation
    this.operator = world.operator
    this.cluster = cluster
    this.profile = profile
    this.random = random
    this.victim = must(cluster.members[random.fork('victim').below(cluster.members.length)])
  }

  /** The shard whose disk was emptied and that nobody has replaced; null = there is none. */
  get emptied(): ShardMachine | null {
    const { lostId, operator, victim } = this
    return lostId !== undefined && operator.isMember(lostId) ? victim : null
  }

  get isReshaping(): boolean {
    return this.profile.reshaping > 0
  }

  private get machines(): readonly Machine[] {
    const { shards, coordinators, ingestors } = this.cluster
    return [...shards, ...coordinators, ...ingestors]
  }

  /** Clocks are wrong from the first moment on. */
  setClocks(): void {
    const random = this.random.fork('clocks')
    for (const machine of this.machines) {
      const isShard = this.cluster.shards.some((shard) => shard === machine)
      setWrong(machine.quartz, this.profile, isShard, random)
    }
  }

  /** Everything else begins. */
  begin(): void {
    this.setChances(this.profile)
    const { shards, coordinators, ingestors } = this.cluster
    this.schedule('shard-crashes', (random) => this.crash(shards, random))
    this.schedule('coordinator-crashes', (random) => this.crash(coordinators, random))
    this.schedule('ingestion-crashes', (random) => this.crash(ingestors, random))
    this.schedule('pauses', (random) => this.pause(random))
    this.schedule('clock-jumps', (random) =>
      jump(pick(this.machines, random).quartz, this.profile, random),
    )
    this.schedule('cuts', (random) => this.cut(random, [pick(shards, random).name], false))
    this.schedule('partitions', (random) => this.cut(random, this.someOf(random), true))
    this.schedule('full-disks', (random) => this.fill(random))
    this.schedule('log-outages', (random) => this.logOutage(random))
    this.schedule('damaged-rows', (random) => this.damage(random))
    this.schedule('reshaping', (random) => this.operator.strike(random))
    this.once('emptied-disk', () => this.empty())
    this.keepRunning()
  }

  heal(): void {
    this.isHealing = true
    this.setChances(undefined)
    this.network.cuts.clear()
    this.log.isAway = false
    for (const machine of this.machines) {
      setRight(machine.quartz)
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
    this.lostId = idOf(this.victim)
    const keep = this.mutation.emptied(disk.engine)
    disk.replace()
    keep(disk.engine)
    this.later(500, 'start emptied', () => this.victim.start())
    if (this.profile['emptied-disk'] >= REPLACED_STRENGTH) this.replaceLater()
  }

  /** A person has read what is said about the emptied shard, and tries until it is done. */
  private replaceLater(): void {
    this.later(REPLACED_AFTER_MS, 'replace', () => {
      const { coordinators } = this.cluster
      const machine = coordinators.find(({ isUp }) => isUp)
      const replaced = machine ? this.replaceEmptied(machine) : Promise.resolve(false)
      void replaced.then((isDone) => {
        if (!isDone) this.replaceLater()
      })
    })
  }

  /** Through this coordinator; true = there is nothing emptied left. */
  async replaceEmptied(machine: CoordinatorMachine): Promise<boolean> {
    const { emptied } = this
    if (emptied) await this.operator.replace(machine, emptied)
    return this.emptied === null
  }

  private pause(random: Random): void {
    const maxMs = this.profile['short-grace'] > 0 ? SHORT_GRACE_PAUSE_MS_MAX : PAUSE_MS_MAX
    pick(this.machines, random).pause(ms(maxMs, random))
  }
}

function pick<T>(list: readonly T[], random: Random): T {
  return must(list[random.below(list.length)])
}

/** 1 to `max` ms, short ones more often. */
function ms(max: number, random: Random): number {
  return 1 + Math.floor(max * random.unit() * random.unit())
}
