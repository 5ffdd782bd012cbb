/**
 * One coordinator, put together from its parts. It holds nothing that must survive: the ring and
 * the rows are on the shards, so any number of coordinators may run side by side and each may be
 * killed at any time.
 */
import { must } from '../../model/must.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Address, Network } from '../../ports/network.ts'
import type { Random } from '../../ports/random.ts'
import type { Service } from '../../ports/service.ts'
import type { Trace } from '../../ports/trace.ts'
import type { Backup } from '../backup.ts'
import type { Store, StoreStatus } from '../client.ts'
import { isLost } from '../ring/lost-shard.ts'
import type { ReplicationWish } from '../ring/membership.ts'
import { partitionCount } from '../ring/partition-count.ts'
import { isQuorum } from '../ring/quorum.ts'
import type { CareLimits } from './care/care-world.ts'
import { type CareStatus, createCaretaker } from './care/caretaker.ts'
import { keyChanger, reaffirm } from './care/register-access.ts'
import { ConditionalLane } from './conditional/lane.ts'
import { exportPage } from './export-page.ts'
import { HOP_DEFAULTS, type HopOptions, ShardLink } from './hop.ts'
import { importRows } from './import-rows.ts'
import { LateWatch } from './late-watch.ts'
import { readAll } from './reader.ts'
import type { RingAdmin } from './ring-admin.ts'
import { ringAdmin } from './ring-changes.ts'
import { RingKeeper } from './ring-keeper.ts'
import { scanPage } from './scanner.ts'
import { LIMIT_DEFAULTS, type StoreLimits, StoreWorld } from './store-world.ts'
import { writeAll } from './writer.ts'

export interface CoordinatorWorld {
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  readonly trace: Trace
}

export interface CoordinatorOptions {
  /** Addresses of shards to found the ring with, and to take in while the store is empty. */
  readonly bootstrap?: readonly Address[]
  /** Addresses at which to look for a ring that was there before; nothing is founded there. */
  readonly remembered?: readonly Address[]
  /**
   * How many replicas a key gets; default a factor of 3. Counts at founding; then the ring's own
   * does.
   */
  readonly replication?: ReplicationWish
  /** `VIRTUAL_NODES`: decides the number of partitions at founding. Default 150. */
  readonly virtualNodes?: number
  readonly pingEveryMs?: number
  readonly pingTimeoutMs?: number
  readonly foundingGraceMs?: number
  /** So long a change of the ring waits for the one that is under way, before it is refused. */
  readonly changeWaitMs?: number
  /** And so much longer at the most, while nobody carries that one out. */
  readonly unattendedWaitMs?: number
  readonly limits?: Partial<StoreLimits>
  readonly hop?: Partial<HopOptions>
  /** How the replicas are cared for, by whichever coordinator does. */
  readonly care?: Partial<CareLimits>
  /** Runs something once the present event-loop turn has ended. */
  readonly afterTurn?: (run: () => void) => void
}

export interface Coordinator extends Service {
  /** For clients: all keys but the system's. */
  readonly store: Store
  /** For the keys under `_system:` alone. */
  readonly systemStore: Pick<Store, 'read' | 'write'>
  /** For copies of all keys, the thresholds too. */
  readonly backup: Backup
  readonly ring: RingAdmin
  /** How the replicas are cared for; null = another coordinator does. */
  care(): CareStatus | null
  /** Looks for the ring at once, greets the shards from then on, and ends with the signal. */
  run(signal: AbortSignal): Promise<void>
}

const VIRTUAL_NODES_DEFAULT = 150
const REPLICATION_DEFAULT: ReplicationWish = { kind: 'factor', factor: 3 }
const PING_EVERY_MS = 500
export const PING_TIMEOUT_MS = 1_000
const FOUNDING_GRACE_MS = 5_000
export const CHANGE_WAIT_MS = 5_000
/** Another coordinator has taken over by then, if any can. */
export const UNATTENDED_WAIT_MS = 10_000

