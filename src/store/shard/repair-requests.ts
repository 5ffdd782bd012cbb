/**
 * What a shard is asked by whoever compares replicas and brings them up to date: what it holds of a
 * partition in short, what it knows others to miss, and when all replicas were last found equal.
 *
 * That last moment is what allows rows to be removed for good: a tombstone is needed for as long as
 * some replica may still hold what it deletes. It is kept on this disk and never taken from whoever
 * asks, so that a coordinator that is mistaken can remove nothing too early.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { compareVersions } from '../../model/version.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { CLOCK_AHEAD_MS_MAX } from '../hybrid-clock.ts'
import type { ShardReply, ShardRequest } from '../wire.ts'
import type { DeliveredHint } from '../wire-repair.ts'
import type { HintBook } from './hint-book.ts'
import type { ReplicaRows } from './replica-rows.ts'
import type { RingCopy } from './ring-copy.ts'
import { rowsPage } from './row-stream.ts'
import { headerToWire, versionFromWire } from './wire-rows.ts'

/** Rows that one request removes for good; the next one goes on. */
export const PURGE_ROWS_MAX = 1_000

export interface RepairWorld {
  readonly engine: KeyValueEngine
  readonly rows: ReplicaRows
  readonly hints: HintBook
  readonly ring: () => RingCopy | null
  readonly wallMs: () => number
  readonly monotonicMs: () => number
}

type Asked<K extends ShardRequest['kind']> = Extract<ShardRequest, { kind: K }>
type OfPartition = Asked<'digest' | 'headers' | 'rows' | 'repaired'>
type OfTarget = Asked<'hints' | 'hints.done'>

/** All of it throws EngineError. */
export class RepairDesk {
  private readonly world: RepairWorld

  constructor(world: RepairWorld) {
    this.world = world
  }

  answer(request: OfPartition | OfTarget): ShardReply {
    const refusal = this.refusal(request)
    if (refusal) return { kind: 'error', reason: refusal }
    switch (request.kind) {
      case 'digest':
        return this.digest(request)
      case 'headers':
        return this.headers(request)
      case 'rows':
        return rowsPage(this.world.engine, request)
      case 'repaired':
        return this.repaired(request)
      case 'hints':
        return this.hints(request)
      case 'hints.done':
        return this.hintsDone(request)
    }
  }

  /** Partitions that were removed from here were never repaired. */
  forget(partitions: readonly number[]): void {
    for (const p of partitions) if (this.repairedMs(p) > 0) this.remember(p, 0)
  }

  private refusal(request: OfPartition | OfTarget): string | undefined {
    const ring = this.world.ring()
    if (ring?.document.cluster !== request.cluster) {
      return 'not-mine: this shard belongs to another cluster or to none'
    }
    if (request.kind === 'hints' || request.kind === 'hints.done') return undefined
    const misplaced = ring.refusalOfAll(request.p, request.e)
    if (misplaced === undefined) return undefined
    const epochs = `was asked for in epoch ${request.e}, here is ${ring.epochOf(request.p)}`
    return `${misplaced}: partition ${request.p} ${epochs}`
  }

  private digest({ p, deadBeforeMs }: Asked<'digest'>): ShardReply {
    const { sums, rows } = this.world.rows.digest(p, deadBeforeMs, this.world.monotonicMs())
    return { kind: 'digest', sums, rows, repairedMs: this.repairedMs(p) }
  }

  private headers({ p, from, limit, deadBeforeMs, buckets }: Asked<'headers'>): ShardReply {
    const chosen = buckets && new Set(buckets)
    const query = { from, limit, deadBeforeMs, buckets: chosen }
    const { headers, next } = this.world.engine.headers(p, query)
    return { kind: 'headers', headers: headers.map(headerToWire), next }
  }

  private repaired({ p, atMs, deadBeforeMs }: Asked<'repaired'>): ShardReply {
    if (atMs > this.world.wallMs() + CLOCK_AHEAD_MS_MAX) {
      return { kind: 'error', reason: "clock-ahead: atMs is ahead of this shard's clock" }
    }
    const rememberedMs = this.repairedMs(p)
    const repairedMs = Math.max(atMs, rememberedMs)
    if (repairedMs > rememberedMs) this.remember(p, repairedMs)
    const purged = this.world.rows.purge(p, Math.min(deadBeforeMs, repairedMs), PURGE_ROWS_MAX)
    return { kind: 'repaired', purged }
  }

  /** Of partitions that have moved away nothing can be delivered from here. */
  private hints({ target, limit }: Asked<'hints'>): ShardReply {
    const { hints: book, ring } = this.world
    const isOurs = (partition: number) => ring()?.owns(partition) ?? false
    const hints = book.hints(target, limit).filter(({ partition }) => isOurs(partition))
    return {
      kind: 'hints',
      hints: hints.map(({ partition, key }) => ({ p: partition, k: key })),
      dirty: book.dirtyFor(target).filter(isOurs),
    }
  }

  private hintsDone({ target, delivered, clean }: Asked<'hints.done'>): ShardReply {
    const { hints } = this.world
    const through = delivered.filter((one) => this.hasArrived(one))
    hints.drop(through.map(({ p, k }) => ({ target, partition: p, key: k })))
    hints.clean(target, clean)
    return { kind: 'hints.done', left: hints.countOf(target) }
  }

  /**
   * Is the row that stands here now no newer than what was delivered? A larger version at the
   * target says so too, but of a conditional key that could be a mere promise. A row that went away
   * meanwhile is missed by nobody; a damaged one has not been delivered.
   */
  private hasArrived(one: DeliveredHint): boolean {
    try {
      const row = this.world.rows.get(one.p, one.k)
      const ahead = row ? compareVersions(versionFromWire(one), row.version) : 0
      return isConditionalKey(one.k) ? ahead === 0 : ahead >= 0
    } catch (error) {
      if (error instanceof EngineError && error.code === 'damaged') return false
      throw error
    }
  }

  private repairedMs(partition: number): number {
    return Number(this.world.engine.getMeta(repairedName(partition)) ?? 0)
  }

  private remember(partition: number, repairedMs: number): void {
    this.world.engine.setMeta(repairedName(partition), String(repairedMs))
  }
}

function repairedName(partition: number): string {
  return `repaired-ms:${partition}`
}
