/**
 * One body of operations at a shard: reads are answered from what is committed, writes wait for
 * their group. The body is answered when each operation has its result, in the order in which they
 * were sent; each has its own, and one that is refused keeps none of the others back.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { must } from '../../model/must.ts'
import type { Version } from '../../model/version.ts'
import { EngineError } from '../../ports/key-value-engine.ts'
import { CLOCK_AHEAD_MS_MAX, timeOf } from '../hybrid-clock.ts'
import type {
  AsSent,
  OperationResult,
  Refusal,
  ReplyOf,
  ShardOperation,
  ShardRequest,
  WireRow,
} from '../wire.ts'
import type { CommitSink, GroupCommit, PendingWrite } from './group-commit.ts'
import type { ReplicaRows } from './replica-rows.ts'
import type { RingCopy } from './ring-copy.ts'
import { rowBytes, rowFromWire, rowToWire, versionFromWire, versionToWire } from './wire-rows.ts'

/** Rows in one reply, estimated; reads beyond it are refused as busy and asked for again. */
export const REPLY_BYTES_MAX = 16 * 1024 * 1024

export interface OperationsWorld {
  readonly rows: ReplicaRows
  readonly commits: GroupCommit
  /** Epochs of another cluster's ring mean nothing in it. */
  readonly ring: RingCopy | null
  /** Is it another shard of the ring? Hints are kept only for such. */
  readonly isNeighbour: (shardId: string) => boolean
  readonly wallMs: number
  readonly monotonicMs: number
  /** A row cannot be read; said for people. */
  readonly damaged: (key: string) => void
  /** A version is further ahead than a clock may be; said for people. */
  readonly clockAhead: (writer: string, time: number) => void
}

type OperationsRequest = Extract<ShardRequest, { kind: 'ops' }>

/** Rejects as `performAll`. */
export async function answerAll(
  world: OperationsWorld,
  request: OperationsRequest,
): Promise<ReplyOf<'ops'>> {
  const results = await performAll(world, request)
  const { ops, terse = false } = request
  return { kind: 'ops', results: terse ? results.map((one, i) => tersely(one, ops[i])) : results }
}

function tersely(result: OperationResult, operation?: ShardOperation): OperationResult | AsSent {
  if (result.r !== 'held' || operation?.op !== 'apply') return result
  const { o, t, n } = operation.row
  return result.o === o && result.t === t && result.n === n ? true : result
}

/** Rejects when the engine fails: nobody knows what was done then. */
export function performAll(
  world: OperationsWorld,
  { cluster, ops, budgetMs }: OperationsRequest,
): Promise<readonly OperationResult[]> {
  const { ring } = world
  const ours = ring?.document.cluster === cluster ? ring : null
  return new Promise((resolve, reject) => {
    const waiter = { resolve, reject }
    const body = new OperationsBody({ ...world, ring: ours }, ops, budgetMs, waiter)
    for (const [index, operation] of ops.entries()) body.perform(index, operation)
    if (ops.length === 0) resolve([])
  })
}

interface Waiter {
  readonly resolve: (results: readonly OperationResult[]) => void
  readonly reject: (error: unknown) => void
}

class OperationsBody implements CommitSink {
  private readonly world: OperationsWorld
  private readonly ops: readonly ShardOperation[]
  private readonly results: OperationResult[]
  private readonly waiter: Waiter
  private readonly deadlineMs: number
  private readonly timeMax: number
  private missing: number
  private replyBytes = 0

  constructor(
    world: OperationsWorld,
    ops: readonly ShardOperation[],
    budgetMs: number,
    waiter: Waiter,
  ) {
    this.world = world
    this.ops = ops
    this.results = new Array<OperationResult>(ops.length)
    this.missing = ops.length
    this.deadlineMs = world.monotonicMs + budgetMs
    this.timeMax = timeOf(world.wallMs + CLOCK_AHEAD_MS_MAX)
    this.waiter = waiter
  }

  perform(index: number, operation: ShardOperation): void {
    const { ring } = this.world
    const key = operation.op === 'apply' ? operation.row.k : operation.k
    const refusal = ring ? ring.refusal(operation.p, operation.e, key) : 'not-mine'
    if (refusal) this.refuse(index, refusal)
    else if (this.deadlineMs <= this.world.monotonicMs) this.refuse(index, 'late')
    else if (operation.op === 'get')
      this.read(index, operation.p, key, operation.bare ? toldBare : toldWhole)
    else if (this.isInTime(index, operation)) this.write(index, operation)
  }

