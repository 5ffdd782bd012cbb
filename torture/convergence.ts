/**
 * How long it takes until the replicas of every partition are equal, looked at again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import { compareShards } from './look.ts'
import type { Comparison } from './replicas.ts'

export interface Convergence {
  /** Null = not within the time that was given. */
  readonly tookMs: number | null
  readonly last: Comparison
}

const LOOK_AGAIN_MS = 1_000

/** Of keys with the prefix. */
export async function untilEqual(
  cluster: Cluster,
  limitMs: number,
  prefix = '',
): Promise<Convergence> {
  const startMs = performance.now()
  for (;;) {
    const atMs = performance.now() - startMs
    const last = await compareShards(cluster.shards, prefix)
    if (last.differing === 0) return { tookMs: atMs, last }
    if (performance.now() - startMs > limitMs) return { tookMs: null, last }
    await sleep(LOOK_AGAIN_MS)
  }
}
