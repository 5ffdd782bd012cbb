/**
 * What one read has found, from the answers of the replicas: the newest version that a read quorum
 * names, and who must be brought up to date before it may be told. It sends nothing; the shell asks
 * and repairs as the verdict says.
 *
 * "Absent" needs a quorum of answers like any value: replicas that did not answer say nothing. When
 * answers differ, the newest is written back to a majority before it is told, so that no later read
 * can find an older one.
 *
 * Of most replicas only the version is asked: when it is that of the row which one has sent whole,
 * so is the row, because no version is ever given twice. When it is a newer one, the row that
 * belongs to it is not known here, and nothing may be told until it is.
 */
import { assert } from '../../model/must.ts'
import { isQuorum, type QuorumGroups, quorumCount } from '../ring/quorum.ts'
import type { WireRow, WireVersion } from '../wire.ts'
import { compareRows, type ReplicaResult } from './replica-result.ts'

export type ReadVerdict =
  | 'pending'
  /** Too few replicas are left of those asked: ask a further one. */
  | 'ask'
  /** A quorum answered and differs: write `newest` to a replica that lacks it. */
  | 'repair'
  /** A quorum answered, and the newest is known by its version alone: ask anew for whole rows. */
  | 'incomplete'
  /** `newest` is on a majority and may be told. */
  | 'decided'
  /** No quorum, and a replica says that our ring is old: fetch it and begin again. */
  | 'fenced'
  /** No quorum, because queues were full. */
  | 'busy'
  | 'unavailable'

type ReplicaState = 'unasked' | 'asked' | 'answered' | 'repairing' | 'repaired' | 'failed'

export class QuorumRead {
  private readonly groups: QuorumGroups
  private readonly isExact: boolean
  private readonly states: ReplicaState[]
  /** What each replica answered; undefined = nothing. */
  private readonly versions: (WireVersion | null | undefined)[]
  /** The newest of them, */
  private best: WireVersion | null = null
  /** and the row that it belongs to, once a replica has sent it. */
  private row: WireRow | null = null
  private isSettled = false
  private busy = 0
  private fenced = 0
  private failed = 0

  /**
   * A majority of each group of the `replicas` must answer, and hold what is told. `isExact`: that
   * very version and no newer one, since of a conditional key a newer one may be a mere promise.
   */
  constructor(groups: QuorumGroups, replicas: number, isExact = false) {
    this.groups = groups
    this.isExact = isExact
    this.states = new Array<ReplicaState>(replicas).fill('unasked')
    this.versions = new Array<WireVersion | null | undefined>(replicas).fill(undefined)
  }

  /** The newest row among the answers; null = the quorum holds none. */
  get newest(): WireRow | null {
    return this.row
  }

  /** Of the group of replicas that is worst off: how many answered, and how many must. */
  get progress(): { readonly needed: number; readonly had: number } {
    return quorumCount(this.groups, (replica) => this.hasAnswered(replica))
  }

  /** Has a quorum answered, whatever became of it? */
  get isAnswered(): boolean {
    return this.isSettled
  }

  /** The replica was sent the read. */
  asked(replica: number): void {
    this.states[replica] = 'asked'
  }

  isUnasked(replica: number): boolean {
    return this.states[replica] === 'unasked'
  }

  /** Did it say that it cannot answer, or nothing at all? */
  hasFailed(replica: number): boolean {
    return this.states[replica] === 'failed'
  }

  /** The answer of a replica to the read. */
  take(replica: number, result: ReplicaResult): void {
    assert(this.states[replica] === 'asked', 'a replica answers a read once, when asked')
    if (result.r === 'row') this.answered(replica, result.row, result.row)
    else if (result.r === 'version') this.answered(replica, result, null)
    else this.fail(replica, result)
  }

  /** `row` is null where there is none, or it was not sent. */
  private answered(replica: number, version: WireVersion | null, row: WireRow | null): void {
    this.states[replica] = 'answered'
    this.versions[replica] = version
    if (this.isSettled) return
    const difference = compareRows(version, this.best)
    if (difference > 0) {
      this.best = version
      this.row = row
    } else if (difference === 0) this.row ??= row
  }

  /** The replica was sent the newest row. */
  repairing(replica: number): void {
    this.states[replica] = 'repairing'
  }

  /** The answer of a replica to the newest row. */
  takeRepair(replica: number, result: ReplicaResult): void {
    const isHeld = result.r === 'held' && (!this.isExact || compareRows(result, this.best) === 0)
    if (isHeld) this.states[replica] = 'repaired'
    else this.fail(replica, result)
  }

  /**
   * What to do now. Once it is `repair` or `decided`, what will be told is fixed and later answers
   * no longer change it.
   */
  verdict(): ReadVerdict {
    if (!this.isSettled) {
      if (!isQuorum(this.groups, (replica) => this.hasAnswered(replica))) return this.whileAsking()
      if (this.best !== null && this.row === null) return 'incomplete'
      this.isSettled = true
    }
    if (isQuorum(this.groups, (replica) => this.isCurrent(replica))) return 'decided'
    const isOnItsWay = (replica: number) =>
      this.isCurrent(replica) || this.states[replica] === 'repairing'
    if (isQuorum(this.groups, isOnItsWay)) return 'pending'
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
    return compareRows(this.versions[replica] ?? null, this.best) < 0
  }

  /** Did it answer with something older, and was not sent the newest yet? */
  isBehind(replica: number): boolean {
    return this.states[replica] === 'answered' && this.isStale(replica)
  }

  private whileAsking(): ReadVerdict {
    const mayAnswer = (replica: number) =>
      this.hasAnswered(replica) || this.states[replica] === 'asked'
    if (isQuorum(this.groups, mayAnswer)) return 'pending'
    return this.states.includes('unasked') ? 'ask' : this.withoutQuorum()
  }

  private hasAnswered(replica: number): boolean {
    return this.versions[replica] !== undefined
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

  /** It answered with the newest row itself, or was brought up to it. */
  private isCurrent(replica: number): boolean {
    const state = this.states[replica]
    if (state !== 'answered') return state === 'repaired'
    const difference = compareRows(this.versions[replica] ?? null, this.best)
    return this.isExact ? difference === 0 : difference >= 0
  }
}
