/**
 * One body of operations at a shard: reads are answered from what is committed, writes wait for
 * their group. The body is answered when each operation has its result, in the order in which they
 * were sent; each has its own, and one that is refused keeps none of the others back.
 */
import type { Version } from '../../model/version.ts'
import { EngineError } from '../../ports/key-value-engine.ts'
import { CLOCK_AHEAD_MS_MAX, timeOf } from '../hybrid-clock.ts'
import type { OperationResult, Refusal, ReplyOf, ShardOperation, ShardRequest } from '../wire.ts'
import type { CommitSink, GroupCommit } from './group-commit.ts'
import type { ReplicaRows } from './replica-rows.ts'
import type { RingCopy } from './ring-copy.ts'
import { rowBytes, rowFromWire, rowToWire } from './wire-rows.ts'

/** Rows in one reply, estimated; reads beyond it are refused as busy and asked for again. */
export const REPLY_BYTES_MAX = 16 * 1024 * 1024

export interface OperationsWorld {
  readonly rows: ReplicaRows
  readonly commits: GroupCommit
  /** Epochs of another cluster's ring mean nothing in it. */
  readonly ring: RingCopy | null
  readonly wallMs: number
  readonly monotonicMs: number
  /** A row cannot be read; said for people. */
  readonly damaged: (key: string) => void
  /** A version is further ahead than a clock may be; said for people. */
  readonly clockAhead: (writer: string, time: number) => void
}

type OperationsRequest = Extract<ShardRequest, { kind: 'ops' }>

/** Rejects when the engine fails: nobody knows what was done then. */
export function performAll(
  world: OperationsWorld,
  { cluster, ops, budgetMs }: OperationsRequest,
): Promise<ReplyOf<'ops'>> {
  const { ring } = world
  const ours = ring?.document.cluster === cluster ? ring : null
  return new Promise((resolve, reject) => {
    const waiter = { resolve, reject }
    const body = new OperationsBody({ ...world, ring: ours }, ops.length, budgetMs, waiter)
    for (const [index, operation] of ops.entries()) body.perform(index, operation)
    if (ops.length === 0) resolve({ kind: 'ops', results: [] })
  })
}

interface Waiter {
  readonly resolve: (reply: ReplyOf<'ops'>) => void
  readonly reject: (error: unknown) => void
}

class OperationsBody implements CommitSink {
  private readonly world: OperationsWorld
  private readonly results: OperationResult[]
  private readonly waiter: Waiter
  private readonly deadlineMs: number
  private readonly timeMax: number
  private missing: number
  private replyBytes = 0

  constructor(world: OperationsWorld, count: number, budgetMs: number, waiter: Waiter) {
    this.world = world
    this.results = new Array<OperationResult>(count)
    this.missing = count
    this.deadlineMs = world.monotonicMs + budgetMs
    this.timeMax = timeOf(world.wallMs + CLOCK_AHEAD_MS_MAX)
    this.waiter = waiter
  }

  perform(index: number, operation: ShardOperation): void {
    const { ring } = this.world
    const key = operation.op === 'get' ? operation.k : operation.row.k
    const refusal = ring ? ring.refusal(operation.p, operation.e, key) : 'not-mine'
    if (refusal) this.refuse(index, refusal)
    else if (operation.op === 'apply' && ring?.isSealed) this.refuse(index, 'fenced')
    else if (this.deadlineMs <= this.world.monotonicMs) this.refuse(index, 'late')
    else if (operation.op === 'get') this.read(index, operation.p, operation.k)
    else this.write(index, operation)
  }

  written(index: number, result: Version | Refusal): void {
    if (typeof result === 'string') this.refuse(index, result)
    else this.settle(index, { r: 'held', o: result.order, t: result.time, n: result.writer })
  }

  lost(error: unknown): void {
    this.waiter.reject(error)
  }

  private read(index: number, partition: number, key: string): void {
    if (this.replyBytes > REPLY_BYTES_MAX) {
      this.refuse(index, 'busy')
      return
    }
    try {
      const row = this.world.rows.get(partition, key)
      if (row) this.replyBytes += rowBytes(row)
      this.settle(index, { r: 'row', row: row ? rowToWire(row) : null })
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'damaged') throw error
      this.world.damaged(key)
      this.refuse(index, 'damaged')
    }
  }

  private write(index: number, { p, row: wire }: Extract<ShardOperation, { op: 'apply' }>): void {
    if (wire.t > this.timeMax) {
      this.world.clockAhead(wire.n, wire.t)
      this.refuse(index, 'clock-ahead')
      return
    }
    const row = rowFromWire(p, wire)
    const isQueued = this.world.commits.add(row, rowBytes(row), this.deadlineMs, this, index)
    if (!isQueued) this.refuse(index, 'busy')
  }

  private refuse(index: number, why: Refusal): void {
    this.settle(index, { r: 'refused', why })
  }

  private settle(index: number, result: OperationResult): void {
    this.results[index] = result
    this.missing -= 1
    if (this.missing === 0) this.waiter.resolve({ kind: 'ops', results: this.results })
  }
}
