/**
 * A store for scenarios: shards in memory and one or more coordinators over them, which end with
 * the test.
 */
import { type TestContext, test } from 'node:test'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Network } from '../../src/ports/network.ts'
import {
  type Coordinator,
  type CoordinatorOptions,
  createCoordinator,
} from '../../src/store/coordinator/coordinator.ts'
import type { ShardOptions } from '../../src/store/shard/shard-options.ts'
import { eventually } from './eventually.ts'
import { FakeNetwork, type TestShard } from './fake-shards.ts'
import { RealShard } from './real-shards.ts'
import { type RecordingTrace, recordingTrace } from './traces.ts'

/** A test about a store. */
export function story(title: string, tell: (t: TestContext) => Promise<void>): void {
  void test(title, tell)
}

export interface StoreCluster {
  readonly network: FakeNetwork
  readonly shards: readonly TestShard[]
  readonly addresses: readonly string[]
  /** One more on the network, in no ring. */
  addShard(address: string, id: string): TestShard
  /**
   * Starts a coordinator; it knows the shards' addresses as its bootstrap list unless told
   * otherwise.
   */
  startCoordinator(options?: CoordinatorOptions, clock?: Clock): StartedCoordinator
}

export interface StartedCoordinator extends Coordinator {
  readonly trace: RecordingTrace
  stop(): Promise<void>
}

export function storeCluster(
  t: TestContext,
  shardCount = 3,
  shardOptions: Partial<ShardOptions> = {},
): StoreCluster {
  const network = new FakeNetwork()
  const addresses = Array.from({ length: shardCount }, (_, i) => `local:shard-${i + 1}`)
  const addShard = (address: string, id: string) =>
    network.add(new RealShard(address, id, shardOptions))
  const shards = addresses.map((address, i) => addShard(address, `id-${i + 1}`))
  let started = 0
  return {
    network,
    shards,
    addresses,
    addShard,
    startCoordinator: (options, clock = systemClock) => {
      started += 1
      return startCoordinatorOn(t, network, { bootstrap: addresses, ...options }, clock, started)
    },
  }
}

/** A store with all its shards in the ring, and one coordinator. */
export async function foundedCluster(
  t: TestContext,
  shardCount = 3,
  options: CoordinatorOptions = {},
) {
  const cluster = storeCluster(t, shardCount)
  const coordinator = cluster.startCoordinator(options)
  await ready(coordinator, shardCount)
  return { ...cluster, coordinator }
}

/** Waits until the coordinator goes by a ring of so many shards. */
export function ready(coordinator: Coordinator, shards: number): Promise<unknown> {
  return eventually(`a ring of ${shards}`, () => coordinator.ring.info().totalNodes === shards)
}

/** A wall clock that is wrong by so many ms. */
export function skewedClock(byMs: number): Clock {
  return { ...systemClock, wallMs: () => systemClock.wallMs() + byMs }
}

/** A coordinator on any network, with short waits. */
export function startCoordinatorOn(
  t: TestContext,
  network: Network,
  options: CoordinatorOptions,
  clock: Clock = systemClock,
  seed = 1,
): StartedCoordinator {
  const trace = recordingTrace()
  const care = { idleMs: 5, ...options.care }
  const fast = { pingEveryMs: 25, foundingGraceMs: 200, virtualNodes: 8 }
  const world = { clock, random: seededRandom(seed), network, trace }
  const coordinator = createCoordinator(world, { ...fast, ...options, care })
  const ending = new AbortController()
  const running = coordinator.run(ending.signal)
  const stop = async () => {
    ending.abort()
    await running
  }
  t.after(stop)
  return { ...coordinator, trace, stop }
}
