/**
 * Where the shards were last, kept by a coordinator for its next start. It is a hint and never the
 * truth: the ring stands on the shards, but somebody must know where to ask for it.
 */
import type { Address } from './network.ts'

export interface ShardBook {
  /** Never rejects; empty when nothing was kept, or when that cannot be read. */
  read(): Promise<readonly Address[]>
  /** Durable once it resolves. Rejects when it cannot be kept. */
  write(addresses: readonly Address[]): Promise<void>
}
