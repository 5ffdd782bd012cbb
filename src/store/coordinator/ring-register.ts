/**
 * Decides which ring follows another, among the deciders of the one before (ring-ballot.ts says
 * what their replies come to). Founding is the first decision: those decide who were named for it.
 *
 * A decision that somebody else had begun is completed whenever it is met, so whoever proposes may
 * die at any moment. What is decided still has to be told to the shards; that is the keeper's.
 */
import { assert } from '../../model/must.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Address } from '../../ports/network.ts'
import type { Random } from '../../ports/random.ts'
import { decidersOf } from '../ring/deciders.ts'
import type { RingDocument, RingShard } from '../ring/document.ts'
import type { ReplyOf, ShardRequest, WireVersion } from '../wire.ts'
import { acceptsSay, type BallotReply, isBehind, promisesSay, type Verdict } from './ring-ballot.ts'

export type RingDecided =
  | { readonly kind: 'decided' }
  /** Another ring was decided, of that version or of a later one. */
  | { readonly kind: 'conflict'; readonly ring: RingDocument }
  /** Perhaps it will be decided yet, when somebody completes what was begun. */
  | { readonly kind: 'unreachable'; readonly reason: string }

type RingRequest = Exclude<ShardRequest, { kind: 'ops' }>

export interface RegisterWorld {
  readonly clock: Clock
  readonly random: Random
  /** Null = no answer that counts. */
  readonly ask: <R extends RingRequest>(
    address: Address,
    request: R,
  ) => Promise<ReplyOf<R['kind']> | null>
  /** A hybrid time that was never given out before. */
  readonly stamp: () => number
  /** Where a shard of the ring is to be asked, it may have moved since; null = nobody knows. */
  readonly whereIs: (shard: RingShard) => Address | null
  /** Who proposes; fresh at each start. */
  readonly writer: () => string
}

/** How often it is tried again when others propose at the same time. */
export const ATTEMPTS_MAX = 12
/** Before it is tried again: by chance up to so long, times the number of the attempt. */
const PAUSE_MS_MAX = 30

interface Decider {
  /** What it is called in sentences. */
  readonly name: string
  readonly address: Address | null
  /** Null = whoever answers there. */
  readonly id: string | null
}

interface Proposal {
  readonly before: RingDocument | null
  readonly after: RingDocument
  readonly deciders: readonly Decider[]
}

export class RingRegister {
  private readonly world: RegisterWorld
  private lastTime = 0

  constructor(world: RegisterWorld) {
    this.world = world
  }

  /** Proposes `after` to follow `before`. */
  decide(before: RingDocument, after: RingDocument): Promise<RingDecided> {
    const shards = before.shards.length > 0 ? decidersOf(before) : after.shards.slice(0, 1)
    const deciders = shards.map((shard) => ({
      ...{ name: shard.address, id: shard.id },
      address: this.world.whereIs(shard),
    }))
    return this.settle({ before, after, deciders })
  }

  /** Proposes the first ring; a majority of those who answer at `addresses` decides. */
  found(ring: RingDocument, addresses: readonly Address[]): Promise<RingDecided> {
    const deciders = addresses.map((address) => ({ name: address, address, id: null }))
    return this.settle({ before: null, after: ring, deciders })
  }

  private async settle(proposal: Proposal): Promise<RingDecided> {
    const { clock, random } = this.world
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const outcome = await this.attempt(proposal)
      if (outcome.kind !== 'outbid') return outcome
      this.lastTime = Math.max(this.lastTime, outcome.ballot.t)
      await clock.sleep(random.below(PAUSE_MS_MAX * attempt))
    }
    return { kind: 'unreachable', reason: CONTENDED_SENTENCE }
  }

  private async attempt(proposal: Proposal): Promise<RingDecided | Outbid> {
    const { before, after, deciders } = proposal
    const round = { before, ballot: this.nextBallot(), deciders: deciders.length }
    const scope = { cluster: before?.cluster ?? null, version: after.version }
    const promise = { kind: 'ring.promise', ...scope, ballot: round.ballot } as const
    const promised = await this.gather(proposal, promise, (said) => promisesSay(round, said))
    if (promised.kind !== 'granted') return failed(promised, proposal)
    const ring = promised.accepted?.ring ?? after
    const accept = {
      kind: 'ring.accept',
      ...scope,
      proposal: { ballot: round.ballot, ring },
    } as const
    const accepted = await this.gather(proposal, accept, (said) => acceptsSay(round, said))
    if (accepted.kind !== 'granted') return failed(accepted, proposal)
    return isSameRing(ring, after) ? { kind: 'decided' } : { kind: 'conflict', ring }
  }

  /** Asks all deciders at once; settles as soon as further replies would change nothing. */
  private gather(
    { before, deciders }: Proposal,
    request: BallotRequest,
    say: (replies: readonly (BallotReply | null)[]) => Verdict,
  ): Promise<Settled> {
    assert(deciders.length > 0, 'somebody decides about each ring')
    const { promise, resolve } = Promise.withResolvers<Settled>()
    const replies: (BallotReply | null)[] = []
    for (const decider of deciders) {
      void this.vote(decider, before, request).then((reply) => {
        replies.push(reply)
        const verdict = say(replies)
        if (verdict.kind !== 'open') resolve(verdict)
      })
    }
    return promise
  }

  /** One that is behind is first given the ring before, unless it is another than it should be. */
  private async vote(
    { address, id }: Decider,
    before: RingDocument | null,
    request: BallotRequest,
  ): Promise<BallotReply | null> {
    const { ask } = this.world
    if (address === null) return null
    const reply: BallotReply | null = await ask(address, request)
    if (reply === null || before === null || !isBehind(reply.ring, before)) return reply
    const hello = await ask(address, { kind: 'hello' })
    if (hello?.shardId !== id) return null
    await ask(address, { kind: 'ring.store', ring: before })
    return ask(address, request)
  }

  /** Above all that this register has issued or met. */
  private nextBallot(): WireVersion {
    this.lastTime = Math.max(this.lastTime + 1, this.world.stamp())
    return { o: 0, t: this.lastTime, n: this.world.writer() }
  }
}

type Settled = Exclude<Verdict, { kind: 'open' }>
type Outbid = Extract<Verdict, { kind: 'outbid' }>
type BallotRequest = Extract<ShardRequest, { kind: 'ring.promise' | 'ring.accept' }>

export function isSameRing(a: RingDocument | null, b: RingDocument): boolean {
  return a !== null && a.version === b.version && JSON.stringify(a) === JSON.stringify(b)
}

function failed(
  verdict: Exclude<Settled, { kind: 'granted' }>,
  { after, deciders }: Proposal,
): RingDecided | Outbid {
  switch (verdict.kind) {
    case 'outbid':
      return verdict
    case 'ahead':
      return isSameRing(verdict.ring, after)
        ? { kind: 'decided' }
        : { kind: 'conflict', ring: verdict.ring }
    case 'short':
      return { kind: 'unreachable', reason: shortSentence(deciders, verdict) }
  }
}

function shortSentence(
  deciders: readonly Decider[],
  { needed }: Extract<Verdict, { kind: 'short' }>,
): string {
  const names = deciders.map(({ name }) => name).join(', ')
  return (
    `${needed} of the shards that decide about the ring (${names}) must answer, and too few ` +
    'did. Start those that are missing, look at the ring, and try again.'
  )
}

const CONTENDED_SENTENCE =
  'Other coordinators change the ring at the same time. Look at it and try again.'
