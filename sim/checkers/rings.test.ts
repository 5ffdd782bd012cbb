/**
 * The checker of rings on disks made by hand: quorums of two epochs at once, and two documents of
 * one version.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartitionEntry, RingDocument } from '../../src/store/ring/document.ts'
import { checkDocument, checkEpochs, type Documents, type Holding } from './rings.ts'

const IDS = ['a', 'b', 'c', 'd']

function ringWith(version: number, entry: PartitionEntry): RingDocument {
  const shards = IDS.map((id) => ({ id, address: `at ${id}` }))
  return { cluster: 'one', version, replicationFactor: 3, shards, table: [entry] }
}

const BEFORE = ringWith(1, { epoch: 1, replicas: [0, 1, 2] })
const JOINT = ringWith(2, { epoch: 2, replicas: [0, 1, 2], goal: [0, 1, 3], isJoint: true })
const AFTER = ringWith(3, { epoch: 3, replicas: [0, 1, 3] })

/** One ring for each of the shards a, b, c, d. */
function promises(...rings: readonly (RingDocument | null)[]) {
  const held = rings.flatMap((ring, index): Holding[] =>
    ring ? [{ shardId: IDS[index] ?? '', ring }] : [],
  )
  return checkEpochs(held).map(({ promise }) => promise)
}

test('while each step is on the disks of majorities no two quorums can form', () => {
  assert.deepEqual(promises(BEFORE, BEFORE, BEFORE, null), [])
  assert.deepEqual(promises(JOINT, BEFORE, BEFORE, JOINT), [])
  assert.deepEqual(promises(JOINT, JOINT, BEFORE, JOINT), [])
  assert.deepEqual(promises(AFTER, JOINT, BEFORE, JOINT), [])
  assert.deepEqual(promises(AFTER, AFTER, BEFORE, JOINT), [])
})

test('a step that was begun too early leaves two quorums', () => {
  assert.deepEqual(promises(AFTER, BEFORE, BEFORE, AFTER), ['S24'])
})

test('of one version there is one document', () => {
  const seen: Documents = new Map()
  assert.deepEqual(checkDocument(seen, BEFORE), [])
  assert.deepEqual(checkDocument(seen, { ...BEFORE }), [])
  assert.deepEqual(checkDocument(seen, JOINT), [])
  const other = checkDocument(seen, { ...JOINT, replicationFactor: 2 })
  assert.equal(other[0]?.promise, 'S25')
})
