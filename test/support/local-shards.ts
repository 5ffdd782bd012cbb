/**
 * Real shards on the network within one process, as `up` has them, each on a disk in memory that
 * outlives it: they can be stopped, started again, moved, and have their disks filled or emptied.
 */
import type { TestContext } from 'node:test'
import { createLocalNetwork, type LocalNetwork } from '../../src/adapters/local-network.ts'
import { lruRowCache } from '../../src/adapters/lru-row-cache.ts'
import { MemoryDisk, openMemoryEngine } from '../../src/adapters/memory-engine.ts'
import { systemRandom } from '../../src/adapters/seeded-random.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import type { CoordinatorOptions } from '../../src/store/coordinator/coordinator.ts'
import { createShard, type Shard } from '../../src/store/shard/shard.ts'
import { ready, type StartedCoordinator, startCoordinatorOn } from './store-cluster.ts'
import { type RecordingTrace, recordingTrace } from './traces.ts'

export class LocalShard {
  readonly trace: RecordingTrace = recordingTrace()
  disk = new MemoryDisk()
  address: string
  shard: Shard
  /** Put between the shard and its disk when it is started. */
  wrap: (engine: KeyValueEngine) => KeyValueEngine = (engine) => engine
  private readonly network: LocalNetwork
  private leave: () => void

  constructor(network: LocalNetwork, address: string) {
    this.network = network
    this.address = address
    this.shard = this.open()
    this.leave = network.register(address, this.shard.endpoint)
  }

  stop(): void {
    this.leave()
  }

  /** On what its disk holds, without what it had in memory. */
  start(address = this.address): void {
    this.leave()
    this.address = address
    this.shard = this.open()
    this.leave = this.network.register(address, this.shard.endpoint)
  }

  private open(): Shard {
    const engine = this.wrap(openMemoryEngine(this.disk))
    const world = { clock: systemClock, random: systemRandom(), trace: this.trace, engine }
    return createShard(world, { dbPath: this.address, cache: lruRowCache(1_000) })
  }
}

export interface LocalCluster {
  readonly shards: readonly LocalShard[]
  readonly addresses: readonly string[]
  readonly network: LocalNetwork
  startCoordinator(options?: CoordinatorOptions): StartedCoordinator
}

export function localShards(t: TestContext, count = 3): LocalCluster {
  const network = createLocalNetwork(systemClock)
  const addresses = Array.from({ length: count }, (_, i) => `local:kv${i + 1}`)
  const shards = addresses.map((address) => new LocalShard(network, address))
  return {
    shards,
    addresses,
    network,
    startCoordinator: (options) =>
      startCoordinatorOn(t, network, { bootstrap: addresses, ...options }),
  }
}

/** All of them in a ring, and one coordinator. */
export async function foundedLocalShards(t: TestContext) {
  const cluster = localShards(t)
  const coordinator = cluster.startCoordinator()
  await ready(coordinator, cluster.shards.length)
  return { ...cluster, coordinator }
}
