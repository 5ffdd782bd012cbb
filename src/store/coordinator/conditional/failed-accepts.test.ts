import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplicaResult } from '../replica-result.ts'
import { FailedAccepts } from './failed-accepts.ts'
import { Phase } from './phase.ts'

const OURS = { o: 1, t: 10, n: 'w' }
const OUTBID: ReplicaResult = { r: 'held', o: 1, t: 11, n: 'x' }
const ACCEPTED: ReplicaResult = { r: 'held', ...OURS }
const REFUSALS: readonly ReplicaResult[] = [
  OUTBID,
  { r: 'refused', why: 'busy' },
  { r: 'refused', why: 'late' },
  { r: 'refused', why: 'fenced' },
  { r: 'refused', why: 'unreachable' },
]
/** Nobody knows, or it is certain that it was accepted. */
const OTHERS: readonly ReplicaResult[] = [{ r: 'silence' }, { r: 'noted' }, ACCEPTED]

/** An attempt at which two of three replicas have been outbid. */
function outbidByTwo(): Phase {
  const phase = new Phase('accept', OURS, [[0, 1, 2]], 3)
  for (const replica of [0, 1]) phase.take(replica, OUTBID)
  assert.equal(phase.verdict(), 'outbid')
  return phase
}

test('an attempt counts until the last replica has refused it too, whenever that comes', () => {
  for (const last of [...REFUSALS, ...OTHERS]) {
    const [attempts, phase] = [new FailedAccepts(), outbidByTwo()]
    assert.equal(attempts.smallestRevision, null)
    attempts.add(phase, 7)
    assert.equal(attempts.smallestRevision, 7, 'one has not answered')
    phase.take(2, last)
    const expected = REFUSALS.includes(last) ? null : 7
    assert.equal(attempts.smallestRevision, expected, JSON.stringify(last))
  }
})

test('of several attempts the one that would be forgotten first counts', () => {
  const attempts = new FailedAccepts()
  const phases = [9, 7, 8].map((revision) => {
    const phase = outbidByTwo()
    attempts.add(phase, revision)
    return phase
  })
  const told = [1, 0, 2].map((index) => {
    phases[index]?.take(2, OUTBID)
    return attempts.smallestRevision
  })
  assert.deepEqual(told, [8, 8, null])
})
