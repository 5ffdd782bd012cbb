/**
 * What has become of one write, from the answers of its replicas: the table of outcomes of the
 * contract as a small machine. It sends nothing and waits for nothing; the shell feeds it answers
 * and does what the verdict says.
 *
 * A plain write that met a newer version on the way is issued once more above it: since a majority
 * answers, every write that was acknowledged before this one was sent is among what is met, so the
 * later write wins however the clocks are set. A write with an order of its own is never issued
 * again: losing to a larger order is its normal, successful outcome. Repeating a write for any
 * other reason reuses its version and is the same write.
 */
import { isQuorum, type QuorumGroups, quorumCount } from '../ring/quorum.ts'
import type { WireVersion } from '../wire.ts'
import { compareRows, type ReplicaResult } from './replica-result.ts'

export type WriteVerdict =
  | 'pending'
  /** Held, or outdone by a newer version, on a quorum. */
  | 'done'
  /** On a quorum, but below a version that it met: stamp above `met` and send again. */
  | 'reissue'
  /** No quorum, and a replica says that our ring is old: fetch it and send again. */
  | 'fenced'
  /** Certainly on no replica. */
  | 'failed'
  /** Certainly on no replica, because queues were full. */
  | 'busy'
  /** Perhaps on some replicas, not on a quorum. */
  | 'unknown'

type ReplicaState = 'pending' | 'held' | 'refused' | 'silent'

export class QuorumWrite {
  /** The newest version above ours that a replica named; null = none. */
  met: WireVersion | null = null
  /** Why the last replica that refused did so. */
  refusal = ''
  private version: WireVersion
  private readonly isOrdered: boolean
  private groups: QuorumGroups
  private states: ReplicaState[]
  private busy = 0
  private fenced = 0
  private isReissued = false
  /** An earlier attempt may have left its row somewhere. */
  private isPerhapsHeld = false

  /**
   * A majority of each group of the `replicas` must hold it; `isOrdered`: the writer gave an order
   * of its own.
   */
  constructor(version: WireVersion, isOrdered: boolean, groups: QuorumGroups, replicas: number) {
    this.version = version
    this.isOrdered = isOrdered
    this.groups = groups
    this.states = new Array<ReplicaState>(replicas).fill('pending')
  }

  /** Replicas that hold this version or a newer one, by this attempt. */
  get held(): number {
    return this.count('held')
  }

  /** Of the group of replicas that is worst off: how many hold it, and how many must. */
  get progress(): { readonly needed: number; readonly had: number } {
    return quorumCount(this.groups, (replica) => this.states[replica] === 'held')
  }

  holds(replica: number): boolean {
    return this.states[replica] === 'held'
  }

  /** The answer of one replica to the present attempt. */
  take(replica: number, result: ReplicaResult): void {
    if (result.r === 'held') {
      this.states[replica] = 'held'
      if (compareRows(result, this.version) > 0 && compareRows(result, this.met) > 0) {
        this.met = { o: result.o, t: result.t, n: result.n }
      }
    } else if (result.r === 'refused') {
      this.states[replica] = 'refused'
      this.refusal = result.why
      if (result.why === 'busy') this.busy += 1
      if (result.why === 'fenced' || result.why === 'not-mine') this.fenced += 1
    } else {
      // Another answer is none to a write; it does not say that nothing was done.
      this.states[replica] = 'silent'
    }
  }

  verdict(): WriteVerdict {
    const { states, groups } = this
    if (isQuorum(groups, (replica) => states[replica] === 'held')) {
      return this.met && !this.isOrdered && !this.isReissued ? 'reissue' : 'done'
    }
    const mayHold = (replica: number) => states[replica] === 'held' || states[replica] === 'pending'
    if (isQuorum(groups, mayHold)) return 'pending'
    if (this.fenced > 0) return 'fenced'
    if (this.isSomewhere()) return 'unknown'
    if (states.includes('pending')) return 'pending'
    return this.busy === this.count('refused') ? 'busy' : 'failed'
  }

  /** When the fence cannot be lifted in time: what the answers so far amount to. */
  verdictDespiteFence(): 'failed' | 'unknown' {
    return this.isSomewhere() || this.states.includes('pending') ? 'unknown' : 'failed'
  }

  /** The same write in a newer ring: same version, all answers anew. */
  sendAgain(groups: QuorumGroups, replicas: number): void {
    this.isPerhapsHeld = this.isSomewhere() || this.states.includes('pending')
    this.states = new Array<ReplicaState>(replicas).fill('pending')
    this.busy = 0
    this.fenced = 0
    this.met = null
    this.groups = groups
  }

  /** The same value above what it met; happens once. */
  reissueAs(version: WireVersion): void {
    this.version = version
    this.isReissued = true
    this.sendAgain(this.groups, this.states.length)
  }

  /** May the row, or that of an earlier attempt, stand on some replica? */
  private isSomewhere(): boolean {
    return this.isPerhapsHeld || this.states.includes('held') || this.states.includes('silent')
  }

  private count(state: ReplicaState): number {
    let count = 0
    for (const one of this.states) if (one === state) count += 1
    return count
  }
}
