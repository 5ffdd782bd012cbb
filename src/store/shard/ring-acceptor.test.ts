import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ringOf } from '../../../test/support/shard-world.ts'
import { must } from '../../model/must.ts'
import type { RingDocument } from '../ring/document.ts'
import type { WireVersion } from '../wire.ts'
import { type AcceptorState, accepted, promised, stateFor } from './ring-acceptor.ts'

const BLANK: AcceptorState = { version: 1, promised: null, accepted: null }
const ballotOf = (o: number, n = 'w'): WireVersion => ({ o, t: 1, n })
const ringNamed = (cluster: string): RingDocument => ({ ...ringOf(['a']), cluster })
const proposalOf = (o: number, cluster = 'ours') => ({
  ballot: ballotOf(o),
  ring: ringNamed(cluster),
})

test('a larger ballot is promised, an equal or smaller one changes nothing', () => {
  const first = promised(BLANK, ballotOf(2))
  assert.deepEqual(first.promised, ballotOf(2))
  for (const ballot of [ballotOf(1), ballotOf(2), ballotOf(2, 'v')]) {
    assert.equal(promised(first, ballot), first)
  }
  assert.deepEqual(promised(first, ballotOf(2, 'x')).promised, ballotOf(2, 'x'))
})

test('what was accepted stays through later promises, and a smaller ballot is not accepted', () => {
  const state = promised(accepted(BLANK, proposalOf(2)), ballotOf(5))
  assert.deepEqual(state.accepted, proposalOf(2))
  assert.equal(accepted(state, proposalOf(4, 'theirs')), state)
  assert.equal(accepted(state, proposalOf(2)), state, 'sent once more, it is known')
  const later = accepted(state, proposalOf(6, 'theirs'))
  assert.deepEqual([later.promised, later.accepted], [ballotOf(6), proposalOf(6, 'theirs')])
  assert.deepEqual(accepted(state, proposalOf(5)).accepted, proposalOf(5), 'its own promise')
})

test('there is an instance only for the version that follows the ring that is gone by', () => {
  const ring = { ...ringNamed('ours'), version: 4 }
  const kept = { ...BLANK, version: 5, promised: ballotOf(1) }
  assert.equal(stateFor({ cluster: 'ours', version: 5 }, ring, kept), kept)
  assert.deepEqual(stateFor({ cluster: 'ours', version: 5 }, ring, { ...kept, version: 4 }), {
    ...BLANK,
    version: 5,
  })
  for (const version of [1, 4, 6]) {
    assert.equal(stateFor({ cluster: 'ours', version }, ring, kept), undefined)
  }
  for (const cluster of ['theirs', null]) {
    assert.equal(stateFor({ cluster, version: 5 }, ring, kept), undefined)
  }
  assert.deepEqual(stateFor({ cluster: null, version: 1 }, null, null), BLANK)
  assert.equal(stateFor({ cluster: null, version: 2 }, null, null), undefined)
  assert.equal(stateFor({ cluster: 'ours', version: 1 }, null, null), undefined)
})

/** Three acceptors and what majorities of them have accepted, by ballot. */
class Deciders {
  readonly decided = new Set<string>()
  private readonly states = [BLANK, BLANK, BLANK]
  private readonly votes = new Map<number, number>()

  /** One proposer's round; it reaches the deciders named, in each of the two phases. */
  propose(o: number, wish: string, inPromise: readonly number[], inAccept: readonly number[]) {
    const ballot = ballotOf(o)
    const promises = inPromise.flatMap((i) => {
      const state = promised(must(this.states[i]), ballot)
      this.states[i] = state
      return state.promised?.o === o ? [state] : []
    })
    if (promises.length < 2) return
    const met = promises.flatMap((state) => state.accepted ?? [])
    const newest = met.sort((a, b) => b.ballot.o - a.ballot.o)[0]
    const proposal = { ballot, ring: newest?.ring ?? ringNamed(wish) }
    for (const i of inAccept) {
      const state = accepted(must(this.states[i]), proposal)
      this.states[i] = state
      if (state.accepted?.ballot.o === o) this.votes.set(o, (this.votes.get(o) ?? 0) + 1)
    }
    if ((this.votes.get(o) ?? 0) >= 2) this.decided.add(proposal.ring.cluster)
  }
}

test('whoever proposes, and whomever they reach, no two rings are decided', () => {
  const reached = fc.uniqueArray(fc.constantFrom(0, 1, 2), { maxLength: 3 })
  const round = fc.record({ wish: fc.constantFrom('a', 'b', 'c'), first: reached, second: reached })
  const property = fc.property(fc.array(round, { maxLength: 8 }), (rounds) => {
    const deciders = new Deciders()
    // Ballots come in another order than their sizes.
    for (const [i, { wish, first, second }] of rounds.entries()) {
      deciders.propose((i * 5) % 8, wish, first, second)
    }
    assert.ok(deciders.decided.size <= 1, [...deciders.decided].join())
  })
  fc.assert(property, { numRuns: 500 })
})
