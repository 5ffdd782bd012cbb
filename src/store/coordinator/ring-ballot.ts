/**
 * What the replies of deciders come to, when it is decided which ring follows another: one round of
 * Paxos for each version (docs/decisions). Pure; ring-register.ts asks and waits.
 *
 * Each decider votes under ballots that only grow. Whoever has been promised the votes of a
 * majority knows what may have been decided before, and proposes that instead of its own. So of
 * each version there is one document, whoever asks, is late, or dies in the middle.
 */
import { compareVersions } from '../../model/version.ts'
import type { RingDocument } from '../ring/document.ts'
import { majorityOf } from '../ring/quorum.ts'
import type { ReplyOf, RingProposal, WireVersion } from '../wire.ts'

export type BallotReply = ReplyOf<'ring.promise' | 'ring.accept'>

/** What all asks of one round have in common. */
export interface Round {
  /** The ring that is followed; null = none is, the cluster is founded. */
  readonly before: RingDocument | null
  readonly ballot: WireVersion
  readonly deciders: number
}

export type Verdict =
  /** Further replies may still change it. */
  | { readonly kind: 'open' }
  /** A majority has voted; `accepted` must be proposed in place of anything else. */
  | { readonly kind: 'granted'; readonly accepted: RingProposal | null }
  /** A larger ballot stands against it. */
  | { readonly kind: 'outbid'; readonly ballot: WireVersion }
  /** It was decided long ago: a decider goes by this ring already. */
  | { readonly kind: 'ahead'; readonly ring: RingDocument }
  | { readonly kind: 'short'; readonly needed: number }

/** After some deciders have answered the request for a promise (null = not at all). */
export function promisesSay(round: Round, replies: readonly (BallotReply | null)[]): Verdict {
  return verdict(round, replies, ({ promised }) => isSameBallot(promised, round.ballot))
}

/** The same of the request to accept. */
export function acceptsSay(round: Round, replies: readonly (BallotReply | null)[]): Verdict {
  const isVote = ({ accepted }: BallotReply) => isSameBallot(accepted?.ballot ?? null, round.ballot)
  return verdict(round, replies, isVote)
}

function verdict(
  round: Round,
  replies: readonly (BallotReply | null)[],
  isVote: (reply: BallotReply) => boolean,
): Verdict {
  const said = replies.filter((reply) => reply !== null)
  const ahead = said.find(({ ring }) => isAhead(ring, round.before))?.ring
  if (ahead) return { kind: 'ahead', ring: ahead }
  const votes = said.filter((reply) => goesBy(reply.ring, round.before) && isVote(reply))
  const needed = majorityOf(round.deciders)
  if (votes.length >= needed) return { kind: 'granted', accepted: newestAccepted(votes) }
  const waiting = round.deciders - replies.length
  if (votes.length + waiting >= needed) return { kind: 'open' }
  const ballot = largestPromised(said)
  const isOutbid = ballot !== null && compareBallots(ballot, round.ballot) > 0
  return isOutbid ? { kind: 'outbid', ballot } : { kind: 'short', needed }
}

/** Does whoever holds `ring` still have to learn of `before`? Never one of another cluster. */
export function isBehind(ring: RingDocument | null, before: RingDocument): boolean {
  return ring === null || (ring.cluster === before.cluster && ring.version < before.version)
}

function isAhead(ring: RingDocument | null, before: RingDocument | null): boolean {
  if (ring === null || before === null) return ring !== null
  return ring.cluster === before.cluster && ring.version > before.version
}

function goesBy(ring: RingDocument | null, before: RingDocument | null): boolean {
  if (ring === null || before === null) return ring === before
  return ring.cluster === before.cluster && ring.version === before.version
}

function newestAccepted(votes: readonly BallotReply[]): RingProposal | null {
  const proposals = votes.flatMap(({ accepted }) => accepted ?? [])
  return proposals.reduce<RingProposal | null>(
    (newest, one) => (newest && compareBallots(newest.ballot, one.ballot) >= 0 ? newest : one),
    null,
  )
}

function largestPromised(replies: readonly BallotReply[]): WireVersion | null {
  const promised = replies.flatMap((reply) => reply.promised ?? [])
  return promised.reduce<WireVersion | null>(
    (largest, one) => (largest && compareBallots(largest, one) >= 0 ? largest : one),
    null,
  )
}

function isSameBallot(a: WireVersion | null, b: WireVersion): boolean {
  return a !== null && compareBallots(a, b) === 0
}

function compareBallots(a: WireVersion, b: WireVersion): number {
  const versionOf = ({ o, t, n }: WireVersion) => ({ order: o, time: t, writer: n })
  return compareVersions(versionOf(a), versionOf(b))
}
