import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RingDocument } from '../ring/document.ts'
import { foundRing } from '../ring/membership.ts'
import type { RingProposal } from '../wire.ts'
import { acceptsSay, type BallotReply, promisesSay } from './ring-ballot.ts'

const shards = [1, 2, 3].map((n) => ({ id: `id-${n}`, address: `a${n}` }))
const before = foundRing(shards, { kind: 'factor', factor: 3 }, 2)
const ballot = (t: number) => ({ o: 0, t, n: 'w' })
const round = { before, ballot: ballot(5), deciders: 3 }
const proposal = (t: number): RingProposal => ({
  ballot: ballot(t),
  ring: { ...before, version: 2, replicationFactor: t },
})
const said = (
  promised: number | null,
  accepted: number | null = null,
  ring: RingDocument | null = before,
): BallotReply => ({
  kind: 'ring.promise',
  promised: promised === null ? null : ballot(promised),
  accepted: accepted === null ? null : proposal(accepted),
  ring,
})

test('a majority of promises is enough, fewer leave it open while others may answer', () => {
  assert.deepEqual(promisesSay(round, []), { kind: 'open' })
  assert.deepEqual(promisesSay(round, [said(5)]), { kind: 'open' })
  assert.deepEqual(promisesSay(round, [null, said(5)]), { kind: 'open' })
  assert.deepEqual(promisesSay(round, [said(5), said(5)]), { kind: 'granted', accepted: null })
  assert.deepEqual(promisesSay(round, [null, said(5), null]), { kind: 'short', needed: 2 })
})

test('of proposals that were accepted before, the one of the largest ballot goes on', () => {
  for (const replies of [
    [said(5, 3), said(5, 4)],
    [said(5, 4), said(5, 3)],
    [said(5), said(5, 4)],
  ]) {
    assert.deepEqual(promisesSay(round, replies), { kind: 'granted', accepted: proposal(4) })
  }
})

test('a larger promise is no vote, and tells what to bid above', () => {
  assert.deepEqual(promisesSay(round, [said(9), said(5)]), { kind: 'open' })
  const outbid = { kind: 'outbid', ballot: ballot(9) }
  assert.deepEqual(promisesSay(round, [said(7), said(9)]), outbid)
})

test('it is accepted where the accepted ballot is the own one', () => {
  assert.deepEqual(acceptsSay(round, [said(5), said(5, 4), said(5, 3)]), {
    kind: 'short',
    needed: 2,
  })
  assert.equal(acceptsSay(round, [said(5, 5), said(5, 5)]).kind, 'granted')
  assert.equal(acceptsSay(round, [said(9, 5), said(9), said(8)]).kind, 'outbid')
})

test('who goes by another ring than the one before has no vote', () => {
  const older = { ...before, version: 0 }
  const foreign = { ...before, cluster: 'elsewhere', version: 9 }
  for (const ring of [older, foreign, null]) {
    const replies = [said(5, null, ring), said(5, null, ring)]
    assert.deepEqual(promisesSay(round, replies), { kind: 'short', needed: 2 })
  }
  const newer = { ...before, version: 4 }
  const ahead = promisesSay(round, [said(5), said(null, null, newer)])
  assert.deepEqual(ahead, { kind: 'ahead', ring: newer })
})

test('at a founding whoever has a ring ends it', () => {
  const founding = { ...round, before: null }
  assert.equal(promisesSay(founding, [said(5, null, null), said(5, null, null)]).kind, 'granted')
  assert.deepEqual(promisesSay(founding, [said(null)]), { kind: 'ahead', ring: before })
})
