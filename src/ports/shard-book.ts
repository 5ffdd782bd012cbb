/**
 * Where the shards were last, kept by a coordinator for its next start. It is a hint and never the
 * truth: the ring stands on the shards, but somebody must know where to ask for it.
 */
import type { Address } from './network.ts'

/**
 * `broken`: something was kept and cannot be read, and nothing was written since; `reason` says
 * where it lies now.
 */
export type ShardList =
  | { readonly kind: 'found'; readonly addresses: readonly Address[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly reason: string }

export interface ShardBook {
  /** Never rejects. What cannot be read is put aside, so that nothing is written over it. */
  read(): Promise<ShardList>
  /** Durable once it resolves. Rejects when it cannot be kept. */
  write(addresses: readonly Address[]): Promise<void>
}
