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
import { compareRows, type ReplicaResult, type WireVersion } from './replica-result.ts'

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

export class QuorumWrite {
  /** Replicas that hold this version or a newer one, by this attempt. */
  held = 0
  /** The newest version above ours that a replica named; null = none. */
  met: WireVersion | null = null
  /** Why the last replica that refused did so. */
  refusal = ''
  needed: number
  private version: WireVersion
  private readonly isOrdered: boolean
  private replicas: number
  private refused = 0
  private busy = 0
  private fenced = 0
  private silent = 0
  private isReissued = false
  /** An earlier attempt may have left its row somewhere. */
  private isPerhapsHeld = false

  /** `needed` of `replicas` must hold it; `isOrdered`: the writer gave an order of its own. */
  constructor(version: WireVersion, isOrdered: boolean, needed: number, replicas: number) {
    this.version = version
    this.isOrdered = isOrdered
    this.needed = needed
    this.replicas = replicas
  }

  /** The answer of one replica to the present attempt. */
  take(result: ReplicaResult): void {
    if (result.r === 'held') {
      this.held += 1
      if (compareRows(result, this.version) > 0 && compareRows(result, this.met) > 0) {
        this.met = { o: result.o, t: result.t, n: result.n }
      }
    } else if (result.r === 'refused') {
      this.refused += 1
      this.refusal = result.why
      if (result.why === 'busy') this.busy += 1
      if (result.why === 'fenced' || result.why === 'not-mine') this.fenced += 1
    } else {
      // A row is no answer to a write; whatever it means, it does not say that nothing was done.
      this.silent += 1
    }
  }

  verdict(): WriteVerdict {
    if (this.held >= this.needed) {
      return this.met && !this.isOrdered && !this.isReissued ? 'reissue' : 'done'
    }
    const pending = this.replicas - this.held - this.refused - this.silent
    if (this.held + pending >= this.needed) return 'pending'
    if (this.fenced > 0) return 'fenced'
    if (this.held > 0 || this.silent > 0 || this.isPerhapsHeld) return 'unknown'
    if (pending > 0) return 'pending'
    return this.busy === this.refused ? 'busy' : 'failed'
  }

  /** When the fence cannot be lifted in time: what the answers so far amount to. */
  verdictDespiteFence(): 'failed' | 'unknown' {
    const pending = this.replicas - this.held - this.refused - this.silent
    const isPerhaps = this.held > 0 || this.silent > 0 || this.isPerhapsHeld || pending > 0
    return isPerhaps ? 'unknown' : 'failed'
  }

  /** The same write in a newer ring: same version, all answers anew. */
  sendAgain(needed: number, replicas: number): void {
    const pending = this.replicas - this.held - this.refused - this.silent
    this.isPerhapsHeld ||= this.held > 0 || this.silent > 0 || pending > 0
    this.held = 0
    this.refused = 0
    this.busy = 0
    this.fenced = 0
    this.silent = 0
    this.met = null
    this.needed = needed
    this.replicas = replicas
  }

  /** The same value above what it met; happens once. */
  reissueAs(version: WireVersion): void {
    this.version = version
    this.isReissued = true
    this.sendAgain(this.needed, this.replicas)
  }
}
