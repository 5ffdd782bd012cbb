/**
 * The way from this coordinator to one shard. All operations of one event-loop turn travel as one
 * body, a few bodies at a time: a request of its own for each operation would cost some fifteen
 * times as much. A small body waits for the next turn, and again, while each turn brings more of
 * its kind: what many clients send at the same time is read over several turns. Queues are bounded
 * in operations and in bytes, and no longer than what the shard does in a part of the time that
 * operations have: more is refused at once, and what waited beyond its deadline is dropped unsent.
 * So overload and a shard that hangs cost a bounded amount, and are told as such instead of as
 * outcomes that nobody knows.
 *
 * Whatever comes of a body, every operation in it is settled exactly once.
 */
import { must } from '../../model/must.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Address, Network } from '../../ports/network.ts'
import type { ReplyOf, ShardOperation, ShardRequest } from '../wire.ts'
import { DrainRate } from './drain-rate.ts'
import { OperationsMessage, type SharedOperations } from './operations-message.ts'
import { ReplicaHealth } from './replica-health.ts'
import {
  inFull,
  LATE,
  type ReplicaResult,
  SILENCE,
  type Told,
  UNREACHABLE,
} from './replica-result.ts'
import { parseShardReply } from './reply-guard.ts'

export interface HopOptions {
  /** Bodies on their way to one shard at the same time. */
  readonly bodiesInFlightMax: number
  readonly bodyOperationsMax: number
  /** A body of fewer waits for the next turn, as long as the last one brought some, */
  readonly bodyOperationsEnough: number
  /** and leaves at the end of this turn at the latest; 1 = of its own. */
  readonly gatherTurnsMax: number
  /** Estimated; a single larger operation still travels, alone. */
  readonly bodyBytesMax: number
  readonly queueOperationsMax: number
  readonly queueBytesMax: number
  /** Not more operations than the shard has lately done in so long a time, */
  readonly queueWaitMsMax: number
  /** but always so many. */
  readonly queueOperationsMin: number
}

export const HOP_DEFAULTS: HopOptions = {
  bodiesInFlightMax: 4,
  bodyOperationsMax: 512,
  bodyOperationsEnough: 32,
  gatherTurnsMax: 16,
  bodyBytesMax: 4 * 1024 * 1024,
  queueOperationsMax: 8_192,
  queueBytesMax: 64 * 1024 * 1024,
  queueWaitMsMax: 800,
  queueOperationsMin: 2_048,
}

/** Who waits for operations. */
export interface HopSink {
  settle(tag: number, result: ReplicaResult): void
}

/** Who waits for a run of operations: one result for each, in their order. */
export interface HopRunSink {
  settleRun(tag: number, results: readonly Told[]): void
}

interface Handed {
  /** Whose ring the epochs are of. */
  readonly cluster: string
  /** An estimate. */
  readonly bytes: number
  /** Monotonic. */
  readonly deadlineMs: number
  /** What the sink is told besides the result. */
  readonly tag: number
}

/** An operation as it is handed over. */
export interface HopOperation extends Handed {
  readonly operation: ShardOperation
  readonly sink: HopSink
}

/** Operations that stay together: in one body, answered at once. */
export interface HopRun extends Handed {
  readonly operations: SharedOperations
  readonly sink: HopRunSink
}

export interface HopWorld {
  readonly clock: Clock
  readonly network: Network
  /** Runs once the present event-loop turn has ended; asked for again within it, a turn later. */
  readonly afterTurn: (run: () => void) => void
}

export class ShardLink {
  readonly address: Address
  readonly health = new ReplicaHealth()
  private readonly world: HopWorld
  private readonly options: HopOptions
  private readonly drainRate = new DrainRate()
  /** How many it has room for, by what it has lately done. */
  private operationsMax: number
  private queue: (HopOperation | HopRun)[] = []
  /** Operations in the queue. */
  private waiting = 0
  /** Of all operations not settled yet. */
  private bytes = 0
  private operations = 0
  private bodiesInFlight = 0
  private isFlushPlanned = false

  constructor(address: Address, world: HopWorld, options: HopOptions) {
    this.address = address
    this.world = world
    this.options = options
    this.operationsMax = options.queueOperationsMax
  }

  /** Operations that are queued or on their way. */
  get outstanding(): number {
    return this.operations
  }

  /** A body leaves at the end of this turn or soon: a further operation in it costs little. */
  get isLeaving(): boolean {
    return this.isFlushPlanned
  }

  /** Would an operation of so many bytes be taken now, or so many of so many together? */
  hasRoom(bytes: number, count = 1): boolean {
    const { queueBytesMax } = this.options
    return this.operations + count <= this.operationsMax && this.bytes + bytes <= queueBytesMax
  }

  /**
   * Queues an operation, or a run of them; its sink hears of it later, never within this call.
   * False = the queue is full and nothing was done.
   */
  send(one: HopOperation | HopRun): boolean {
    const count = countOf(one)
    if (!this.hasRoom(one.bytes, count)) return false
    this.operations += count
    this.waiting += count
    this.bytes += one.bytes
    this.queue.push(one)
    if (!this.isFlushPlanned && this.bodiesInFlight < this.options.bodiesInFlightMax) {
      this.isFlushPlanned = true
      this.gather(0, this.options.gatherTurnsMax)
    }
    return true
  }

