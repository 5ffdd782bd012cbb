/**
 * Where a known bug can be put into a run: between the production modules and the world, or in
 * place of one of their methods while the run lasts. Nothing in `src` knows of it.
 */
import type { Clock } from '../src/ports/clock.ts'
import type { KeyValueEngine } from '../src/ports/key-value-engine.ts'
import type { Log } from '../src/ports/log.ts'
import type { Endpoint, Network } from '../src/ports/network.ts'
import type { Store } from '../src/store/client.ts'
import type { SimDisk } from './disk.ts'
import type { Fault } from './faults.ts'

export interface Mutation {
  /** Without these faults it shows so seldom that they are always there. */
  readonly needs: readonly Fault[]
  network(network: Network, clock: Clock): Network
  endpoint(endpoint: Endpoint, clock: Clock): Endpoint
  engine(engine: KeyValueEngine, disk: SimDisk): KeyValueEngine
  log(log: Log): Log
  store(store: Store): Store
  /** Called when a disk is emptied; gives back what the bug lets it keep. */
  emptied(before: KeyValueEngine): (after: KeyValueEngine) => void
  /** Puts methods in place of others; returns what takes them back. */
  begin(): () => void
}

/** A known bug. */
export interface Mutant extends Partial<Mutation> {
  /** The promises that it breaks: only one of them finds it. */
  readonly foundBy: readonly string[]
}

/** The code as it is. */
export const NO_MUTATION: Mutation = {
  needs: [],
  network: (network) => network,
  endpoint: (endpoint) => endpoint,
  engine: (engine) => engine,
  log: (log) => log,
  store: (store) => store,
  emptied: () => () => {},
  begin: () => () => {},
}
