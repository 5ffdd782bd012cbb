/**
 * The people who change the ring while everything else goes wrong: they add a spare shard, remove
 * or replace one, ask for another factor, take back what is under way, and sometimes two of them do
 * so at once through different coordinators. They ask and do not wait for what comes of it; a
 * change that is refused is one that did not happen.
 *
 * They keep to what is promised: never fewer shards than the run can bear to lose one of.
 */
import type { Random } from '../src/ports/random.ts'
import type { RingOutcome } from '../src/store/coordinator/ring-admin.ts'
import type { CoordinatorMachine, ShardMachine } from './cluster.ts'
import type { Profile } from './faults.ts'
import type { Kernel } from './kernel.ts'
import { addressOf } from './network.ts'
import type { RingWatch } from './ring-watch.ts'

export interface OperatorWorld {
  readonly kernel: Kernel
  readonly rings: RingWatch
  readonly shards: readonly ShardMachine[]
  readonly coordinators: readonly CoordinatorMachine[]
}

/** What shards and factor stay at least. */
export interface Least {
  readonly shards: number
  readonly factor: number
}

type Admin = NonNullable<CoordinatorMachine['coordinator']>['ring']
type Ask = (admin: Admin) => Promise<RingOutcome>

const FACTOR_MAX = 4
/** After so long it is known whether a shard will be removed. */
const REMOVAL_MS_MAX = 10_000

/**
 * Where one shard may lose what it had, a majority of every partition's replicas must remain
 * without it.
 */
export function leastOf(profile: Profile): Least {
  const mayLose = profile['emptied-disk'] > 0 || profile['damaged-rows'] > 0
  return mayLose ? { shards: 3, factor: 3 } : { shards: 2, factor: 1 }
}

export class Operator {
  /** Changes that were made. */
  changes = 0
  private readonly world: OperatorWorld
  private readonly least: Least
  /** Removals that may take effect yet: others must not come on top of them. */
  private removals = 0

  constructor(world: OperatorWorld, least: Least) {
    this.world = world
    this.least = least
  }

  /** One wish, or two at once. */
  strike(random: Random): void {
    const up = this.world.coordinators.filter(({ isUp }) => isUp)
    const count = random.chance(0.25) ? 2 : 1
    for (let i = 0; i < count; i += 1) {
      const machine = up[random.below(Math.max(1, up.length))]
      const ask = this.wish(random)
      if (machine && ask) void this.askOf(machine, ask)
    }
  }

  /** Does the ring rely on the shard of this id? */
  isMember(shardId: string): boolean {
    const shards = this.world.rings.newest?.shards ?? []
    return shards.some(({ id, leaving }) => id === shardId && !leaving)
  }

  /**
   * Puts a machine into the place of a shard that will never come back, wherever that stands; one
   * that is in the ring already makes it dispensable.
   */
  async replace(via: CoordinatorMachine, lostId: string, machine: ShardMachine): Promise<void> {
    const shards = this.world.rings.newest?.shards ?? []
    const lost = shards.find(({ id }) => id === lostId)?.address
    if (lost === undefined) return
    const by = addressOf(machine.name)
    const isIn = shards.some(({ address, leaving }) => {
      return address === by && address !== lost && !leaving
    })
    await this.askOf(via, (admin) => (isIn ? admin.removeNode(lost) : admin.replaceNode(lost, by)))
  }

  /** The answer; undefined = none, since the coordinator has died. */
  private async askOf(machine: CoordinatorMachine, ask: Ask): Promise<RingOutcome | undefined> {
    const { kernel } = this.world
    const { life } = machine
    const answered = Promise.withResolvers<RingOutcome | undefined>()
    kernel.at(0, life, 'operator', () => {
      const admin = machine.coordinator?.ring
      answered.resolve(admin ? ask(admin) : undefined)
    })
    const outcome = await Promise.race([answered.promise, life.over.then(() => undefined)])
    if (outcome?.kind === 'changed') this.changes += 1
    return outcome
  }

  private wish(random: Random): Ask | undefined {
    const draw = random.below(100)
    if (draw < 30) return this.toAdd(random)
    if (draw < 50) return this.toRemove(random)
    if (draw < 65) return this.toReplace(random)
    if (draw < 75) return this.removals > 0 ? undefined : (admin) => admin.cancel()
    const factor = this.least.factor + random.below(FACTOR_MAX - this.least.factor + 1)
    return (admin) => admin.reconfigure({ replicationFactor: factor })
  }

  private toAdd(random: Random): Ask | undefined {
    const address = this.pick(this.spares(), random)
    return address === undefined ? undefined : (admin) => admin.addNode(address)
  }

  private toRemove(random: Random): Ask | undefined {
    const { kernel, rings } = this.world
    const staying = this.staying()
    const isChanging = this.removals > 0 || rings.newest?.change !== undefined
    if (staying.length <= this.least.shards + (isChanging ? 1 : 0)) return undefined
    const address = this.pick(staying, random)
    if (address === undefined) return undefined
    this.removals += 1
    kernel.at(REMOVAL_MS_MAX, kernel.world, 'removed', () => {
      this.removals -= 1
    })
    return (admin) => admin.removeNode(address)
  }

  private toReplace(random: Random): Ask | undefined {
    const [address, by] = [this.pick(this.staying(), random), this.pick(this.spares(), random)]
    if (address === undefined || by === undefined) return undefined
    return (admin) => admin.replaceNode(address, by)
  }

  private staying(): readonly string[] {
    const shards = this.world.rings.newest?.shards ?? []
    return shards.flatMap(({ address, leaving }) => (leaving ? [] : [address]))
  }

  /** Those that are up and in no ring; a shard that is just leaving is none yet. */
  private spares(): readonly string[] {
    const named = this.world.rings.newest?.shards.map(({ address }) => address) ?? []
    const up = this.world.shards.filter(({ isUp }) => isUp).map(({ name }) => addressOf(name))
    return up.filter((address) => !named.includes(address))
  }

  private pick(addresses: readonly string[], random: Random): string | undefined {
    return addresses[random.below(Math.max(1, addresses.length))]
  }
}
