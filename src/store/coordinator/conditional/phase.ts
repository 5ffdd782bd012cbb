/**
 * One phase of a proposal: what was asked of the replicas of a key, and whether a quorum granted
 * it. The verdicts of both phases of CASPaxos are the same: granted by a quorum; outbid, when a
 * larger ballot stands against it; or not to be had. Pure.
 */
import { isQuorum, type QuorumGroups } from '../../ring/quorum.ts'
import type { WireVersion } from '../../wire.ts'
import { compareRows, type ReplicaResult } from '../replica-result.ts'

export type PhaseVerdict =
  | 'pending'
  | 'granted'
  /** No quorum, and a replica holds a larger ballot: try again above it. */
  | 'outbid'
  /** No quorum, and a replica says that our ring is old. */
  | 'fenced'
  | 'busy'
  /** Too few replicas could be asked or would do it. */
  | 'lost'

/** Of the two phases only the second leaves anything behind where it is not granted. */
export type PhaseKind = 'promise' | 'accept'

type Vote = 'pending' | 'granted' | 'refused' | 'silent'

export class Phase {
  /** The largest ballot that stands against ours; null = none. */
  against: WireVersion | null = null
  /** Why the last replica that refused did so. */
  refusal = ''
  private readonly kind: PhaseKind
  private readonly ballot: WireVersion
  private readonly groups: QuorumGroups
  private readonly votes: Vote[]
  private fenced = 0
  private busy = 0

  constructor(kind: PhaseKind, ballot: WireVersion, groups: QuorumGroups, replicas: number) {
    this.kind = kind
    this.ballot = ballot
    this.groups = groups
    this.votes = new Array<Vote>(replicas).fill('pending')
  }

  take(replica: number, result: ReplicaResult): void {
    this.votes[replica] = this.voteOf(result)
  }

  granted(replica: number): boolean {
    return this.votes[replica] === 'granted'
  }

  /** May some replica have accepted it? */
  get isPerhapsAccepted(): boolean {
    return this.kind === 'accept' && this.votes.some((vote) => vote !== 'refused')
  }

  verdict(): PhaseVerdict {
    const { votes, groups } = this
    if (isQuorum(groups, (replica) => votes[replica] === 'granted')) return 'granted'
    const mayGrant = (replica: number) =>
      votes[replica] === 'granted' || votes[replica] === 'pending'
    if (isQuorum(groups, mayGrant)) return 'pending'
    if (this.fenced > 0) return 'fenced'
    if (this.against) return 'outbid'
    // The last one to answer may tell that certainly nobody has accepted it.
    if (this.kind === 'accept' && votes.includes('pending')) return 'pending'
    return this.busy > 0 && !this.isPerhapsAccepted ? 'busy' : 'lost'
  }

  private voteOf(result: ReplicaResult): Vote {
    if (result.r === 'promised') return this.compared(result.ballot)
    if (result.r === 'held') return this.compared(result)
    if (result.r !== 'refused') return 'silent'
    this.refusal = result.why
    if (result.why === 'busy') this.busy += 1
    if (result.why === 'fenced' || result.why === 'not-mine') this.fenced += 1
    return 'refused'
  }

  /** What a replica holds now is our ballot, or one that stands against it. */
  private compared(held: WireVersion): Vote {
    if (compareRows(held, this.ballot) === 0) return 'granted'
    if (compareRows(held, this.against) > 0) this.against = held
    return 'refused'
  }
}
