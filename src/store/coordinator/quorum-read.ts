/**
 * What one read has found, from the answers of the replicas: the newest version that a read quorum
 * names, and who must be brought up to date before it may be told. It sends nothing; the shell asks
 * and repairs as the verdict says.
 *
 * "Absent" needs a quorum of answers like any value: replicas that did not answer say nothing. When
 * answers differ, the newest is written back to a majority before it is told, so that no later read
 * can find an older one.
 */
import { assert } from '../../model/must.ts'
import type { WireRow } from '../wire.ts'
import { compareRows, type ReplicaResult } from './replica-result.ts'

export type ReadVerdict =
  | 'pending'
  /** Too few replicas are left of those asked: ask a further one. */
  | 'ask'
  /** A quorum answered and differs: write `newest` to a replica that lacks it. */
  | 'repair'
  /** `newest` is on a majority and may be told. */
  | 'decided'
  /** No quorum, and a replica says that our ring is old: fetch it and begin again. */
  | 'fenced'
  /** No quorum, because queues were full. */
  | 'busy'
  | 'unavailable'

type ReplicaState = 'unasked' | 'asked' | 'answered' | 'repairing' | 'repaired' | 'failed'

export class QuorumRead {
  /** Replicas that answered the read. */
  answered = 0
  readonly needed: number
  private readonly states: ReplicaState[]
  private readonly rows: (WireRow | null)[]
  private best: WireRow | null = null
  private isSettled = false
  private busy = 0
  private fenced = 0
  private failed = 0

  constructor(needed: number, replicas: number) {
    this.needed = needed
    this.states = new Array<ReplicaState>(replicas).fill('unasked')
    this.rows = new Array<WireRow | null>(replicas).fill(null)
  }

  /** The newest row among the answers; null = the quorum holds none. */
  get newest(): WireRow | null {
    return this.best
  }

  /** The replica was sent the read. */
  asked(replica: number): void {
    this.states[replica] = 'asked'
  }

  isUnasked(replica: number): boolean {
    return this.states[replica] === 'unasked'
  }

  /** The answer of a replica to the read. */
  take(replica: number, result: ReplicaResult): void {
    assert(this.states[replica] === 'asked', 'a replica answers a read once, when asked')
    if (result.r !== 'row') {
      this.fail(replica, result)
      return
    }
    this.states[replica] = 'answered'
    this.answered += 1
    this.rows[replica] = result.row
    if (!this.isSettled && compareRows(result.row, this.best) > 0) this.best = result.row
  }

  /** The replica was sent the newest row. */
  repairing(replica: number): void {
    this.states[replica] = 'repairing'
  }

  /** The answer of a replica to the newest row. */
  takeRepair(replica: number, result: ReplicaResult): void {
    if (result.r === 'held') this.states[replica] = 'repaired'
    else this.fail(replica, result)
  }

  /**
   * What to do now. Once it is `repair` or `decided`, what will be told is fixed and later answers
   * no longer change it.
   */
  verdict(): ReadVerdict {
    if (!this.isSettled) {
      if (this.answered < this.needed) return this.whileAsking()
      this.isSettled = true
    }
    const holders = this.count('repaired') + this.current()
    if (holders >= this.needed) return 'decided'
    if (holders + this.count('repairing') >= this.needed) return 'pending'
    if (this.toRepair() >= 0) return 'repair'
    return this.states.includes('asked') ? 'pending' : this.withoutQuorum()
  }

  /** A replica that should be sent the newest row next, those that answered first; -1 = none. */
  toRepair(): number {
    const stale = this.states.findIndex((_, i) => this.isBehind(i))
    return stale >= 0 ? stale : this.states.indexOf('unasked')
  }

  /** Did this replica answer with something older than the newest? */
  isStale(replica: number): boolean {
    return compareRows(this.rows[replica] ?? null, this.best) < 0
  }

  /** Did it answer with something older, and was not sent the newest yet? */
  isBehind(replica: number): boolean {
    return this.states[replica] === 'answered' && this.isStale(replica)
  }

  private whileAsking(): ReadVerdict {
    const waiting = this.count('asked')
    if (this.answered + waiting >= this.needed) return 'pending'
    return this.states.includes('unasked') ? 'ask' : this.withoutQuorum()
  }

  private withoutQuorum(): ReadVerdict {
    if (this.fenced > 0) return 'fenced'
    return this.busy > 0 && this.busy === this.failed ? 'busy' : 'unavailable'
  }

  private fail(replica: number, result: ReplicaResult): void {
    this.states[replica] = 'failed'
    this.failed += 1
    if (result.r !== 'refused') return
    if (result.why === 'busy') this.busy += 1
    if (result.why === 'fenced' || result.why === 'not-mine') this.fenced += 1
  }

  /** Replicas that answered with the newest row itself. */
  private current(): number {
    let count = 0
    for (let i = 0; i < this.states.length; i += 1) {
      if (this.states[i] === 'answered' && !this.isStale(i)) count += 1
    }
    return count
  }

  private count(state: ReplicaState): number {
    let count = 0
    for (const one of this.states) if (one === state) count += 1
    return count
  }
}