export function createCoordinator(
  { clock, random, network, trace }: CoordinatorWorld,
  options: CoordinatorOptions = {},
): Coordinator {
  const limits = { ...LIMIT_DEFAULTS, ...options.limits }
  const writers = random.fork('writer')
  const world = new StoreWorld({
    clock,
    trace,
    limits,
    lateWatch: new LateWatch(clock, limits.hedgeAfterMs),
    newWriter: () => writerName(writers),
  })
  const lane = new ConditionalLane(world, random.fork('conditional'))
  world.conditional = lane
  const linkTo = linksBetween({ clock, network }, options)
  const virtualNodes = options.virtualNodes ?? VIRTUAL_NODES_DEFAULT
  const keeper = new RingKeeper(world, random.fork('ring'), linkTo, {
    bootstrap: options.bootstrap ?? [],
    remembered: options.remembered ?? [],
    replication: options.replication ?? REPLICATION_DEFAULT,
    partitions: partitionCount(virtualNodes),
    pingEveryMs: options.pingEveryMs ?? PING_EVERY_MS,
    pingTimeoutMs: options.pingTimeoutMs ?? PING_TIMEOUT_MS,
    foundingGraceMs: options.foundingGraceMs ?? FOUNDING_GRACE_MS,
    changeWaitMs: options.changeWaitMs ?? CHANGE_WAIT_MS,
    unattendedWaitMs: options.unattendedWaitMs ?? UNATTENDED_WAIT_MS,
  })
  const name = writerName(random.fork('caretaker'))
  const caretaker = createCaretaker({
    ...{ store: world, keeper, name, change: keyChanger(lane, name) },
    reaffirm: (key) => reaffirm(lane, key),
    limits: options.care ?? {},
  })
  return {
    store: {
      write: (writes) => writeAll(world, writes, 'public'),
      read: (keys) => readAll(world, keys, 'public'),
      scan: (query) => scanPage(world, query),
      status: async () => statusOf(world, keeper),
    },
    systemStore: {
      write: (writes) => writeAll(world, writes, 'system'),
      read: (keys) => readAll(world, keys, 'system'),
    },
    backup: {
      exportPage: (query) => exportPage(world, query),
      importRows: (rows) => importRows(world, lane, rows),
    },
    ring: ringAdmin(keeper, clock, {
      ...{ linkTo, virtualNodes },
      rebalance: () => caretaker.status()?.rebalance ?? null,
      absence: () => caretaker.absence(),
    }),
    care: () => caretaker.status(),
    run: async (signal) => {
      await Promise.all([keeper.run(signal), caretaker.run(signal)])
    },
  }
}

/** One link for each address, kept for as long as the coordinator lives. */
function linksBetween(
  { clock, network }: Pick<CoordinatorWorld, 'clock' | 'network'>,
  options: CoordinatorOptions,
): (address: Address) => ShardLink {
  const afterTurn = options.afterTurn ?? ((run: () => void) => void setImmediate(run))
  const hopWorld = { clock, network, afterTurn }
  const hopOptions = { ...HOP_DEFAULTS, ...options.hop }
  const links = new Map<Address, ShardLink>()
  return (address) => {
    const link = links.get(address) ?? new ShardLink(address, hopWorld, hopOptions)
    links.set(address, link)
    return link
  }
}

/** Reachable = each partition has a quorum of shards that answer and are who they should be. */
function statusOf(world: StoreWorld, keeper: RingKeeper): StoreStatus {
  const { view } = world
  if (view === null) return { reachable: false, shards: 0 }
  const missing = new Set(
    view.links.filter(
      ({ address, health }) =>
        health.state === 'down' || isLost(address) || keeper.problems.has(address),
    ),
  )
  const isQuorate = view.ring.table.every((_, partition) => {
    const { links, groups } = view.at(partition)
    return isQuorum(groups, (replica) => !missing.has(must(links[replica])))
  })
  return { reachable: isQuorate, shards: keeper.nodes.length }
}

function writerName(random: Random): string {
  const draw = () =>
    random
      .below(36 ** 5)
      .toString(36)
      .padStart(5, '0')
  return draw() + draw()
}
