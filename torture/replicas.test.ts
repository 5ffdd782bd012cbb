import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkReads } from '../sim/checkers/reads.ts'
import { History, OPEN } from '../sim/history.ts'
import { compareReplicas, keysOnMajorities, readsOfDisks } from './replicas.ts'
import { copies, copiesIn, row } from './small-copies.ts'
import type { ShardCopy } from './snapshot.ts'

const NOW_MS = 1_000

const unequalKeys = (of: readonly ShardCopy[], prefix = '') =>
  compareReplicas(of, NOW_MS, prefix).unequal.map((sentence) => sentence.split(' ')[0])

test('replicas that hold the same are equal, whatever others hold', () => {
  const same = copies({ k: row('x', 2) }, { k: row('x', 2) }, { k: row('old', 1) })
  assert.deepEqual(compareReplicas(same, NOW_MS), { keys: 1, differing: 0, unequal: [] })
})

test('a row that is missing, or differs in anything, is found', () => {
  assert.deepEqual(unequalKeys(copies({ k: row('x', 2) }, {})), ['k'])
  const others = [row('y', 2), row('x', 3), row('x', 2, { writer: 'v' }), row('x', 2, { hash: 2 })]
  for (const other of others) {
    assert.deepEqual(unequalKeys(copies({ k: row('x', 2) }, { k: other })), ['k'])
  }
})

test('what expired is equal whether it was swept or not, and not before it expired', () => {
  const expired = row('x', 2, { expiresMs: NOW_MS })
  const swept = row(null, 2, { expiresMs: NOW_MS })
  assert.deepEqual(unequalKeys(copies({ k: expired }, { k: swept })), [])
  const living = row('x', 2, { expiresMs: NOW_MS + 1 })
  assert.deepEqual(unequalKeys(copies({ k: living }, { k: swept })), ['k'])
})

test('only keys with the prefix are compared, and none of the system', () => {
  assert.deepEqual(unequalKeys(copies({ '_system:lease': row('x', 2) }, {})), [])
  const apart = copies({ 'a:1': row('x', 2), 'b:1': row('x', 2) }, {})
  assert.deepEqual(unequalKeys(apart, 'b:'), ['b:1'])
})

test('a key is kept when a majority of its replicas has its value, and by nobody else', () => {
  const [k, later] = [row('x', 2), row('y', 3)]
  const keptOn = (...rows: Parameters<typeof copiesIn>[1]) => [
    ...keysOnMajorities(copiesIn([0, 1, 2], rows)),
  ]
  assert.deepEqual(keptOn({ k, later }, {}, { k }), ['k'])
  assert.deepEqual(keptOn({ k }, {}, {}), [], 'one disk of three is no majority')
  assert.deepEqual(keptOn({ k }, { k: row(null, 3) }, {}), [], 'nor with one that holds it deleted')
  const ofTwo = copiesIn([0, 1], [{ k }, {}, { k }])
  assert.deepEqual([...keysOnMajorities(ofTwo)], [], 'nor with one that is no replica')
})

test('what the disks hold is judged as a read: no acknowledged write may be gone', () => {
  const history = new History()
  history.writes.push({
    ...{ id: history.nextId(), key: 'k', lane: 'plain', via: 'c', text: 'x', order: null },
    ...{ expiresMinMs: null, expiresMaxMs: null, start: history.tick(), end: history.tick() },
    outcome: 'done',
  })
  const found = (disks: readonly ShardCopy[]) => {
    const reads = readsOfDisks(disks, [{ key: 'k', lane: 'plain' }], history, NOW_MS)
    return checkReads(history.writes, reads).map(({ promise }) => promise)
  }
  assert.deepEqual(found(copies({}, { k: row('x', 2) })), [])
  assert.deepEqual(found(copies({}, {})), ['S3'])
  assert.deepEqual(found(copies({ k: row('x', 2) }, { k: row(null, 3) })), ['S3'])
  history.writes.push({ ...doubtful(history), text: null })
  assert.deepEqual(found(copies({ k: row('x', 2) }, { k: row(null, 3) })), [])
})

function doubtful(history: History) {
  return {
    ...({ id: history.nextId(), key: 'k', lane: 'plain', via: 'c', order: null } as const),
    ...{ expiresMinMs: null, expiresMaxMs: null, start: history.tick(), end: OPEN },
    outcome: 'unknown' as const,
  }
}
