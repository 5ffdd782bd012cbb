import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indexKey, latestKey } from '../../src/model/keys.ts'
import type { LoggedEntry, ReadEntry } from '../history.ts'
import { checkArrivals, checkCommits, checkFloorReads, checkFloors } from './readings.ts'

const at = (second: number) => `2026-01-05T08:30:0${second}.000Z`
const textAt = (second: number) => `{"timestamp":"${at(second)}"}`

function logged(offset: number, second: number | null): LoggedEntry {
  const timestamp = second === null ? '' : at(second)
  return {
    ...{ partition: 1, offset, floor: 1, timestamp },
    key: second === null ? null : `energy:p1:${timestamp}`,
    timeMs: second ?? 0,
    text: second === null ? 'broken' : textAt(second),
  }
}

function read(key: string, text: string | null, start: number): ReadEntry {
  const moments = { start, end: start + 1, wallMinMs: 0, wallMaxMs: 0 }
  return { id: start, key, lane: 'ordered', via: 'co1', isScan: false, text, order: 0, ...moments }
}

const index = (...seconds: readonly number[]) => JSON.stringify({ timestamps: seconds.map(at) })
const sentences = (found: readonly { promise: string }[]) => found.map(({ promise }) => promise)

test('an offset that a quorum did not stand behind is found', () => {
  const commit = { partition: 0, upTo: 3, replicasNeeded: 2 }
  assert.deepEqual(checkCommits([{ ...commit, replicasMin: 2 }]), [])
  assert.deepEqual(sentences(checkCommits([{ ...commit, replicasMin: 1 }])), ['R3'])
})

test('every reading is in the store in the end, and what is none is a dead letter', () => {
  const log = [logged(0, 1), logged(1, null), logged(2, 2)]
  const final = new Map([1, 2].map((second) => [`energy:p1:${at(second)}`, textAt(second)]))
  assert.deepEqual(checkArrivals(log, new Set(['1-1']), final), [])
  assert.deepEqual(sentences(checkArrivals(log, new Set(), final)), ['R1'])
  final.set(`energy:p1:${at(2)}`, 'another text')
  assert.deepEqual(sentences(checkArrivals(log, new Set(['1-1']), final)), ['R1'])
})

test('in the end latest is the newest and the index has each of the newest once, in order', () => {
  const log = [logged(0, 3), logged(1, 1), logged(2, 4), logged(3, 4)]
  const right = [
    [latestKey(1), textAt(4)],
    [indexKey(1), index(3, 4)],
  ] as const
  assert.deepEqual(checkFloors(log, [1], 2, new Map(right)), [])
  const lacking = new Map([...right, [indexKey(1), index(1, 4)]] as const)
  assert.deepEqual(sentences(checkFloors(log, [1], 2, lacking)), ['R4'])
  const older = new Map([...right, [latestKey(1), textAt(3)]] as const)
  assert.deepEqual(sentences(checkFloors(log, [1], 2, older)), ['R4'])
})

test('latest and index that go back while they are read are found', () => {
  const key = latestKey(1)
  assert.deepEqual(checkFloorReads([read(key, textAt(1), 1), read(key, textAt(2), 3)], [1]), [])
  const back = [read(key, textAt(2), 1), read(key, textAt(1), 3)]
  assert.deepEqual(sentences(checkFloorReads(back, [1])), ['R4'])
  const gone = [read(key, textAt(2), 1), read(key, null, 3)]
  assert.deepEqual(sentences(checkFloorReads(gone, [1])), ['R4'])
})

test('a repeat in an index, or an order that is broken, is found', () => {
  const key = indexKey(1)
  assert.deepEqual(checkFloorReads([read(key, index(1, 2, 3), 1)], [1]), [])
  assert.deepEqual(sentences(checkFloorReads([read(key, index(1, 2, 2), 1)], [1])), ['R4'])
  assert.deepEqual(sentences(checkFloorReads([read(key, index(2, 1), 1)], [1])), ['R4'])
})
