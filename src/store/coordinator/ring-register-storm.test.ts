/**
 * Several propose at once while messages are lost, late or doubled and proposers die: of each
 * version there is still one ring.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../../../test/support/instant-clock.ts'
import {
  ADDRESSES,
  type Carry,
  deciders,
  FIRST,
  next,
  register,
} from '../../../test/support/ring-deciders.ts'
import { seededRandom } from '../../adapters/seeded-random.ts'
import type { Random } from '../../ports/random.ts'
import type { RingDocument } from '../ring/document.ts'
import type { ShardReply } from '../wire.ts'
import type { RingDecided } from './ring-register.ts'

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
