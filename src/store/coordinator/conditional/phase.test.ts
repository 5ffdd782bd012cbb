import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isQuorum, type QuorumGroups } from '../../ring/quorum.ts'
import type { ReplicaResult } from '../replica-result.ts'
import { Phase, type PhaseKind } from './phase.ts'

const OURS = { o: 1, t: 10, n: 'w' }
const LARGER = { o: 1, t: 11, n: 'x' }
const GRANTED: ReplicaResult = { r: 'held', ...OURS }
const OUTBID: ReplicaResult = { r: 'promised', ballot: LARGER, row: null }
const FENCED: ReplicaResult = { r: 'refused', why: 'fenced' }
const BUSY: ReplicaResult = { r: 'refused', why: 'busy' }
const FULL: ReplicaResult = { r: 'refused', why: 'full' }
const SILENCE: ReplicaResult = { r: 'silence' }
const RESULTS = [GRANTED, OUTBID, FENCED, BUSY, FULL, SILENCE]
const THREE: QuorumGroups = [[0, 1, 2]]

/** Every sequence of so many answers. */
function sequences(length: number): readonly (readonly ReplicaResult[])[] {
  if (length === 0) return [[]]
  return sequences(length - 1).flatMap((rest) => RESULTS.map((one) => [...rest, one]))
}

function phaseAfter(
  results: readonly ReplicaResult[],
  kind: PhaseKind = 'promise',
  groups = THREE,
  replicas = 3,
): Phase {
  const phase = new Phase(kind, OURS, groups, replicas)
  for (const [replica, result] of results.entries()) phase.take(replica, result)
  return phase
}

/** What three replicas that have all answered make of it, said in another way. */
function expected(results: readonly ReplicaResult[], kind: PhaseKind): string {
  const has = (one: ReplicaResult) => results.includes(one)
  if (results.filter((one) => one === GRANTED).length >= 2) return 'granted'
  if (has(FENCED)) return 'fenced'
  if (has(OUTBID)) return 'outbid'
  const isTraceless = kind === 'promise' || !(has(GRANTED) || has(SILENCE))
  return has(BUSY) && isTraceless ? 'busy' : 'lost'
}

for (const kind of ['promise', 'accept'] as const) {
  test(`${kind}: every combination of the answers of three replicas has its verdict`, () => {
    for (const results of sequences(3)) {
      const told = JSON.stringify(results)
      assert.equal(phaseAfter(results, kind).verdict(), expected(results, kind), told)
    }
  })
}

test('it is not pending once it is granted, and never tells too early that it is not', () => {
  for (const results of sequences(2)) {
    for (const kind of ['promise', 'accept'] as const) {
      const verdict = phaseAfter(results, kind).verdict()
      const endings = RESULTS.map((one) => phaseAfter([...results, one], kind).verdict())
      const isPossible = endings.includes('granted')
      if (verdict !== 'pending') assert.ok(verdict === 'granted' || !isPossible)
      if (verdict === 'pending' && kind === 'promise') assert.ok(isPossible)
      if (verdict === 'lost' || verdict === 'busy') assert.equal(kind, 'promise')
    }
  }
})

test('while a partition moves, a majority of the old and of the new replicas must grant it', () => {
  const joint: QuorumGroups = [
    [0, 1, 2],
    [2, 3, 4],
  ]
  for (let bits = 0; bits < 2 ** 5; bits += 1) {
    const has = (replica: number) => (bits & (1 << replica)) > 0
    const results = [0, 1, 2, 3, 4].map((n): ReplicaResult => (has(n) ? GRANTED : FULL))
    const isGranted: boolean = phaseAfter(results, 'promise', joint, 5).verdict() === 'granted'
    assert.equal(isGranted, isQuorum(joint, has), bits.toString(2))
  }
})

test('it is perhaps accepted unless every replica has certainly refused', () => {
  for (const results of sequences(3)) {
    const isCertain: boolean = results.every((one) => one !== GRANTED && one !== SILENCE)
    const phase = phaseAfter(results, 'accept')
    assert.equal(phase.isPerhapsAccepted, !isCertain, JSON.stringify(results))
    assert.equal(phaseAfter(results, 'promise').isPerhapsAccepted, false, 'a promise is no change')
  }
  assert.equal(phaseAfter([FULL, FULL], 'accept').isPerhapsAccepted, true, 'one has not said')
})

test('the largest ballot that stands against it is remembered', () => {
  const held = (t: number, o = 1): ReplicaResult => ({ r: 'held', o, t, n: 'x' })
  assert.equal(phaseAfter([GRANTED, held(9), SILENCE]).against?.t, 9)
  assert.deepEqual(phaseAfter([held(12), held(30), held(11)]).against, {
    r: 'held',
    o: 1,
    t: 30,
    n: 'x',
  })
  assert.equal(phaseAfter([held(12), held(11, 2), held(30)]).against?.o, 2, 'epochs come first')
  assert.equal(phaseAfter([GRANTED, GRANTED, SILENCE]).against, null)
})
