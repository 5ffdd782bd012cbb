/**
 * Carries out what a change of the ring asks for, one step after another (next-move.ts says which):
 * some partitions become joint, those who are new are brought up to date, the partitions are theirs
 * alone. Nothing of it is kept here but what saves work: how far it is says the ring.
 */
import type { RingDocument } from '../../ring/document.ts'
import { jointPartitions, partitionsToMove } from '../../ring/moves.ts'
import { holdersOf } from '../../ring/quorum.ts'
import type { RingView } from '../ring-view.ts'
import { type CareKeeper, isShardReady, isShardUp } from './care-keeper.ts'
import { type CareWorld, severalAtOnce } from './care-world.ts'
import { catchUp } from './catch-up.ts'
import { type NextMove, nextMove } from './next-move.ts'
import { orAborted } from './or-aborted.ts'
import type { RowCarrier } from './row-carrier.ts'

/** For people: how far a change of the ring is. */
export interface RebalanceStatus {
  /** Partitions that are not where they shall be. */
  readonly partitionsLeft: number
  /** Of these, those that move now. */
  readonly partitionsMoving: number
  /** Since this caretaker took the change up. */
  readonly rowsMoved: number
  readonly bytesMoved: number
  /** Wall time when this caretaker took it up; null = nothing is to do. */
  readonly sinceMs: number | null
  /** Why it does not go on; null = it does. */
  readonly waitingFor: string | null
}

/** `waiting`: something must change first, somewhere else. */
export type StepResult = 'moved' | 'waiting' | 'settled'

/** A partition that could not be brought up to date is let be for so long. */
export const STUCK_AGAIN_MS = 1_000
/** While clients are served so many partitions go before other care has its turn. */
export const AT_A_TIME_BUSY = 8

export class Rebalancer {
  private readonly care: CareWorld
  private readonly keeper: CareKeeper
  private readonly carrier: RowCarrier
  /** Told of partitions that have moved. */
  private readonly moved: (partitions: readonly number[]) => void
  /** In which epoch it was brought up to date, by partition. */
  private readonly caughtUp = new Map<number, number>()
  private readonly stuckUntilMs = new Map<number, number>()
  private rowsMoved = 0
  private bytesMoved = 0
  private sinceMs: number | null = null
  private waitingFor: string | null = null
  /** In which nothing is left to do; to find that out takes a while. */
  private settledRing: RingDocument | null = null

  constructor(
    care: CareWorld,
    keeper: CareKeeper,
    carrier: RowCarrier,
    moved: (partitions: readonly number[]) => void,
  ) {
    this.care = care
    this.keeper = keeper
    this.carrier = carrier
    this.moved = moved
  }

  status(): RebalanceStatus {
    const ring = this.care.store.view?.ring
    const { rowsMoved, bytesMoved, sinceMs, waitingFor } = this
    return {
      partitionsLeft: ring ? partitionsToMove(ring).length : 0,
      partitionsMoving: ring ? jointPartitions(ring).length : 0,
      ...{ rowsMoved, bytesMoved, sinceMs, waitingFor },
    }
  }

  /** One step. Rejects only when the signal is aborted. */
  async step(signal: AbortSignal): Promise<StepResult> {
    const { view } = this.care.store
    if (!view || view.ring === this.settledRing) return 'settled'
    const facts = this.facts(view)
    const move = nextMove(facts, this.care.limits)
    if (move.kind === 'settled') return this.settled(view.ring)
    if (this.sinceMs === null) this.takenUp(view.ring)
    // Why a partition could not be brought up to date says more.
    if (move.kind === 'wait' && facts.stuck.size > 0) return 'waiting'
    if (move.kind === 'wait') return this.waiting(move.reason)
    return this.carryOut(view, move, signal)
  }

  private async carryOut(
    { ring }: RingView,
    move: Exclude<NextMove, { kind: 'settled' | 'wait' }>,
    signal: AbortSignal,
  ): Promise<StepResult> {
    if (move.kind === 'propose') return this.propose(ring, move, signal)
    const { partitions } = move
    const some = this.care.isBusy() ? partitions.slice(0, AT_A_TIME_BUSY) : partitions
    const results = await severalAtOnce(some, this.care.limits.partitionsAtOnceMax, (one) =>
      this.catchUp(one, signal),
    )
    return results.some((isThrough) => isThrough) ? 'moved' : 'waiting'
  }

