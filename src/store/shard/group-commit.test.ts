import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Version } from '../../model/version.ts'
import { EngineError, type PartitionedRow } from '../../ports/key-value-engine.ts'
import type { Refusal } from '../wire.ts'
import { DiskState, FULL_RETRY_MS } from './disk-state.ts'
import {
  COMMIT_DEFAULTS,
  type CommitLimits,
  GroupCommit,
  isNote,
  type PendingWrite,
} from './group-commit.ts'

const row = (key: string): PartitionedRow => ({
  ...{ partition: 0, key, text: '1', expiresMs: null },
  version: { order: 1, time: 1, writer: 'w' },
})

/** A group commit whose turns, time and engine are the test's. */
function desk(limits: Partial<CommitLimits> = {}) {
  const waiting: (() => void)[] = []
  const groups: string[][] = []
  const heard: string[] = []
  const facts: string[] = []
  const state = { nowMs: 0, failure: null as Error | null }
  const commits: GroupCommit = new GroupCommit(
    {
      monotonicMs: () => state.nowMs,
      disk: new DiskState(),
      afterTurn: (run) => void waiting.push(run),
      apply(writes) {
        if (state.failure) throw state.failure
        groups.push(writes.map(({ key }) => key))
        heard.push('commit')
        return writes.map((write) => (isNote(write) ? null : write.version))
      },
      heldAlready: (write) => (write.key === 'held' && !isNote(write) ? write.version : undefined),
      committed: (rows) => void facts.push(`committed ${rows}`),
      becameFull: () => void facts.push('full'),
      hasRoom: () => void facts.push('room'),
      die(error) {
        facts.push(String(error))
        commits.stop(error)
      },
    },
    { ...COMMIT_DEFAULTS, ...limits },
  )
  const written = (tag: number, result: Version | null | Refusal) =>
    void heard.push(`${tag} ${typeof result === 'string' ? result : result ? 'held' : 'noted'}`)
  let tag = 0
  const addWrite = (write: PendingWrite, bytes = 1, deadlineMs = 100) => {
    tag += 1
    const sink = { written, lost: (error: unknown) => void heard.push(`lost: ${error}`) }
    return commits.add(write, bytes, deadlineMs, sink, tag)
  }
  const add = (key = 'k', bytes = 1, deadlineMs = 100) => addWrite(row(key), bytes, deadlineMs)
  const endTurn = () => {
    for (const run of waiting.splice(0)) run()
  }
  return { commits, add, addWrite, endTurn, groups, heard, facts, state }
}

test('all writes of one turn are one group, and are answered after the commit', () => {
  const { add, endTurn, groups, heard } = desk()
  for (const key of ['a', 'b', 'c']) add(key)
  assert.deepEqual(heard, [], 'nothing before the turn has ended')
  endTurn()
  assert.deepEqual(groups, [['a', 'b', 'c']])
  assert.deepEqual(heard, ['commit', '1 held', '2 held', '3 held'])
  add('d')
  endTurn()
  assert.deepEqual(groups.at(-1), ['d'])
})

test('a group has so many rows and so many bytes; the rest has a turn of its own', () => {
  const byRows = desk({ groupRowsMax: 2 })
  for (const key of ['a', 'b', 'c']) byRows.add(key)
  byRows.endTurn()
  assert.deepEqual(byRows.groups, [['a', 'b']])
  byRows.endTurn()
  assert.deepEqual(byRows.groups, [['a', 'b'], ['c']])
  const byBytes = desk({ groupBytesMax: 10 })
  for (const [key, bytes] of Object.entries({ a: 6, b: 4, c: 30, d: 1 })) byBytes.add(key, bytes)
  for (let turn = 0; turn < 3; turn += 1) byBytes.endTurn()
  assert.deepEqual(byBytes.groups, [['a', 'b'], ['c'], ['d']], 'a row over the limit goes alone')
  assert.equal(COMMIT_DEFAULTS.groupRowsMax, 1_024)
})

test('a full queue takes nothing, and takes again once it has drained', () => {
  const { add, endTurn, groups } = desk({ queueRowsMax: 2, queueBytesMax: 10 })
  assert.deepEqual([add('a', 9), add('b', 2), add('c', 1), add('d', 0)], [true, false, true, false])
  endTurn()
  assert.deepEqual(groups, [['a', 'c']])
  assert.equal(add('e', 10), true)
})

test('what waited beyond its deadline is refused unwritten', () => {
  const { add, endTurn, groups, heard, state } = desk()
  add('a', 1, 50)
  add('b', 1, 51)
  state.nowMs = 50
  endTurn()
  assert.deepEqual(groups, [['b']])
  assert.deepEqual(heard, ['1 late', 'commit', '2 held'])
})

test('a full disk refuses whole groups, without trying each, and goes on when it has room', () => {
  const { add, endTurn, groups, heard, facts, state } = desk()
  state.failure = new EngineError('full', 'no room')
  for (const key of ['a', 'b']) add(key)
  endTurn()
  state.failure = null
  for (const key of ['held', 'c']) add(key)
  endTurn()
  assert.deepEqual(heard, ['1 full', '2 full', '3 held', '4 full'], 'what is held needs no room')
  state.nowMs = FULL_RETRY_MS
  add('d', 1, FULL_RETRY_MS + 1)
  endTurn()
  assert.deepEqual(groups, [['d']])
  assert.deepEqual(facts, ['full', 'room', 'committed 1'])
})

test('after any other failure nobody knows, and nothing is written any more', () => {
  const { add, endTurn, groups, heard, facts, state } = desk({ groupRowsMax: 1 })
  state.failure = new EngineError('broken', 'fsync failed')
  for (const key of ['a', 'b']) add(key)
  endTurn()
  const error = 'EngineError: fsync failed'
  assert.deepEqual(heard, [`lost: ${error}`, `lost: ${error}`])
  assert.deepEqual(facts, [error])
  state.failure = null
  assert.equal(add('c'), false)
  endTurn()
  assert.deepEqual(groups, [])
})

test('whoever waits for the queue to drain hears when it has', async () => {
  const { commits, add, endTurn, heard } = desk({ groupRowsMax: 1 })
  await commits.idle()
  for (const key of ['a', 'b']) add(key)
  const idle = commits.idle().then(() => heard.push('idle'))
  endTurn()
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(!heard.includes('idle'))
  endTurn()
  await idle
  assert.deepEqual(heard, ['commit', '1 held', 'commit', '2 held', 'idle'])
})

test('what is refused of those that wait leaves the others their place and its own free', () => {
  const { commits, add, endTurn, groups, heard } = desk({ queueRowsMax: 3, queueBytesMax: 30 })
  for (const key of ['a', 'b', 'c']) add(key, 10)
  commits.refuse(({ key }) => key !== 'b', 'fenced')
  assert.deepEqual(heard, ['1 fenced', '3 fenced'])
  assert.deepEqual([add('d', 20), add('e', 1)], [true, false], 'by its bytes too')
  endTurn()
  assert.deepEqual(groups, [['b', 'd']])
})

test('a note of who misses a row waits with the rows and has no version', () => {
  const { add, addWrite, endTurn, groups, heard } = desk()
  add('a')
  addWrite({ partition: 0, key: 'b', onlyMissedBy: ['s'] })
  endTurn()
  assert.deepEqual([groups, heard], [[['a', 'b']], ['commit', '1 held', '2 noted']])
})