  written(index: number, result: Version | null | Refusal): void {
    const operation = must(this.ops[index])
    if (typeof result === 'string') this.refuse(index, result)
    else if (result === null) this.settle(index, { r: 'noted' })
    else if (operation.op === 'promise') this.tellPromise(index, operation, result)
    else this.settle(index, { r: 'held', ...versionToWire(result) })
  }

  lost(error: unknown): void {
    this.waiter.reject(error)
  }

  /** What was accepted last is read once nothing below the ballot can be accepted any more. */
  private tellPromise(index: number, { p, k }: Asked<'promise'>, held: Version): void {
    const ballot = versionToWire(held)
    try {
      this.read(index, p, k, (row) => ({ r: 'promised', ballot, row }))
    } catch (error) {
      this.lost(error)
    }
  }

  /** `told` makes the result of the row that stands there. */
  private read(
    index: number,
    partition: number,
    key: string,
    told: (row: WireRow | null) => OperationResult,
  ): void {
    if (this.replyBytes > REPLY_BYTES_MAX) {
      this.refuse(index, 'busy')
      return
    }
    try {
      const row = this.world.rows.get(partition, key)
      const result = told(row ? rowToWire(row) : null)
      if (row && result.r !== 'version') this.replyBytes += rowBytes(row)
      this.settle(index, result)
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'damaged') throw error
      this.world.damaged(key)
      this.refuse(index, 'damaged')
    }
  }

  /** Of ballots too: one from the future would keep all others out until then. */
  private isInTime(index: number, operation: Asked<'apply' | 'promise' | 'hint'>): boolean {
    if (operation.op === 'hint') return true
    const { t, n } = operation.op === 'apply' ? operation.row : operation.ballot
    if (t <= this.timeMax) return true
    this.world.clockAhead(n, t)
    this.refuse(index, 'clock-ahead')
    return false
  }

  private write(index: number, operation: Asked<'apply' | 'promise' | 'hint'>): void {
    const write = this.writeOf(operation)
    const isQueued = this.world.commits.add(write, bytesOf(write), this.deadlineMs, this, index)
    if (!isQueued) this.refuse(index, 'busy')
  }

  private writeOf(operation: Asked<'apply' | 'promise' | 'hint'>): PendingWrite {
    const { p: partition } = operation
    switch (operation.op) {
      case 'apply': {
        const row = rowFromWire(partition, operation.row)
        const missedBy = this.neighbours(operation.missedBy ?? [])
        const hinted = missedBy.length > 0 ? { ...row, missedBy } : row
        return isConditionalKey(row.key) ? { ...hinted, intake: 'accept' } : hinted
      }
      case 'promise': {
        const version = versionFromWire(operation.ballot)
        const nothing = { text: null, expiresMs: null } as const
        return { partition, key: operation.k, version, ...nothing, intake: 'promise' }
      }
      case 'hint': {
        const onlyMissedBy = this.neighbours(operation.missedBy)
        return { partition, key: operation.k, onlyMissedBy }
      }
    }
  }

  private neighbours(shardIds: readonly string[]): readonly string[] {
    return shardIds.filter((id) => this.world.isNeighbour(id))
  }

  private refuse(index: number, why: Refusal): void {
    this.settle(index, { r: 'refused', why })
  }

  private settle(index: number, result: OperationResult): void {
    this.results[index] = result
    this.missing -= 1
    if (this.missing === 0) this.waiter.resolve(this.results)
  }
}

const toldWhole = (row: WireRow | null): OperationResult => ({ r: 'row', row })

/** The row was read whole, since a damaged one must not pass for a version that is held. */
function toldBare(row: WireRow | null): OperationResult {
  return row ? { r: 'version', o: row.o, t: row.t, n: row.n } : { r: 'row', row }
}

type Asked<Op extends ShardOperation['op']> = Extract<ShardOperation, { op: Op }>

function bytesOf(write: PendingWrite): number {
  return rowBytes({ key: write.key, text: 'text' in write ? write.text : null })
}