  private async propose(
    before: RingDocument,
    { step, after, begin, finish }: Extract<NextMove, { kind: 'propose' }>,
    signal: AbortSignal,
  ): Promise<StepResult> {
    const outcome = await orAborted(this.keeper.advance(before, after), signal)
    if (outcome === 'unreachable') return this.waiting('Too few shards decide on the next ring.')
    if (outcome === 'conflict') return 'moved'
    this.waitingFor = null
    for (const partition of finish) this.caughtUp.delete(partition)
    this.moved(finish)
    const { version } = after
    const counts = { begun: begin.length, finished: finish.length }
    const fact = { kind: 'store.rebalance-step', step, ...counts, version }
    this.care.store.trace.note('info', fact)
    this.tellProgress(partitionsToMove(after).length)
    return 'moved'
  }

  private async catchUp(partition: number, signal: AbortSignal): Promise<boolean> {
    const { clock, trace } = this.care.store
    const startMs = clock.monotonicMs()
    const outcome = await catchUp(this.care, this.carrier, partition, signal)
    const fact = { kind: 'store.rebalance-partition', partition, outcome: outcome.kind }
    if (outcome.kind !== 'done') {
      this.stuckUntilMs.set(partition, clock.monotonicMs() + STUCK_AGAIN_MS)
      const reason = outcome.kind === 'unreachable' ? outcome.reason : 'the ring has changed'
      this.waitingFor = `Partition ${partition}: ${reason}.`
      trace.note('debug', { ...fact, reason })
      return false
    }
    const { view, pushes, bytes } = outcome
    this.caughtUp.set(partition, view.epoch)
    this.rowsMoved += pushes
    this.bytesMoved += bytes
    const tookMs = clock.monotonicMs() - startMs
    trace.note('debug', { ...fact, rows: pushes, bytes, tookMs })
    return true
  }

  private facts(view: RingView) {
    const { ring } = view
    const nowMs = this.care.store.clock.monotonicMs()
    const held = this.keeper.holdersOf(ring.version)
    const isCaughtUp = ([partition, epoch]: [number, number]) =>
      ring.table[partition]?.epoch === epoch
    const isStuck = ([, untilMs]: [number, number]) => untilMs > nowMs
    return {
      ring,
      holdsRing: (shard: number) => held.has(ring.shards[shard]?.id ?? ''),
      isUp: (shard: number) => isShardUp(view, this.keeper, shard),
      isReady: (shard: number, partition: number) =>
        isShardReady(view, this.keeper, shard, partition),
      caughtUp: new Set([...this.caughtUp].filter(isCaughtUp).map(([partition]) => partition)),
      stuck: new Set([...this.stuckUntilMs].filter(isStuck).map(([partition]) => partition)),
      rowsEach: this.rowsEach(view),
    }
  }

  /** By what the shards have said; those that have not spoken yet do not count. */
  private rowsEach({ ring }: RingView): number {
    let [keys, held] = [0, 0]
    for (const [shard, { address }] of ring.shards.entries()) {
      const hello = this.keeper.hellos.get(address)
      if (!hello) continue
      keys += hello.keys
      held += ring.table.filter((entry) => holdersOf(entry).members.includes(shard)).length
    }
    return Math.ceil(keys / Math.max(1, held))
  }

  private takenUp(ring: RingDocument): void {
    this.sinceMs = this.care.store.clock.wallMs()
    this.rowsMoved = 0
    this.bytesMoved = 0
    this.tellProgress(partitionsToMove(ring).length)
  }

  private settled(ring: RingDocument): StepResult {
    this.settledRing = ring
    if (this.sinceMs !== null) this.tellProgress(0)
    this.sinceMs = null
    this.waitingFor = null
    this.caughtUp.clear()
    this.stuckUntilMs.clear()
    return 'settled'
  }

  private waiting(reason: string): StepResult {
    if (this.waitingFor !== reason) {
      this.care.store.trace.note('warn', { kind: 'store.rebalance-waiting', reason })
    }
    this.waitingFor = reason
    return 'waiting'
  }

  private tellProgress(partitionsLeft: number): void {
    const { rowsMoved, bytesMoved } = this
    const fact = { kind: 'store.rebalance', partitionsLeft, rowsMoved, bytesMoved }
    this.care.store.trace.note('debug', fact)
  }
}
