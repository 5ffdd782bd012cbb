/**
 * Three shards as far as they decide on rings, and a register that proposes to them over messages
 * which a test carries as it likes.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { must } from '../../src/model/must.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Random } from '../../src/ports/random.ts'
import { RingRegister } from '../../src/store/coordinator/ring-register.ts'
import type { RingDocument, RingShard } from '../../src/store/ring/document.ts'
import { foundRing } from '../../src/store/ring/membership.ts'
import {
  type AcceptorState,
  accepted,
  promised,
  stateFor,
} from '../../src/store/shard/ring-acceptor.ts'
import { isSuccessor } from '../../src/store/shard/ring-copy.ts'
import type { ReplyOf, ShardReply, ShardRequest } from '../../src/store/wire.ts'
import { instantClock } from './instant-clock.ts'

export const SHARDS = [1, 2, 3].map((n) => ({ id: `id-${n}`, address: `a${n}` }))
export const ADDRESSES = SHARDS.map(({ address }) => address)
export const FIRST = foundRing(SHARDS, { kind: 'factor', factor: 3 }, 2)

/** The next document, with a mark by which its proposer is known. */
export const next = (ring: RingDocument, mark: number): RingDocument => ({
  ...ring,
  version: ring.version + 1,
  replicationFactor: mark,
})

/** As much of a shard as takes part in decisions; what it holds is on its disk. */
export class Decider {
  readonly address: string
  readonly id: string
  ring: RingDocument | null
  private kept: AcceptorState | null = null

  constructor({ id, address }: RingShard, ring: RingDocument | null) {
    this.address = address
    this.id = id
    this.ring = ring
  }

  answer(request: ShardRequest): ShardReply {
    const { ring } = this
    switch (request.kind) {
      case 'hello':
        return {
          kind: 'hello',
          shardId: this.id,
          ring,
          keys: 0,
          writable: true,
          hints: {},
          leftovers: 0,
        }
      case 'ring.promise':
        return this.decided(request, (state) => promised(state, request.ballot))
      case 'ring.accept':
        return this.decided(request, (state) => accepted(state, request.proposal))
      case 'ring.store': {
        const stored = isSuccessor(request.ring, ring)
        if (stored) this.ring = request.ring
        return { kind: 'ring.store', stored, ring: this.ring }
      }
      default:
        return { kind: 'error', reason: 'it only decides' }
    }
  }

  private decided(
    request: Extract<ShardRequest, { kind: 'ring.promise' | 'ring.accept' }>,
    step: (state: AcceptorState) => AcceptorState,
  ): ShardReply {
    const { kind } = request
    const { ring } = this
    const state = stateFor(request, ring, this.kept)
    if (!state) return { kind, promised: null, accepted: null, ring }
    this.kept = step(state)
    return { kind, promised: this.kept.promised, accepted: this.kept.accepted, ring }
  }
}

export type Carry = (to: string, request: ShardRequest) => Promise<ShardReply | null>

export function register(
  name: string,
  carry: Carry,
  clock: Clock = instantClock(),
  random: Random = seededRandom(name),
  nowhere: readonly string[] = [],
) {
  let time = 0
  const ask = async <R extends ShardRequest>(address: string, request: R) => {
    const sent: ShardRequest = JSON.parse(JSON.stringify(request))
    const reply: ShardReply | null = JSON.parse(JSON.stringify(await carry(address, sent)))
    return reply?.kind === request.kind ? (reply as ReplyOf<R['kind']>) : null
  }
  return new RingRegister({
    ...{
      clock,
      ask,
      random: random ?? seededRandom(name),
      writer: () => name,
      whereIs: ({ address }) => address,
    },
    whereIs: ({ id, address }) => (nowhere.includes(id) ? null : address),
    stamp: () => {
      time += 1
      return time
    },
  })
}

export function deciders(ring: RingDocument | null = FIRST) {
  const all = SHARDS.map((shard) => new Decider(shard, ring))
  const at = (address: string) => must(all.find((one) => one.address === address))
  const carry: Carry = async (to, request) => at(to).answer(request)
  return { all, at, carry }
}
