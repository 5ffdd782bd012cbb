/**
 * What a shard is asked about the ring: to take part in the decision which one comes next, and to
 * go by one that was decided. Everything is on the disk before it is answered for or gone by.
 *
 * Rows of a partition that the shard was not a replica of all the time are removed before the new
 * ring is written down: what was deleted meanwhile would come back with them. Should it crash in
 * between, it still goes by the former ring, whose epochs no quorum uses any more.
 */
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { decidersOf } from '../ring/deciders.ts'
import type { RingDocument } from '../ring/document.ts'
import type { ReplyOf, ShardRequest } from '../wire.ts'
import { type Fields, isCount, isFields, isProposal, isRing, isWireVersion } from '../wire-guard.ts'
import { type AcceptorState, accepted, promised, stateFor } from './ring-acceptor.ts'
import { isSuccessor, RingCopy } from './ring-copy.ts'

const RING = 'ring'
const ACCEPTOR = 'ring-acceptor'

export interface RingDeskWorld {
  readonly engine: KeyValueEngine
  readonly shardId: string
  /** Keys that stand here and can be read. */
  readonly keys: () => number
  /** Removes all that stands here of these partitions. */
  readonly remove: (partitions: readonly number[]) => void
  /** The ring is on the disk and gone by. */
  readonly changed: (ring: RingCopy, former: RingCopy | null) => void
}

type Asked<K extends ShardRequest['kind']> = Extract<ShardRequest, { kind: K }>

export class RingDesk {
  private readonly world: RingDeskWorld
  private present: RingCopy | null
  private acceptor: AcceptorState | null

  /** Throws EngineError. */
  constructor(world: RingDeskWorld) {
    this.world = world
    const ring = read(world.engine, RING, isRing)
    this.present = ring ? new RingCopy(ring, world.shardId) : null
    this.acceptor = read(world.engine, ACCEPTOR, isAcceptorState)
  }

  get ring(): RingCopy | null {
    return this.present
  }

  promise(request: Asked<'ring.promise'>): ReplyOf<'ring.promise'> {
    const decide = (state: AcceptorState) => promised(state, request.ballot)
    return { kind: 'ring.promise', ...this.decided(request, decide) }
  }

  accept(request: Asked<'ring.accept'>): ReplyOf<'ring.accept'> {
    if (request.proposal.ring.shards.length === 0) return this.leave(request)
    const decide = (state: AcceptorState) => accepted(state, request.proposal)
    return { kind: 'ring.accept', ...this.decided(request, decide) }
  }

  store({ ring: offered }: Asked<'ring.store'>): ReplyOf<'ring.store'> {
    const former = this.present
    const document = former?.document ?? null
    const next = new RingCopy(offered, this.world.shardId)
    // To a shard without a ring one that does not name it was sent by mistake: to the address of
    // one whose disk was lost. It would be asked in that one's place, and remembers nothing.
    const isNamed = offered.shards.length === 0 || next.names(this.world.shardId)
    const isMeant = former !== null || isNamed
    if (!isMeant || !isSuccessor(offered, document)) {
      return { kind: 'ring.store', stored: false, ring: document }
    }
    this.world.remove(next.owned.filter((partition) => !next.hasHeldSince(partition, former)))
    this.world.engine.setMeta(RING, JSON.stringify(offered))
    this.present = next
    this.acceptor = null
    this.world.changed(next, former)
    return { kind: 'ring.store', stored: true, ring: offered }
  }

  /** Whoever is asked about the first ring, or the one after a ring without shards, decides. */
  private decides(ring: RingDocument | null): boolean {
    if (ring === null || ring.shards.length === 0) return true
    return decidersOf(ring).some(({ id }) => id === this.world.shardId)
  }

  /**
   * The last shard alone decides about a ring without shards, so what it accepts is decided. It
   * goes by that at once, and not while it holds keys: one that was acknowledged after somebody
   * has looked, or between two steps, would be lost with the ring.
   */
  private leave(request: Asked<'ring.accept'>): ReplyOf<'ring.accept'> {
    const { proposal } = request
    const state = this.stateOf(request)
    const isLast = this.present?.document.shards.length === 1 && this.world.keys() === 0
    const isAccepted = state !== undefined && isLast && accepted(state, proposal) !== state
    if (isAccepted) this.store({ kind: 'ring.store', ring: proposal.ring })
    const ring = this.present?.document ?? null
    return { kind: 'ring.accept', promised: state?.promised ?? null, accepted: null, ring }
  }

  private stateOf(instance: Asked<'ring.promise' | 'ring.accept'>): AcceptorState | undefined {
    const ring = this.present?.document ?? null
    return this.decides(ring) ? stateFor(instance, ring, this.acceptor) : undefined
  }

  private decided(
    instance: Asked<'ring.promise' | 'ring.accept'>,
    decide: (state: AcceptorState) => AcceptorState,
  ) {
    const ring = this.present?.document ?? null
    const state = this.stateOf(instance)
    if (!state) return { promised: null, accepted: null, ring }
    const next = decide(state)
    if (next !== state) this.world.engine.setMeta(ACCEPTOR, JSON.stringify(next))
    this.acceptor = next
    return { promised: next.promised, accepted: next.accepted, ring }
  }
}

function read<T>(engine: KeyValueEngine, name: string, is: (value: unknown) => value is T) {
  const text = engine.getMeta(name)
  if (text === undefined) return null
  const value: unknown = JSON.parse(text)
  if (!is(value)) throw new EngineError('broken', `${name} in this database is unreadable`)
  return value
}

function isAcceptorState(value: unknown): value is AcceptorState {
  return isFields(value) && isCount(value.version) && hasDecided(value)
}

function hasDecided({ promised, accepted }: Fields): boolean {
  const isPromised = promised === null || isWireVersion(promised)
  return isPromised && (accepted === null || isProposal(accepted))
}
