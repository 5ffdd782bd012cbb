import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../../../test/support/instant-clock.ts'
import { seededRandom } from '../../adapters/seeded-random.ts'
import { must } from '../../model/must.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { RingDocument, RingShard } from '../ring/document.ts'
import { foundRing } from '../ring/membership.ts'
import { type AcceptorState, accepted, promised, stateFor } from '../shard/ring-acceptor.ts'
import { isSuccessor } from '../shard/ring-copy.ts'
import type { ReplyOf, ShardReply, ShardRequest } from '../wire.ts'
import { ATTEMPTS_MAX, type RingDecided, RingRegister } from './ring-register.ts'

const SHARDS = [1, 2, 3].map((n) => ({ id: `id-${n}`, address: `a${n}` }))
const ADDRESSES = SHARDS.map(({ address }) => address)
const FIRST = foundRing(SHARDS, { kind: 'factor', factor: 3 }, 2)

/** The next document, with a mark by which its proposer is known. */
const next = (ring: RingDocument, mark: number): RingDocument => ({
  ...ring,
  version: ring.version + 1,
  replicationFactor: mark,
})

/** As much of a shard as takes part in decisions; what it holds is on its disk. */
class Decider {
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

type Carry = (to: string, request: ShardRequest) => Promise<ShardReply | null>

function register(
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

function deciders(ring: RingDocument | null = FIRST) {
  const all = SHARDS.map((shard) => new Decider(shard, ring))
  const at = (address: string) => must(all.find((one) => one.address === address))
  const carry: Carry = async (to, request) => at(to).answer(request)
  return { all, at, carry }
}

test('what is proposed alone is decided', async () => {
  const { carry } = deciders()
  assert.deepEqual(await register('a', carry).decide(FIRST, next(FIRST, 1)), { kind: 'decided' })
  const again = await register('b', carry).decide(FIRST, next(FIRST, 2))
  assert.deepEqual(again, { kind: 'conflict', ring: next(FIRST, 1) })
})

test('who dies after any message leaves one decision, which the next one completes', async () => {
  const ends = new Set<string>()
  for (let alive = 0; alive <= 6; alive += 1) {
    for (const asleep of [...ADDRESSES, 'none']) {
      const { at, carry } = deciders()
      let left = alive
      const dying: Carry = async (to, request) => {
        left -= 1
        return left < 0 || to === asleep ? new Promise(() => {}) : carry(to, request)
      }
      void register('dying', dying).decide(FIRST, next(FIRST, 1))
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      const second = await register('b', carry).decide(FIRST, next(FIRST, 2))
      const third = await register('c', carry).decide(FIRST, next(FIRST, 3))
      const decided = second.kind === 'conflict' ? second.ring : next(FIRST, 2)
      assert.deepEqual(third, { kind: 'conflict', ring: decided }, `${alive} ${asleep}`)
      ends.add(second.kind)
      assert.equal(at('a1').ring?.version, 1, 'it is decided, not told')
    }
  }
  assert.deepEqual([...ends].sort(), ['conflict', 'decided'], 'both ends have been seen')
})

test('a decider that is behind is given the ring first, one that is ahead ends it', async () => {
  const { all, carry } = deciders()
  const second = next(FIRST, 1)
  for (const one of all.slice(0, 1)) one.ring = second
  const behind = await register('a', carry).decide(second, next(second, 2))
  assert.deepEqual(behind, { kind: 'decided' })
  assert.ok(all.every(({ ring }) => ring?.version === 2))
  const late = await register('b', carry).decide(FIRST, next(FIRST, 3))
  assert.deepEqual(late, { kind: 'conflict', ring: second })
  const same = await register('c', carry).decide(FIRST, second)
  assert.deepEqual(same, { kind: 'decided' }, 'somebody has completed it meanwhile')
})

test('a shard that lost its disk has no vote and is given nothing', async () => {
  const { all, carry } = deciders()
  const [lost, silent] = all
  assert.ok(lost && silent)
  Object.assign(lost, { id: 'fresh', ring: null })
  const without: Carry = async (to, request) => (to === silent.address ? null : carry(to, request))
  const outcome = await register('a', without).decide(FIRST, next(FIRST, 1))
  assert.equal(outcome.kind, 'unreachable')
  assert.equal(lost.ring, null)
  assert.equal((await register('b', carry).decide(FIRST, next(FIRST, 2))).kind, 'decided')
})

test('nobody is asked in place of a shard of which nobody knows where it is', async () => {
  const { at, carry } = deciders()
  const asked: string[] = []
  const noting: Carry = async (to, request) => {
    asked.push(to)
    return at(to).answer(request)
  }
  const one = register('a', noting, instantClock(), undefined, ['id-1', 'id-2'])
  assert.equal((await one.decide(FIRST, next(FIRST, 1))).kind, 'unreachable')
  assert.deepEqual([...new Set(asked)], ['a3'])
  assert.equal((await register('b', carry).decide(FIRST, next(FIRST, 2))).kind, 'decided')
})

test('without a majority nothing is decided, and a sentence says who is missing', async () => {
  const { carry } = deciders()
  const alone: Carry = async (to, request) => (to === 'a1' ? carry(to, request) : null)
  const outcome = await register('a', alone).decide(FIRST, next(FIRST, 1))
  assert.equal(outcome.kind, 'unreachable')
  assert.match(
    'reason' in outcome ? outcome.reason : '',
    /2 of .* \(a1, a2, a3\) must answer, and too few did/,
  )
})

test('nobody waits for a decider that hangs while the others are a majority', async () => {
  const { carry } = deciders()
  const hanging: Carry = (to, request) => (to === 'a2' ? new Promise(() => {}) : carry(to, request))
  assert.equal((await register('a', hanging).decide(FIRST, next(FIRST, 1))).kind, 'decided')
})

test('a cluster is founded by a majority of those named, once', async () => {
  const { all, carry } = deciders(null)
  const silent: Carry = async (to, request) => (to === 'a3' ? null : carry(to, request))
  const two = foundRing(SHARDS.slice(0, 2), { kind: 'factor', factor: 3 }, 2)
  assert.deepEqual(await register('a', silent).found(two, ADDRESSES), { kind: 'decided' })
  const other = await register('b', carry).found(FIRST, ADDRESSES)
  assert.deepEqual(other, { kind: 'conflict', ring: two })
  all[1]?.answer({ kind: 'ring.store', ring: two })
  const third = await register('c', carry).found(FIRST, ADDRESSES)
  assert.deepEqual(third, { kind: 'conflict', ring: two })
})

test('after a ring without shards the first shard of the next one decides', async () => {
  const empty = {
    ...next(FIRST, 3),
    shards: [],
    table: FIRST.table.map(() => ({ epoch: 2, replicas: [] })),
  }
  const { carry, at } = deciders(null)
  at('a1').ring = FIRST
  const after = { ...next(empty, 3), shards: SHARDS.slice(0, 1) }
  assert.deepEqual(await register('a', carry).decide(empty, after), { kind: 'decided' })
  assert.deepEqual(at('a1').ring, empty)
})

test('who is outbid once bids higher', async () => {
  const { at, carry } = deciders()
  const scope = { cluster: FIRST.cluster, version: 2 }
  const ballot = { o: 0, t: 1_000_000, n: 'other' }
  for (const address of ADDRESSES) at(address).answer({ kind: 'ring.promise', ...scope, ballot })
  assert.deepEqual(await register('a', carry).decide(FIRST, next(FIRST, 1)), { kind: 'decided' })
})

test('who is outbid each time gives up after a bounded number of tries', async () => {
  const { carry } = deciders()
  let tries = 0
  const outbidding: Carry = async (to, request) => {
    if (request.kind === 'ring.promise' && to === 'a1') {
      tries += 1
      const ballot = { o: 0, t: request.ballot.t + 5, n: 'other' }
      for (const address of ADDRESSES) await carry(address, { ...request, ballot })
    }
    return carry(to, request)
  }
  const outcome = await register('a', outbidding).decide(FIRST, next(FIRST, 1))
  assert.equal(outcome.kind, 'unreachable')
  assert.match('reason' in outcome ? outcome.reason : '', /at the same time/)
  assert.equal(tries, ATTEMPTS_MAX)
})

const PROPOSERS = 3
const VERSIONS = 3

/** Everything that is under way, to be done in an order that chance decides. */
class Storm {
  readonly random: Random
  isCalm = false
  private readonly waiting: (() => void)[] = []

  constructor(seed: number) {
    this.random = seededRandom(`storm ${seed}`)
  }

  later(act: () => void): void {
    this.waiting.push(act)
  }

  /** One thing after another, until nothing is under way any more. */
  async blow(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      const [act] = this.waiting.splice(this.random.below(this.waiting.length), 1)
      act?.()
      await new Promise((resolve) => setImmediate(resolve))
      if (this.waiting.length === 0) return
    }
  }

  /** The message may be lost, arrive though nobody waits any more, or have its reply lost. */
  carry(deliver: () => ShardReply): Promise<ShardReply | null> {
    return new Promise((resolve) => {
      const fate = this.isCalm ? 9 : this.random.below(10)
      if (fate === 0) return this.later(() => resolve(null))
      this.later(() => {
        const reply = deliver()
        this.later(() => resolve(fate <= 2 ? null : reply))
      })
      if (fate === 3) this.later(() => resolve(null))
    })
  }
}

/** Proposes version after version, until it dies. */
async function propose(
  name: number,
  storm: Storm,
  { all, at }: ReturnType<typeof deciders>,
  found: (ring: RingDocument) => void,
): Promise<void> {
  let isAlive = true
  const carry: Carry = (to, request) => {
    isAlive &&= storm.isCalm || !storm.random.chance(0.02)
    return isAlive ? storm.carry(() => at(to).answer(request)) : new Promise(() => {})
  }
  const sleep = () => new Promise<void>((resolve) => storm.later(resolve))
  const one = register(`w${name}`, carry, { ...instantClock(), sleep }, storm.random)
  let ring: RingDocument | null = null
  for (let tries = 0; tries < 40 && (ring?.version ?? 0) < VERSIONS; tries += 1) {
    const mark: number = storm.random.below(1000) * PROPOSERS + name
    const after: RingDocument = ring ? next(ring, mark) : { ...FIRST, replicationFactor: mark }
    const outcome: RingDecided = ring
      ? await one.decide(ring, after)
      : await one.found(after, ADDRESSES)
    if (outcome.kind === 'unreachable') continue
    const decided: RingDocument = outcome.kind === 'conflict' ? outcome.ring : after
    ring = decided
    found(decided)
    for (const { address } of all) {
      if (storm.random.chance(0.5)) void carry(address, { kind: 'ring.store', ring: decided })
    }
  }
}

test('whatever is lost, late, twice or killed, of each version there is one ring', async () => {
  const versions: number[] = []
  for (let seed = 0; seed < 150; seed += 1) {
    const storm = new Storm(seed)
    const world = deciders(null)
    const documents = new Map<number, string>()
    const found = (ring: RingDocument) => {
      const text = JSON.stringify(ring)
      assert.equal(documents.get(ring.version) ?? text, text, `seed ${seed}, ${ring.version}`)
      documents.set(ring.version, text)
    }
    for (let name = 0; name < PROPOSERS; name += 1) void propose(name, storm, world, found)
    await storm.blow(600)
    storm.isCalm = true
    let isThrough = false
    void propose(PROPOSERS, storm, world, found).then(() => {
      isThrough = true
    })
    while (!isThrough) await storm.blow(1)
    for (const { ring } of world.all) if (ring) found(ring)
    versions.push(documents.size)
  }
  assert.deepEqual(new Set(versions), new Set([VERSIONS]), 'calm lets everybody through')
})