  /** One message on its own, past the queue. Settles at the latest after timeoutMs. */
  async ask<R extends Exclude<ShardRequest, { kind: 'ops' }>>(
    request: R,
    timeoutMs: number,
  ): Promise<LinkAnswer<R['kind']>> {
    const startMs = this.world.clock.monotonicMs()
    const answer = await this.world.network.ask(this.address, request, timeoutMs)
    if (answer.kind !== 'answer') {
      this.health.failed()
      return answer
    }
    const reply = parseShardReply(answer.body)
    this.health.answered(this.world.clock.monotonicMs() - startMs)
    if (reply?.kind === request.kind) return { kind: 'reply', reply: reply as ReplyOf<R['kind']> }
    if (reply?.kind === 'error') return { kind: 'refused', reason: reply.reason }
    return { kind: 'silence', reason: 'its answer is not one of a shard of this version' }
  }

  /** Plans to flush once a turn has brought nothing more, or there is enough. */
  private gather(had: number, turnsLeft: number): void {
    this.world.afterTurn(() => {
      const has = this.waiting
      const isGrowing = has > had && has < this.options.bodyOperationsEnough
      if (isGrowing && turnsLeft > 1) this.gather(has, turnsLeft - 1)
      else this.flush()
    })
  }

  private flush(): void {
    this.isFlushPlanned = false
    const nowMs = this.world.clock.monotonicMs()
    while (this.queue.length > 0 && this.bodiesInFlight < this.options.bodiesInFlightMax) {
      const body = this.nextBody(nowMs)
      if (body.length > 0) void this.deliver(body, nowMs)
    }
  }

  /**
   * Takes what fits into one body, of one cluster, off the queue; what is too late is settled
   * instead.
   */
  private nextBody(nowMs: number): Body {
    const { bodyOperationsMax, bodyBytesMax } = this.options
    const cluster = this.queue[0]?.cluster
    let [taken, bytes, count] = [0, 0, 0]
    for (const next of this.queue) {
      bytes += next.bytes
      count += countOf(next)
      const isFull = count > bodyOperationsMax || bytes > bodyBytesMax
      if (taken > 0 && (isFull || next.cluster !== cluster)) break
      this.waiting -= countOf(next)
      taken += 1
    }
    const body = this.queue.splice(0, taken)
    const late = body.filter(({ deadlineMs }) => deadlineMs <= nowMs)
    if (late.length === 0) return body
    for (const one of late) this.fail(one, LATE)
    return body.filter(({ deadlineMs }) => deadlineMs > nowMs)
  }

  private async deliver(body: Body, nowMs: number): Promise<void> {
    this.bodiesInFlight += 1
    let budgetMs = 0
    for (const { deadlineMs } of body) budgetMs = Math.max(budgetMs, deadlineMs - nowMs)
    const { cluster } = must(body[0])
    const parts = body.map((one) => ('operations' in one ? one.operations : one.operation))
    const request = new OperationsMessage({ cluster, budgetMs }, parts)
    const answer = await this.world.network.ask(this.address, request, budgetMs)
    this.bodiesInFlight -= 1
    this.measure(answer.kind === 'answer' ? request.ops.length : 0)
    if (this.queue.length > 0 && !this.isFlushPlanned) this.flush()
    if (answer.kind === 'answer') {
      this.health.answered(this.world.clock.monotonicMs() - nowMs)
      this.settleAll(body, request.ops.length, answer.body)
      return
    }
    this.health.failed()
    const result = answer.kind === 'refused' ? UNREACHABLE : SILENCE
    for (const one of body) this.fail(one, result)
  }

  private measure(answered: number): void {
    this.drainRate.answered(answered, this.queue.length > 0, this.world.clock.monotonicMs())
    const { queueOperationsMax, queueOperationsMin, queueWaitMsMax } = this.options
    const { perMs } = this.drainRate
    const doneInTime = perMs === null ? queueOperationsMax : perMs * queueWaitMsMax
    this.operationsMax = Math.min(queueOperationsMax, Math.max(queueOperationsMin, doneInTime))
  }

  private settleAll(body: Body, count: number, reply: unknown): void {
    const parsed = parseShardReply(reply)
    if (parsed?.kind !== 'ops' || parsed.results.length !== count) {
      const result = parsed?.kind === 'error' ? UNREACHABLE : SILENCE
      for (const one of body) this.fail(one, result)
      return
    }
    let next = 0
    for (const one of body) {
      const from = next
      next += countOf(one)
      this.settle(one, parsed.results.slice(from, next))
    }
  }

  private fail(one: HopOperation | HopRun, result: ReplicaResult): void {
    this.settle(one, new Array<ReplicaResult>(countOf(one)).fill(result))
  }

  private settle(one: HopOperation | HopRun, results: readonly Told[]): void {
    this.operations -= results.length
    this.bytes -= one.bytes
    if ('operations' in one) one.sink.settleRun(one.tag, results)
    else one.sink.settle(one.tag, inFull(must(results[0]), one.operation))
  }
}

type Body = readonly (HopOperation | HopRun)[]

function countOf(one: HopOperation | HopRun): number {
  return 'operations' in one ? one.operations.list.length : 1
}

/** What came of one message: the reply that belongs to it, or one of the failures of the wire. */
export type LinkAnswer<K extends ShardRequest['kind']> =
  | { readonly kind: 'reply'; readonly reply: ReplyOf<K> }
  /** Certainly nothing was done. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Perhaps it was done. */
  | { readonly kind: 'silence'; readonly reason: string }
