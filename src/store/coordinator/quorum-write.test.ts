import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QuorumWrite, type WriteVerdict } from './quorum-write.ts'
import type { ReplicaResult } from './replica-result.ts'

const OURS = { o: 100, t: 10, n: 'w' }
const HELD: ReplicaResult = { r: 'held', ...OURS }
const NEWER: ReplicaResult = { r: 'held', o: 200, t: 5, n: 'x' }
const SILENCE: ReplicaResult = { r: 'silence' }
const refused = (why: 'full' | 'busy' | 'fenced' | 'not-mine' | 'unreachable') =>
  ({ r: 'refused', why }) as const

const groupOf = (replicas: number) => [Array.from({ length: replicas }, (_, i) => i)]
const plain = (replicas = 3) => new QuorumWrite(OURS, false, groupOf(replicas), replicas)

/** How many replicas have answered each write. */
const heard = new WeakMap<QuorumWrite, number>()

function after(write: QuorumWrite, ...results: ReplicaResult[]): WriteVerdict {
  let next = heard.get(write) ?? 0
  for (const result of results) write.take(next++, result)
  heard.set(write, next)
  return write.verdict()
}

function again(write: QuorumWrite): void {
  write.sendAgain(groupOf(3), 3)
  heard.delete(write)
}

/** Every sequence of a given length over the answers. */
function sequences<T>(answers: readonly T[], length: number): readonly (readonly T[])[] {
  if (length === 0) return [[]]
  return sequences(answers, length - 1).flatMap((rest) => answers.map((one) => [...rest, one]))
}

test('three replicas: every combination of answers has the outcome of the contract', () => {
  const kinds = [HELD, refused('full'), SILENCE]
  for (const results of sequences(kinds, 3)) {
    const count = (kind: ReplicaResult) => results.filter((one) => one === kind).length
    const expected: WriteVerdict =
      count(HELD) >= 2 ? 'done' : results.every((one) => one.r === 'refused') ? 'failed' : 'unknown'
    assert.equal(after(plain(), ...results), expected, JSON.stringify(results))
  }
})

test('an outcome never changes from certain to another as answers go on coming', () => {
  const kinds = [HELD, refused('unreachable'), SILENCE]
  for (const results of sequences(kinds, 5)) {
    const write = plain(5)
    let told: WriteVerdict = 'pending'
    for (const result of results) {
      const verdict = after(write, result)
      if (told === 'done' || told === 'failed') assert.equal(verdict, told)
      told = verdict
    }
    assert.notEqual(told, 'pending')
  }
})

test('a quorum is enough, nobody waits for the last', () => {
  const write = plain()
  assert.equal(after(write, HELD), 'pending')
  assert.equal(after(write, HELD), 'done')
  assert.equal(write.held, 2)
})

test('what is certainly nowhere is told only when the last replica has refused', () => {
  const write = plain()
  assert.equal(after(write, refused('full'), refused('unreachable')), 'pending')
  assert.equal(after(write, refused('full')), 'failed')
})

test('full queues everywhere are busy, not failed', () => {
  assert.equal(after(plain(), refused('busy'), refused('busy'), refused('busy')), 'busy')
  assert.equal(after(plain(), refused('busy'), refused('busy'), refused('full')), 'failed')
})

test('a plain write that meets a newer version is issued once more above it', () => {
  const write = plain()
  assert.equal(after(write, HELD), 'pending')
  assert.equal(after(write, NEWER), 'reissue')
  assert.equal(write.met?.o, 200)
  write.reissueAs({ o: 200, t: 11, n: 'w' })
  heard.delete(write)
  assert.equal(after(write, { r: 'held', o: 200, t: 11, n: 'w' }), 'pending')
  assert.equal(after(write, { r: 'held', o: 300, t: 12, n: 'y' }), 'done', 'once is enough')
})

test('the newest of all that was met counts', () => {
  const write = plain(5)
  after(write, NEWER, { r: 'held', o: 200, t: 5, n: 'z' }, HELD)
  assert.deepEqual(write.met, { o: 200, t: 5, n: 'z' })
})

test('a write with its own order is never issued again: losing to a larger one is success', () => {
  assert.equal(after(new QuorumWrite(OURS, true, groupOf(3), 3), NEWER, NEWER), 'done')
})

test('a re-issued write that fails is unknown, since its first row may stand somewhere', () => {
  const write = plain()
  after(write, HELD, NEWER)
  write.reissueAs({ o: 200, t: 11, n: 'w' })
  heard.delete(write)
  assert.equal(after(write, refused('full'), refused('full'), refused('full')), 'unknown')
})

test('a fence is lifted and the same version sent again', () => {
  const write = plain()
  assert.equal(after(write, refused('fenced'), refused('not-mine')), 'fenced')
  again(write)
  assert.equal(after(write, HELD, HELD), 'done')
})

test('when the fence cannot be lifted, nothing is certain but refusals from all', () => {
  const write = plain()
  after(write, refused('fenced'), refused('fenced'))
  assert.equal(write.verdictDespiteFence(), 'unknown', 'the third has not spoken')
  after(write, refused('fenced'))
  assert.equal(write.verdictDespiteFence(), 'failed')
})

test('an answer that was under way when the write began again may have been a success', () => {
  const write = plain()
  after(write, refused('fenced'), refused('fenced'))
  again(write)
  assert.equal(after(write, refused('full'), refused('full'), refused('full')), 'unknown')
})

test('while a partition moves, a majority of both groups must hold it', () => {
  const joint = () =>
    new QuorumWrite(
      OURS,
      false,
      [
        [0, 1, 2],
        [2, 3, 4],
      ],
      5,
    )
  assert.equal(after(joint(), HELD, HELD, SILENCE, HELD), 'pending')
  assert.equal(after(joint(), HELD, HELD, SILENCE, HELD, HELD), 'done')
  assert.equal(after(joint(), HELD, HELD, HELD, SILENCE, SILENCE), 'unknown')
  const stuck = joint()
  after(stuck, HELD, HELD, HELD, SILENCE, SILENCE)
  assert.deepEqual(stuck.progress, { needed: 2, had: 1 })
})
