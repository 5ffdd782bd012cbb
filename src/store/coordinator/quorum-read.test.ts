import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireRow } from '../wire.ts'
import { QuorumRead, type ReadVerdict } from './quorum-read.ts'
import { BUSY, type ReplicaResult, SILENCE, UNREACHABLE } from './replica-result.ts'

const row = (t: number, v: string | null = `"${t}"`): WireRow => ({
  k: 'k',
  v,
  o: t,
  t,
  n: 'w',
  e: null,
})
const answer = (value: WireRow | null): ReplicaResult => ({ r: 'row', row: value })
const bare = (t: number): ReplicaResult => ({ r: 'version', o: t, t, n: 'w' })
const HELD: ReplicaResult = { r: 'held', o: 2, t: 2, n: 'w' }
const FULL: ReplicaResult = { r: 'refused', why: 'full' }
const FENCED: ReplicaResult = { r: 'refused', why: 'fenced' }

/** A read that has asked the first replicas, and heard from them in order. */
function reading(results: readonly (ReplicaResult | undefined)[], groups = [[0, 1, 2]]) {
  const read = new QuorumRead(groups, Math.max(...groups.flat()) + 1)
  for (const index of results.keys()) read.asked(index)
  for (const [index, result] of results.entries()) if (result) read.take(index, result)
  return read
}

const verdictOf = (...results: (ReplicaResult | undefined)[]): ReadVerdict =>
  reading(results).verdict()

test('two that agree decide, whether they hold a row or none', () => {
  assert.equal(verdictOf(answer(row(1)), answer(row(1))), 'decided')
  assert.equal(verdictOf(answer(null), answer(null)), 'decided')
  assert.equal(reading([answer(null), answer(null)]).newest, null)
})

test('absent needs a quorum of answers: silence says nothing', () => {
  assert.equal(verdictOf(answer(null), SILENCE), 'ask')
  assert.equal(verdictOf(answer(null), SILENCE, SILENCE), 'unavailable')
  assert.equal(verdictOf(answer(null), UNREACHABLE, UNREACHABLE), 'unavailable')
  assert.equal(reading([answer(null), SILENCE, SILENCE]).progress.had, 1)
})

test('a row that one has sent is told when the others name its version', () => {
  for (const results of [
    [answer(row(2)), bare(2)],
    [bare(2), answer(row(2))],
  ]) {
    const read = reading(results)
    assert.equal(read.verdict(), 'decided')
    assert.deepEqual(read.newest, row(2))
  }
})

test('a version that nobody has sent the row of is never told, nor anything older', () => {
  assert.equal(verdictOf(answer(row(1)), bare(2)), 'incomplete')
  assert.equal(verdictOf(bare(2), answer(row(1))), 'incomplete')
  assert.equal(verdictOf(answer(null), bare(2)), 'incomplete')
  assert.equal(verdictOf(SILENCE, bare(2), bare(2)), 'incomplete')
  assert.equal(reading([answer(row(1)), bare(2)]).newest, null)
})

test('who named an older version than the row that was sent is brought up to it', () => {
  const read = reading([answer(row(2)), bare(1)])
  assert.equal(read.verdict(), 'repair')
  assert.equal(read.toRepair(), 1)
  assert.deepEqual(read.newest, row(2))
})

test('every combination of three answers and failures decides by the number of answers', () => {
  const kinds = [answer(row(1)), SILENCE, UNREACHABLE]
  for (const a of kinds) {
    for (const b of kinds) {
      for (const c of kinds) {
        const answers = [a, b, c].filter((one) => one.r === 'row').length
        assert.equal(verdictOf(a, b, c), answers >= 2 ? 'decided' : 'unavailable')
      }
    }
  }
})

test('the newest of the quorum is written back before it is told', () => {
  const read = reading([answer(row(1)), answer(row(2))])
  assert.equal(read.verdict(), 'repair')
  assert.equal(read.toRepair(), 0)
  read.repairing(0)
  assert.equal(read.verdict(), 'pending')
  read.takeRepair(0, HELD)
  assert.equal(read.verdict(), 'decided')
  assert.equal(read.newest?.t, 2)
})

test('a deletion that only one of the quorum knows is written back as well', () => {
  assert.equal(verdictOf(answer(null), answer(row(2, null))), 'repair')
})

test('when the stale replica cannot be written, another takes its place', () => {
  const read = reading([answer(row(1)), answer(row(2))])
  read.repairing(0)
  read.takeRepair(0, FULL)
  assert.equal(read.verdict(), 'repair')
  assert.equal(read.toRepair(), 2, 'the replica that was not asked')
  read.repairing(2)
  read.takeRepair(2, SILENCE)
  assert.equal(read.verdict(), 'unavailable')
})

test('a late answer that agrees with the newest counts for the majority', () => {
  const read = reading([answer(row(1)), answer(row(2)), undefined])
  assert.equal(read.verdict(), 'repair')
  read.repairing(0)
  read.takeRepair(0, FULL)
  assert.equal(read.verdict(), 'pending', 'the third has been asked and may still speak')
  read.take(2, answer(row(2)))
  assert.equal(read.verdict(), 'decided')
})

test('what will be told does not change any more once a quorum has answered', () => {
  const read = reading([answer(row(1)), answer(row(1)), undefined])
  assert.equal(read.verdict(), 'decided')
  read.take(2, answer(row(9)))
  assert.equal(read.newest?.t, 1)
  assert.equal(read.isStale(2), false)
})

test('a late answer with an older row is known to be stale', () => {
  const read = reading([answer(row(2)), answer(row(2)), undefined])
  read.verdict()
  read.take(2, answer(row(1)))
  assert.equal(read.isBehind(2), true)
  const named = reading([answer(row(2)), bare(2), undefined])
  named.verdict()
  named.take(2, bare(1))
  assert.equal(named.isBehind(2), true)
})

test('an old ring and full queues are told apart from silence', () => {
  assert.equal(verdictOf(FENCED, FENCED, answer(null)), 'fenced')
  assert.equal(verdictOf(BUSY, BUSY, BUSY), 'busy')
  assert.equal(verdictOf(BUSY, BUSY, SILENCE), 'unavailable')
})

test('one replica alone is its own quorum', () => {
  assert.equal(reading([answer(row(1))], [[0]]).verdict(), 'decided')
  assert.equal(reading([SILENCE], [[0]]).verdict(), 'unavailable')
})

test('while a partition moves, both groups answer, and both hold what is told', () => {
  const groups = [
    [0, 1, 2],
    [0, 3, 4],
  ]
  const of = (...results: (ReplicaResult | undefined)[]) => reading(results, groups)
  assert.equal(of(answer(row(1)), answer(row(1))).verdict(), 'ask')
  assert.equal(of(answer(row(1)), answer(row(1)), undefined, answer(row(1))).verdict(), 'decided')
  const newcomerLacksIt = of(answer(row(1)), answer(row(1)), undefined, answer(null))
  assert.equal(newcomerLacksIt.verdict(), 'repair')
  assert.equal(newcomerLacksIt.toRepair(), 3)
  newcomerLacksIt.repairing(3)
  newcomerLacksIt.takeRepair(3, HELD)
  assert.equal(newcomerLacksIt.verdict(), 'decided')
})

test("of a conditional key only the very version counts: a newer one may be nobody's yet", () => {
  const read = new QuorumRead([[0, 1, 2]], 3, true)
  for (const replica of [0, 1, 2]) read.asked(replica)
  read.take(0, answer(row(5)))
  read.take(1, answer(row(1)))
  assert.equal(read.verdict(), 'repair')
  read.repairing(1)
  read.take(2, answer(row(9)))
  assert.equal(read.verdict(), 'pending')
  read.takeRepair(1, { r: 'held', o: 9, t: 9, n: 'x' })
  assert.equal(read.verdict(), 'unavailable')
})
